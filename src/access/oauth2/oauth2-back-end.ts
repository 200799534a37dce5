/**
 * The back end whose users log in with OAuth 2 access tokens in place of passwords
 * (https://www.rabbitmq.com/docs/oauth2): who they are, what they may do and for how long is in the token.
 */
import type { Runtime } from '../../runtime/runtime.ts';
import type {
  Access,
  AuthenticatedUser,
  Authorizer,
  BackEnd,
  Login,
  Resource,
} from '../authenticator.ts';
import { BackEndError } from '../back-end-error.ts';
import { IdentityProvider } from './identity-provider.ts';
import type { OAuth2Options } from './oauth2-options.ts';
import { resourceServersOf, type ResourceServer } from './resource-server.ts';
import { ScopePermissions, tagsOf } from './scope-permissions.ts';
import { TokenRefused } from './token-refused.ts';
import { scopesOf, type Claims } from './token-scopes.ts';
import { TokenVerifier } from './token-verifier.ts';

type OAuth2Runtime = Pick<Runtime, 'clock' | 'log'>;

/** What a token that is right leads to. */
interface Session {
  readonly name: string;
  readonly tags: readonly string[];
  readonly permissions: ScopePermissions;
  readonly expiresAtMs: number;
}

export class OAuth2BackEnd implements BackEnd {
  readonly name = 'oauth2';
  readonly #verifier: TokenVerifier;
  readonly #runtime: OAuth2Runtime;
  readonly #closing = new AbortController();

  /** @throws BackEndError for settings that no token could be checked with */
  constructor(options: OAuth2Options, runtime: OAuth2Runtime) {
    this.#runtime = runtime;
    const issuerOf = this.#issuers(options);
    this.#verifier = new TokenVerifier({
      servers: resourceServersOf(options).map((server) => ({
        ...server,
        issuer: issuerOf(server),
      })),
      requireExp: options.requireExp ?? true,
      clock: runtime.clock,
    });
  }

  /** Whose tokens a resource server takes: each provider is made once. */
  #issuers(options: OAuth2Options): (server: ResourceServer) => IdentityProvider {
    const made = new Map<string | null, IdentityProvider>();
    return ({ provider: name }) => {
      const known = made.get(name);
      if (known !== undefined) return known;
      const settings = name === null ? (options.provider ?? {}) : options.providers?.[name];
      if (settings === undefined) {
        throw new BackEndError(`auth_oauth2: there is no oauth_providers.${name}`);
      }
      const parts = { runtime: this.#runtime, signal: this.#closing.signal };
      const provider = new IdentityProvider(settings, parts);
      made.set(name, provider);
      return provider;
    };
  }

  async authenticate(login: Login): Promise<AuthenticatedUser | null> {
    try {
      const { password } = login;
      if (password === null || password === '') throw new TokenRefused('there is none');
      const session = await this.openSession(password);
      const authorizer = new TokenAuthorizer(session, this, this.#runtime);
      return { name: session.name, tags: session.tags, authorizers: [authorizer] };
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      login.onRefusal?.(`the token is refused: ${error.message}`);
      return null;
    }
  }

  /** What the token allows does not depend on who says whose it is. */
  async authorize(login: Login): Promise<AuthenticatedUser | null> {
    return this.authenticate(login);
  }

  /** @throws TokenRefused */
  async openSession(token: string): Promise<Session> {
    const { claims, server, expiresAtMs } = await this.#verifier.verify(token);
    const scopes = scopesOf(claims, server);
    return {
      name: userNameOf(claims, server),
      tags: tagsOf(scopes),
      permissions: new ScopePermissions(scopes, claims),
      expiresAtMs,
    };
  }

  close(): void {
    this.#closing.abort();
  }
}

/** In octets, as of all names of users. */
const NAME_LENGTH_MAX = 255;
/** As in RabbitMQ: what the token allows counts also where it does not say whom. */
const NAMELESS = 'unknown';

/** @throws TokenRefused */
function userNameOf(claims: Claims, { usernameClaims }: ResourceServer): string {
  const names = usernameClaims.map((claim) => (Object.hasOwn(claims, claim) ? claims[claim] : ''));
  const name = names.find((value) => typeof value === 'string' && value !== '') ?? NAMELESS;
  if (Buffer.byteLength(name as string) > NAME_LENGTH_MAX) {
    throw new TokenRefused(`its user's name is longer than ${NAME_LENGTH_MAX} octets`);
  }
  return name as string;
}

/** Decides by one token, until it ends or another takes its place. */
class TokenAuthorizer implements Authorizer {
  readonly #session: Session;
  readonly #backEnd: OAuth2BackEnd;
  readonly #runtime: OAuth2Runtime;

  constructor(session: Session, backEnd: OAuth2BackEnd, runtime: OAuth2Runtime) {
    this.#session = session;
    this.#backEnd = backEnd;
    this.#runtime = runtime;
  }

  get expiresAtMs(): number {
    return this.#session.expiresAtMs;
  }

  get #isValid(): boolean {
    return this.#runtime.clock.nowMs() < this.#session.expiresAtMs;
  }

  vhostAccess(_user: AuthenticatedUser, vhost: string): boolean {
    return this.#isValid && this.#session.permissions.vhostAccess(vhost);
  }

  resourceAccess(
    _user: AuthenticatedUser,
    vhost: string,
    { name }: Resource,
    access: Access,
  ): boolean {
    return this.#isValid && this.#session.permissions.resourceAccess(vhost, name, access);
  }

  topicAccess(
    _user: AuthenticatedUser,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: 'write' | 'read',
  ): boolean {
    const { permissions } = this.#session;
    return this.#isValid && permissions.topicAccess(vhost, exchange, routingKey, access);
  }

  /** A new token, of the same user. */
  async renew(user: AuthenticatedUser, secret: string): Promise<Authorizer | null> {
    const { log } = this.#runtime;
    try {
      const session = await this.#backEnd.openSession(secret);
      if (session.name !== this.#session.name) throw new TokenRefused("it is another user's");
      return new TokenAuthorizer(session, this.#backEnd, this.#runtime);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      log.warn('a new token is refused', { user: user.name, reason: error.message });
      return null;
    }
  }
}
