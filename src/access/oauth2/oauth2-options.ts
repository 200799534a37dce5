/** What the OAuth 2 back end can be made with: the settings `auth_oauth2.*` of RabbitMQ. Left out, or null: its default. */

export interface OAuth2Options {
  /** What tokens are meant for (`aud`). */
  readonly resourceServerId?: string | null;
  /** In rich authorization requests. */
  readonly resourceServerType?: string | null;
  /** What scopes begin with; the resource server's id and a dot when left out. */
  readonly scopePrefix?: string | null;
  /** Paths to further scopes in a token, with spaces between them: `realm_access.roles`. */
  readonly additionalScopesKey?: string | null;
  /** Scopes that a word stands for. */
  readonly scopeAliases?: ScopeAliases;
  /** Fields of a token that name the user, the best first; then come `sub` and `client_id`. */
  readonly preferredUsernameClaims?: readonly string[];
  /** False: other tokens are taken, too. */
  readonly verifyAud?: boolean;
  /** False: a token without an end lasts for ever. */
  readonly requireExp?: boolean;
  readonly provider?: OAuthProviderOptions;
  /** Of resource servers that name none, one of `providers`; `provider` when left out. */
  readonly defaultProvider?: string | null;
  readonly providers?: Readonly<Record<string, OAuthProviderOptions>>;
  readonly resourceServers?: readonly OAuthResourceServerOptions[];
}

export type ScopeAliases = Readonly<Record<string, readonly string[]>>;

/** Who issues tokens, and how its keys are known: they are looked for in files first. */
export interface OAuthProviderOptions {
  /** URL; it is asked where the keys are. */
  readonly issuer?: string | null;
  /** URL of the keys, where it need not be asked. */
  readonly jwksUrl?: string | null;
  /** `.well-known/openid-configuration` when left out. */
  readonly discoveryEndpointPath?: string | null;
  readonly discoveryEndpointParams?: Readonly<Record<string, string>>;
  /** Files with public keys or certificates (PEM), by id. */
  readonly signingKeys?: Readonly<Record<string, string>>;
  /** Of tokens that name no key. */
  readonly defaultKey?: string | null;
  /** What tokens may be signed with; all that are safe when left out, or empty. */
  readonly algorithms?: readonly string[];
  readonly https?: OAuthHttpsOptions;
}

/** Which servers are believed to be the provider's. */
export interface OAuthHttpsOptions {
  readonly verify?: 'verify_peer' | 'verify_none';
  /** PEM file of the authorities that are trusted. */
  readonly caCertFile?: string | null;
  readonly depth?: number | null;
  readonly hostnameVerification?: 'wildcard' | 'none';
}

/** What is left out is as in OAuth2Options. */
export interface OAuthResourceServerOptions {
  readonly id: string;
  readonly type?: string | null;
  readonly scopePrefix?: string | null;
  readonly additionalScopesKey?: string | null;
  readonly scopeAliases?: ScopeAliases;
  readonly preferredUsernameClaims?: readonly string[];
  readonly verifyAud?: boolean | null;
  /** One of `providers`. */
  readonly provider?: string | null;
}
