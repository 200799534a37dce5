// Settings of the plugins that serve HTTP: management and prometheus.
import type { TlsServerSettings } from './tls-settings.ts';

export interface HttpListenerSettings {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  /** Where nothing was said: the host of the first AMQP listener. */
  readonly ip: string;
}

export interface HttpsListenerSettings extends HttpListenerSettings {
  readonly tls: TlsServerSettings;
}

export interface ManagementSettings {
  /** Null where only TLS is served: `management.ssl.port` is set, and `management.tcp.port` is not. */
  readonly tcp: HttpListenerSettings | null;
  readonly ssl: HttpsListenerSettings | null;
  /** Begins with a slash, or is empty. */
  readonly pathPrefix: string;
  readonly cors: {
    /** Empty: no other site may ask. */
    readonly allowOrigins: readonly string[];
    /** In seconds. */
    readonly maxAge: number;
  };
  readonly ratesMode: 'basic' | 'detailed' | 'none';
  readonly disableStats: boolean;
  readonly enableQueueTotals: boolean;
  readonly disableBasicAuth: boolean;
  /** In octets. */
  readonly maxBodySize: number;
  /** In milliseconds. */
  readonly idleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Null for none. */
  readonly accessLogDir: string | null;
  /** Headers of answers; null for the plugin's own choice. */
  readonly contentSecurityPolicy: string | null;
  readonly strictTransportSecurity: string | null;
  readonly contentTypeOptions: string | null;
  readonly xssProtection: string | null;
  readonly frameOptions: string | null;
  readonly referrerPolicy: string | null;
  readonly isOperatorPolicyReadOnly: boolean;
  readonly requireAuthForApiReference: boolean;
  readonly oauth: ManagementOAuthSettings;
}

/** Logging in to the web pages with OAuth 2. */
export interface ManagementOAuthSettings {
  readonly isEnabled: boolean;
  readonly disableBasicAuth: boolean;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly providerUrl: string | null;
  readonly scopes: string;
  readonly initiatedLogonType: 'sp_initiated' | 'idp_initiated';
}

export interface PrometheusSettings {
  readonly tcp: HttpListenerSettings | null;
  readonly ssl: HttpsListenerSettings | null;
  readonly path: string;
  readonly returnPerObjectMetrics: boolean;
  readonly isAuthenticated: boolean;
}
