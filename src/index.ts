/**
 * Leveret as a library: a broker inside a Node process. For programs that bring their own broker, and for tests of code
 * that is written for RabbitMQ: each broker starts empty, on a free port, and leaves nothing behind, unless it is given
 * a directory to keep things in.
 *
 *   const broker = await createBroker();
 *   const connection = await amqplib.connect(broker.url);
 *   ...
 *   await broker.close();
 */
import { DEFAULT_USER, type DefaultUser } from './access/access-control.ts';
import { viewOf, type BrowsedView } from './broker/browse.ts';
import type { MemoryWatermark } from './broker/memory-alarm.ts';
import type { BrokerDefinitions } from './definitions/broker-definitions.ts';
import type { CreateBrokerOptions } from './embedding/broker-options.ts';
import { defaultUserOf, RunningBroker } from './embedding/running-broker.ts';
import type { ListenerFacts } from './plugins/plugin-api.ts';

export type { DefaultUser } from './access/access-control.ts';
export { BackEndError } from './access/back-end-error.ts';
export type * from './access/oauth2/oauth2-options.ts';
export type { HttpBackEndOptions } from './access/http/http-back-end.ts';
export type { LdapBackEndOptions, LdapBind } from './access/ldap/ldap-options.ts';
export type { PasswordRule } from './access/password-rule.ts';
export type { VirtualHostUser } from './access/virtual-host-users.ts';
export type { MechanismOptions } from './amqp/mechanisms.ts';
export type { BrowsedView } from './broker/browse.ts';
export type { VirtualHostRules } from './broker/broker.ts';
export type { DiskFreeLimit } from './broker/disk-alarm.ts';
export type { MemoryWatermark } from './broker/memory-alarm.ts';
export type { Logger } from './runtime/logger.ts';
export type { Limits } from './amqp/limits.ts';
export type { SocketSettings } from './amqp/listener.ts';
export type { WantedListener } from './amqp/open-listeners.ts';
export type { ServerNames } from './amqp/server-properties.ts';
export type {
  AccessOptions,
  BackEndName,
  BackEndStep,
  CacheOptions,
  CreateBrokerOptions,
  ManagementListenOptions,
  PrometheusListenOptions,
  TlsListenOptions,
} from './embedding/broker-options.ts';
export type { DefinitionFiles } from './definitions/load-at-start.ts';
export { PluginError } from './plugin-host/plugin-host.ts';
export * from './plugins/plugin-api.ts';
export type { CertificateFiles, TlsSettings, TlsVersion } from './runtime/tls-identity.ts';
export { DataDirectoryError } from './store/local/data-directory-error.ts';
export { TlsFileError } from './runtime/tls-identity.ts';
export { VERSION } from './version.ts';

export interface BrowseOptions {
  /** `/` when left out. */
  readonly vhost?: string;
  /** The first position to look at; 0 when left out. */
  readonly from?: number;
  /** How many messages at most; 100 when left out. */
  readonly limit?: number;
}

/** A running broker. */
export interface EmbeddedBroker extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** What to connect to, as the default user: `amqp://guest:guest@127.0.0.1:PORT`. */
  readonly url: string;
  /** The port that speaks TLS; null without one. */
  readonly tlsPort: number | null;
  /** All that it listens at, `host` and `port` first. */
  readonly listeners: readonly ListenerFacts[];
  /**
   * The messages of a queue from a position on, whoever holds them: looked at, not consumed. To read on, ask from the
   * position after the last.
   *
   * @throws Error when there is no such queue
   */
  browse(queue: string, options?: BrowseOptions): readonly BrowsedView[];
  /** Virtual hosts, users, permissions, policies, queues, exchanges, bindings: exported and imported as RabbitMQ has them. */
  readonly definitions: BrokerDefinitions;
  /** Names of the plugins that run. */
  readonly plugins: readonly string[];
  /** Reads files of certificates that have changed now; they are looked at every ten seconds anyway. */
  refreshCertificates(): void;
  /** Takes effect at once. `{ octets: 0 }` lets everybody who publishes wait: for tests of how a program bears that. */
  setMemoryWatermark(watermark: MemoryWatermark): void;
  /**
   * To be called when nothing happens: messages that wait leave memory for the disk, and what was kept to be used again is
   * given up. False when there was nothing to do.
   */
  rest(): boolean;
  /** Closes all connections (320), frees the port and the data directory, forgets what is in memory. Calling it again does nothing more. */
  close(): Promise<void>;
}

/**
 * Starts a broker, which is ready for clients when the promise resolves.
 *
 * @throws BackEndError when a back end of logins cannot be made of its settings
 * @throws TlsFileError when a certificate or a key cannot be used
 * @throws DataDirectoryError when the data directory is in use, damaged, of a newer version or out of reach
 * @throws Error for `virtualHostDefaults` that policies and limits could not be
 * @throws DefinitionsError when definitions to be loaded are wrong
 * @throws PluginError when a plugin cannot be set up
 * @throws the system's error (`code` EADDRINUSE, EACCES, ...) when the port cannot be had
 */
export async function createBroker(options: CreateBrokerOptions = {}): Promise<EmbeddedBroker> {
  const running = await RunningBroker.start(options);
  const { broker, openListeners, plugins } = running;
  const [{ host, port } = { host: '', port: 0 }] = openListeners;
  const urlHost = host.includes(':') ? `[${host}]` : host;
  const close = async (): Promise<void> => running.close();
  return {
    host,
    port,
    url: urlOf(urlHost, port, defaultUserOf(options) ?? DEFAULT_USER),
    tlsPort: openListeners.find(({ isTls }) => isTls)?.port ?? null,
    listeners: plugins.listeners,
    browse: (queue, { vhost = '/', from = 0, limit = 100 } = {}) => {
      const found = broker.findVirtualHost(vhost)?.queues.find(queue);
      if (found === undefined) throw new Error(`there is no queue '${queue}' in vhost '${vhost}'`);
      return found.browse(from, limit).map(viewOf);
    },
    definitions: running.definitions,
    plugins: plugins.names,
    refreshCertificates: () => {
      running.amqp.refreshCertificates();
      plugins.refreshCertificates();
    },
    setMemoryWatermark: (watermark) => running.memoryAlarm.setWatermark(watermark),
    rest: () => running.rest(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function urlOf(host: string, port: number, { name, password, vhost }: DefaultUser): string {
  const path = vhost === '/' ? '' : `/${encodeURIComponent(vhost)}`;
  const credentials = [name, password].map((part) => encodeURIComponent(part)).join(':');
  return `amqp://${credentials}@${host}:${port}${path}`;
}
