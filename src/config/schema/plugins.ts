// The plugins that serve HTTP: management and prometheus.
import type {
  HttpListenerSettings,
  HttpsListenerSettings,
  ManagementSettings,
  PrometheusSettings,
} from '../plugin-settings.ts';
import { combined, key, setting, type Key, type SchemaOf, type Setting } from '../setting.ts';
import type { TlsServerSettings } from '../tls-settings.ts';
import {
  ADDRESS,
  BOOLEAN,
  byteSize,
  limit,
  NONE,
  oneOf,
  parsed,
  PATH,
  PORT,
  SECRET,
  TEXT,
  URL_TEXT,
  wholeNumber,
} from '../value-types.ts';
import { HOST_KEYS, hostForPlugins } from './listeners.ts';
import { readAll, keysOf } from './read-schema.ts';
import { tlsServer } from './tls.ts';

interface HttpListeners {
  readonly tcp: Setting<HttpListenerSettings | null>;
  readonly ssl: Setting<HttpsListenerSettings | null>;
}

/** As RabbitMQ's plugins do: who sets a port for TLS, and none without, gets TLS only. */
function httpListeners(plugin: string, defaultPort: number): HttpListeners {
  const ipFallback = 'that of the first AMQP listener';
  const tcpPort = key(`${plugin}.tcp.port`, PORT, {
    description: 'TCP port; 0 takes a free one',
    fallback: `${defaultPort}, unless \`${plugin}.ssl.port\` is set`,
  });
  const tcpIp = key(`${plugin}.tcp.ip`, ADDRESS, {
    description: 'address to listen on',
    fallback: ipFallback,
  });
  const sslPort = key(`${plugin}.ssl.port`, PORT, {
    description: 'port for TLS; 0 takes a free one. Not set: no TLS',
  });
  const sslIp = key(`${plugin}.ssl.ip`, ADDRESS, {
    description: 'address to listen on with TLS',
    fallback: ipFallback,
  });
  const tls: SchemaOf<TlsServerSettings> = tlsServer(`${plugin}.ssl`);
  return {
    tcp: combined([tcpPort, tcpIp, sslPort, ...HOST_KEYS], (given) => {
      const said = given.one(tcpPort)?.value;
      if (said === undefined && given.one(sslPort) !== null) return null;
      return { port: said ?? defaultPort, ip: given.one(tcpIp)?.value ?? hostForPlugins(given) };
    }),
    ssl: combined([sslPort, sslIp, ...keysOf(tls), ...HOST_KEYS], (given) => {
      const port = given.one(sslPort)?.value;
      if (port === undefined) return null;
      const ip = given.one(sslIp)?.value ?? hostForPlugins(given);
      return { port, ip, tls: readAll(tls, given) };
    }),
  };
}

const PATH_PREFIX = parsed('a path such as /rabbit', (text) =>
  /^(?:\/[\w.~-]+)*\/?$/u.test(text) ? text.replace(/\/$/u, '') : null,
);

const ORIGINS_OFF = key('management.cors.allow_origins', NONE, {
  description: '`none`: no other site may ask',
});
const ORIGINS = key('management.cors.allow_origins.$n', TEXT, {
  description:
    'a site whose pages may ask, such as https://example.org; `*` for all, which is not safe',
});

function header(name: string, what: string): Setting<string | null> {
  return setting(`management.${name}`, TEXT, null, {
    description: `the header ${what} of answers`,
  });
}

const ORIGIN_KEYS: readonly Key<unknown>[] = [ORIGINS_OFF, ORIGINS];

