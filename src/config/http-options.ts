// What settings of the plugins that serve HTTP mean to `createBroker`.
import type {
  HttpListenerSettings,
  HttpsListenerSettings,
  ManagementSettings,
} from './plugin-settings.ts';
import type { Settings } from './settings.ts';
import { tlsOptions, type Tls } from './tls-options.ts';

interface HttpPlaces {
  readonly port?: number;
  readonly host?: string;
  readonly tls?: Tls & { readonly port: number; readonly host: string };
}

export interface ManagementOptions extends HttpPlaces {
  readonly pathPrefix: string;
  readonly allowOrigins: readonly string[];
  /** In seconds. */
  readonly corsMaxAge: number;
  readonly settings: {
    readonly ratesMode: 'basic' | 'detailed' | 'none';
    readonly isStatsDisabled: boolean;
    readonly hasQueueTotals: boolean;
    readonly isOperatorPolicyReadOnly: boolean;
    readonly requiresAuthForReference: boolean;
  };
  readonly rules: {
    readonly bodyOctetsMax: number;
    readonly isBasicAuthDisabled: boolean;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly timeouts: { readonly requestMs: number; readonly idleMs: number };
  readonly accessLogDir: string | null;
}

export interface PrometheusOptions extends HttpPlaces {
  readonly path: string;
  readonly isPerObject: boolean;
  readonly isAuthenticated: boolean;
}

export function managementOptions({ management, plugins }: Settings): {
  readonly management?: ManagementOptions;
} {
  if (plugins['management'] === false) return {};
  const { pathPrefix, cors } = management;
  return {
    management: {
      ...places(management),
      pathPrefix,
      allowOrigins: cors.allowOrigins,
      corsMaxAge: cors.maxAge,
      settings: {
        ratesMode: management.ratesMode,
        isStatsDisabled: management.disableStats,
        hasQueueTotals: management.enableQueueTotals,
        isOperatorPolicyReadOnly: management.isOperatorPolicyReadOnly,
        requiresAuthForReference: management.requireAuthForApiReference,
      },
      rules: {
        bodyOctetsMax: management.maxBodySize,
        isBasicAuthDisabled: management.disableBasicAuth,
        headers: headersOf(management),
      },
      accessLogDir: management.accessLogDir,
      timeouts: { requestMs: management.requestTimeoutMs, idleMs: management.idleTimeoutMs },
    },
  };
}

export function prometheusOptions({ prometheus, plugins }: Settings): {
  readonly prometheus?: PrometheusOptions;
} {
  if (plugins['prometheus'] === false) return {};
  const { path, returnPerObjectMetrics: isPerObject, isAuthenticated } = prometheus;
  return { prometheus: { ...places(prometheus), path, isPerObject, isAuthenticated } };
}

function places({
  tcp,
  ssl,
}: {
  readonly tcp: HttpListenerSettings | null;
  readonly ssl: HttpsListenerSettings | null;
}): HttpPlaces {
  const tls = ssl === null ? null : tlsOptions(ssl.tls);
  return {
    ...(tcp === null ? {} : { port: tcp.port, host: tcp.ip }),
    ...(ssl === null || tls === null ? {} : { tls: { ...tls, port: ssl.port, host: ssl.ip } }),
  };
}

/** Those that the operator has set. */
function headersOf(management: ManagementSettings): Readonly<Record<string, string>> {
  const headers = {
    'content-security-policy': management.contentSecurityPolicy,
    'strict-transport-security': management.strictTransportSecurity,
    'x-content-type-options': management.contentTypeOptions,
    'x-xss-protection': management.xssProtection,
    'x-frame-options': management.frameOptions,
    'referrer-policy': management.referrerPolicy,
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
