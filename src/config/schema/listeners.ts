// Where clients connect, and how the sockets behave.
import type { Endpoint, ListenerSettings } from '../settings.ts';
import {
  combined,
  key,
  setting,
  SettingProblem,
  type Given,
  type GivenValues,
  type Key,
  type SchemaOf,
} from '../setting.ts';
import { ADDRESS, BOOLEAN, ENDPOINT, limit, NONE, PORT, wholeNumber } from '../value-types.ts';
import type { HostAndPort } from '../value-types.ts';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 5672;
/** What a port without an address stands for, as in RabbitMQ: IPv6 and IPv4. */
const EVERY_INTERFACE = '::';

const PORT_KEY = key('port', PORT, {
  description: 'TCP port for AMQP clients; 0 takes a free one',
  shortFor: ['listeners.tcp.$name'],
  fallback: String(DEFAULT_PORT),
  variables: ['RABBITMQ_NODE_PORT'],
  option: 'number',
});

const BIND_KEY = key('bind', ADDRESS, {
  description: 'address to listen on; 0.0.0.0 or :: for every interface',
  shortFor: ['listeners.tcp.$name'],
  fallback: DEFAULT_HOST,
  variables: ['RABBITMQ_NODE_IP_ADDRESS'],
  option: 'address',
});

const TCP = listenerKeys(
  'listeners.tcp',
  'a listener without TLS: a port, which is on every interface then, or an address and a port',
);
const SSL = listenerKeys('listeners.ssl', 'a listener with TLS, which `ssl_options.*` is about');

interface ListenerKeys {
  readonly off: Key<'none'>;
  readonly named: Key<HostAndPort>;
}

function listenerKeys(prefix: string, description: string): ListenerKeys {
  return {
    off: key(prefix, NONE, { description: `\`none\`: no \`${prefix}.*\`` }),
    named: key(`${prefix}.$name`, ENDPOINT, { description }),
  };
}

function namedListeners(given: GivenValues, keys: ListenerKeys): readonly Endpoint[] {
  if (given.one(keys.off) !== null) return [];
  return given.all(keys.named).map(({ value, names: [name = ''] }) => ({
    name,
    host: value.host ?? EVERY_INTERFACE,
    port: value.port,
  }));
}

/** `port` and `bind` say the one listener there is, unless something of more weight says what listeners there are. */
function tcpListeners(given: GivenValues): readonly Endpoint[] {
  const named = namedListeners(given, TCP);
  const off = given.one(TCP.off);
  const shorts: readonly (Given<unknown> | null)[] = [given.one(PORT_KEY), given.one(BIND_KEY)];
  const longRank = Math.max(0, off?.rank ?? 0, ...given.all(TCP.named).map(({ rank }) => rank));
  const [short] = shorts.filter((one) => one !== null && one.rank >= longRank);
  if (off !== null) {
    if (short === undefined || short === null) return [];
    throw new SettingProblem(`${short.place} and ${off.place} = none contradict each other`);
  }
  if (named.length > 0 && (short === undefined || short === null)) return named;
  const [only] = named.length === 1 ? named : [];
  const host = given.one(BIND_KEY)?.value ?? only?.host ?? DEFAULT_HOST;
  const port = given.one(PORT_KEY)?.value ?? only?.port ?? DEFAULT_PORT;
  return [{ name: 'default', host, port }];
}

/** Where plugins listen that were not told where: as open as the broker itself, and no more. */
export function hostForPlugins(given: GivenValues): string {
  const [first] = [...tcpListeners(given), ...namedListeners(given, SSL)];
  return first?.host ?? DEFAULT_HOST;
}

/** What `hostForPlugins` reads. */
export const HOST_KEYS: readonly Key<unknown>[] = [
  PORT_KEY,
  BIND_KEY,
  TCP.off,
  TCP.named,
  SSL.off,
  SSL.named,
];

export const LISTENERS: SchemaOf<ListenerSettings> = {
  tcp: combined([PORT_KEY, BIND_KEY, TCP.off, TCP.named], tcpListeners),
  ssl: combined([SSL.off, SSL.named], (given) => namedListeners(given, SSL)),
  backlog: setting('tcp_listen_options.backlog', wholeNumber(1, 65_535), 128, {
    description: 'connections that wait to be accepted',
  }),
  noDelay: setting('tcp_listen_options.nodelay', BOOLEAN, true, {
    description: 'send small packets at once (TCP_NODELAY)',
  }),
  keepAlive: setting('tcp_listen_options.keepalive', BOOLEAN, false, {
    description: 'let the system find dead peers (SO_KEEPALIVE)',
  }),
  proxyProtocol: setting('proxy_protocol', BOOLEAN, false, {
    description: 'every connection begins with a PROXY header, as a load balancer sends it',
  }),
  handshakeTimeoutMs: setting('handshake_timeout', limit(1), 10_000, {
    description: 'from accepting a connection until it is open; then it is dropped',
    unit: 'milliseconds',
  }),
  tlsHandshakeTimeoutMs: setting('ssl_handshake_timeout', wholeNumber(1, 2_147_483_647), 5000, {
    description: 'for the TLS handshake',
    unit: 'milliseconds',
  }),
};
