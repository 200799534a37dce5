// Settings of the authentication back ends, each under the key names of RabbitMQ's plugin for it.
import type { TlsClientSettings } from './tls-settings.ts';

export type AuthBackendName = 'internal' | 'http' | 'oauth2' | 'ldap' | 'cache';

/** One step of the chain: who says that a user is who they say, and who says what they may do. */
export interface AuthBackendStep {
  readonly authn: AuthBackendName;
  readonly authz: AuthBackendName;
}

/** Whom a client without credentials is taken for. */
export interface AnonymousLogin {
  readonly user: string;
  readonly password: string;
}

export interface HttpAuthSettings {
  readonly method: 'get' | 'post';
  /** URLs; null where the back end is not set up. */
  readonly userPath: string | null;
  readonly vhostPath: string | null;
  readonly resourcePath: string | null;
  readonly topicPath: string | null;
  readonly requestTimeoutMs: number;
  readonly connectionTimeoutMs: number;
  /** The server's reason for a refusal is told to the client. */
  readonly authorizationFailureDisclosure: boolean;
  readonly tls: TlsClientSettings;
}

export interface OAuth2Settings {
  readonly resourceServerId: string | null;
  readonly resourceServerType: string | null;
  /** Null: the resource server's id and a dot. */
  readonly scopePrefix: string | null;
  readonly additionalScopesKey: string | null;
  readonly scopeAliases: Readonly<Record<string, readonly string[]>>;
  readonly preferredUsernameClaims: readonly string[];
  readonly verifyAud: boolean;
  readonly requireExp: boolean;
  readonly provider: OAuthProvider;
  /** The provider to take where a resource server names none. */
  readonly defaultProvider: string | null;
  readonly providers: Readonly<Record<string, OAuthProvider>>;
  readonly resourceServers: readonly OAuthResourceServer[];
}

export interface OAuthProvider {
  readonly issuer: string | null;
  readonly jwksUrl: string | null;
  readonly discoveryEndpointPath: string | null;
  readonly discoveryEndpointParams: Readonly<Record<string, string>>;
  readonly tokenEndpoint: string | null;
  readonly authorizationEndpoint: string | null;
  readonly endSessionEndpoint: string | null;
  /** Files with keys, by id. */
  readonly signingKeys: Readonly<Record<string, string>>;
  readonly defaultKey: string | null;
  /** Empty for all that the key allows. */
  readonly algorithms: readonly string[];
  readonly https: OAuthHttpsSettings;
}

export interface OAuthHttpsSettings {
  readonly verify: 'verify_peer' | 'verify_none';
  readonly caCertFile: string | null;
  readonly depth: number | null;
  readonly hostnameVerification: 'wildcard' | 'none';
}

export interface OAuthResourceServer {
  readonly id: string;
  readonly type: string | null;
  readonly scopePrefix: string | null;
  readonly additionalScopesKey: string | null;
  readonly preferredUsernameClaims: readonly string[];
  readonly scopeAliases: Readonly<Record<string, readonly string[]>>;
  readonly verifyAud: boolean | null;
  readonly provider: string | null;
}

export interface LdapSettings {
  readonly servers: readonly string[];
  readonly port: number;
  /** In milliseconds; infinite for none. */
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly connectionPoolSize: number;
  readonly userBindPattern: string | null;
  readonly userDnPattern: string;
  readonly dnLookupAttribute: string | null;
  readonly dnLookupBase: string | null;
  readonly dnLookupBind: LdapBind;
  readonly otherBind: LdapBind;
  readonly groupLookupBase: string | null;
  readonly useSsl: boolean;
  readonly useStartTls: boolean;
  readonly log: 'false' | 'true' | 'network' | 'network_unsafe';
  /** Queries in the plugin's own form; null where not set. */
  readonly queries: {
    readonly vhostAccess: string | null;
    readonly resourceAccess: string | null;
    readonly topicAccess: string | null;
    readonly tags: string | null;
  };
  readonly tls: TlsClientSettings;
}

/** As whom a look-up is made. */
export type LdapBind = 'as_user' | 'anon' | { readonly userDn: string; readonly password: string };

export interface AuthCacheSettings {
  readonly backend: AuthBackendStep;
  readonly ttlMs: number;
  readonly cacheRefusals: boolean;
}