export const MANAGEMENT: SchemaOf<ManagementSettings> = {
  ...httpListeners('management', 15_672),
  pathPrefix: setting('management.path_prefix', PATH_PREFIX, '', {
    description: 'begins every path of the API and the pages',
  }),
  cors: {
    allowOrigins: combined(ORIGIN_KEYS, (given) =>
      given.one(ORIGINS_OFF) === null ? given.all(ORIGINS).map(({ value }) => value) : [],
    ),
    maxAge: setting('management.cors.max_age', wholeNumber(0), 1800, {
      description: 'how long browsers may remember what is allowed',
      unit: 'seconds',
    }),
  },
  ratesMode: setting('management.rates_mode', oneOf(['basic', 'detailed', 'none']), 'basic', {
    description: 'which rates of messages are kept',
  }),
  disableStats: setting('management.disable_stats', BOOLEAN, false, {
    description: 'keep no statistics',
    aliases: ['management_agent.disable_metrics_collector'],
  }),
  enableQueueTotals: setting('management.enable_queue_totals', BOOLEAN, false, {
    description: 'with `disable_stats`: tell numbers of messages all the same',
  }),
  disableBasicAuth: setting('management.disable_basic_auth', BOOLEAN, false, {
    description: 'no user name and password for the API',
  }),
  maxBodySize: setting('management.http.max_body_size', byteSize(1, 1_073_741_824), 20_971_520, {
    description: 'largest body of a request',
    unit: 'octets',
  }),
  idleTimeoutMs: setting('management.tcp.idle_timeout', limit(1), 60_000, {
    description: 'a connection on which nothing happens is closed',
    unit: 'milliseconds',
    aliases: ['management.tcp.inactivity_timeout'],
  }),
  requestTimeoutMs: setting('management.tcp.request_timeout', limit(1), 60_000, {
    description: 'from the first octet of a request to its last',
    unit: 'milliseconds',
  }),
  accessLogDir: setting('http_dispatch.access_log_dir', PATH, null, {
    description: 'directory for a log of all requests',
    aliases: ['management.http_log_dir'],
  }),
  contentSecurityPolicy: header('csp.policy', 'Content-Security-Policy'),
  strictTransportSecurity: header('hsts.policy', 'Strict-Transport-Security'),
  contentTypeOptions: header('headers.content_type_options', 'X-Content-Type-Options'),
  xssProtection: header('headers.xss_protection', 'X-XSS-Protection'),
  frameOptions: header('headers.frame_options', 'X-Frame-Options'),
  referrerPolicy: header('headers.referrer_policy', 'Referrer-Policy'),
  isOperatorPolicyReadOnly: setting(
    'management.restrictions.operator_policy_changes.disabled',
    BOOLEAN,
    false,
    { description: 'operator policies cannot be changed by the API' },
  ),
  requireAuthForApiReference: setting('management.require_auth_for_api_reference', BOOLEAN, false, {
    description: 'the description of the API is for users only',
    aliases: ['management.require_auth_for_api_desc_page'],
  }),
  oauth: {
    isEnabled: setting('management.oauth_enabled', BOOLEAN, false, {
      description: 'the web pages log in with OAuth 2',
    }),
    disableBasicAuth: setting('management.oauth_disable_basic_auth', BOOLEAN, true, {
      description: 'and not with a password besides',
    }),
    clientId: setting('management.oauth_client_id', TEXT, null, {
      description: 'id of the web pages at the provider',
    }),
    clientSecret: setting('management.oauth_client_secret', SECRET, null, {
      description: 'their secret',
    }),
    providerUrl: setting('management.oauth_provider_url', URL_TEXT, null, {
      description: 'the provider',
    }),
    scopes: setting('management.oauth_scopes', TEXT, 'openid profile', {
      description: 'scopes to ask for',
    }),
    initiatedLogonType: setting(
      'management.oauth_initiated_logon_type',
      oneOf(['sp_initiated', 'idp_initiated']),
      'sp_initiated',
      { description: 'who begins the login: the pages, or the provider' },
    ),
  },
};

export const PROMETHEUS: SchemaOf<PrometheusSettings> = {
  ...httpListeners('prometheus', 15_692),
  path: setting(
    'prometheus.path',
    parsed('a path such as /metrics', (text) => (/^(?:\/[\w.~-]+)+$/u.test(text) ? text : null)),
    '/metrics',
    { description: 'where the metrics are' },
  ),
  returnPerObjectMetrics: setting('prometheus.return_per_object_metrics', BOOLEAN, false, {
    description: 'metrics of each queue and connection, where one asks for none in particular',
  }),
  isAuthenticated: setting('prometheus.authentication.enabled', BOOLEAN, false, {
    description: 'metrics are for users only',
  }),
};
