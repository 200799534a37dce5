/**
 * The back end that keeps the answers of others for a while, as RabbitMQ's rabbitmq_auth_backend_cache does. Only of those
 * whose answers change without notice: who is asked in vain, such as the broker's own users, is asked each time.
 */
import type {
  Access,
  AuthenticatedUser,
  Authorizer,
  BackEnd,
  Login,
  Peer,
  Resource,
  TopicVariables,
} from '../authenticator.ts';
import { whenKnown, type Eventually } from '../eventually.ts';
import { AnswerCache, type AnswerCacheOptions } from './answer-cache.ts';

export interface CachingBackEndOptions extends AnswerCacheOptions {
  /** Who says that somebody is who they say. */
  readonly authentication: BackEnd;
  /** Who says what they may do. */
  readonly authorization: BackEnd;
  /** Keep what is refused, too. */
  readonly cacheRefusals: boolean;
}

/** Asks through the cache, if it is worth it. */
type Remember = <T>(
  parts: readonly (string | null)[],
  ask: () => Eventually<T>,
  isRefusal: (answer: T) => boolean,
) => Eventually<T>;

export class CachingBackEnd implements BackEnd {
  readonly name = 'cache';
  readonly changesUnnoticed = true;
  readonly #options: CachingBackEndOptions;
  readonly #cache: AnswerCache;

  constructor(options: CachingBackEndOptions) {
    this.#options = options;
    this.#cache = new AnswerCache(options);
  }

  async close(): Promise<void> {
    this.#cache.close();
    const { authentication, authorization } = this.#options;
    await Promise.all([authentication.close?.(), authorization.close?.()]);
  }

  authenticate(login: Login): Eventually<AuthenticatedUser | null> {
    const { authentication, authorization } = this.#options;
    const answer = this.#user('authenticate', authentication, login);
    if (authentication === authorization) return answer;
    return whenKnown(answer, (user) => {
      if (user === null) return null;
      const known = { ...login, userName: user.name, password: null };
      return whenKnown(this.#user('authorize', authorization, known), (granted) => {
        if (granted === null) return null;
        return { ...granted, name: user.name, tags: [...new Set([...user.tags, ...granted.tags])] };
      });
    });
  }

  authorize(login: Login): Eventually<AuthenticatedUser | null> {
    return this.#user('authorize', this.#options.authorization, login);
  }

  #user(
    question: 'authenticate' | 'authorize',
    backEnd: BackEnd,
    login: Login,
  ): Eventually<AuthenticatedUser | null> {
    const ask = (): Eventually<AuthenticatedUser | null> => backEnd[question](login);
    if (backEnd.changesUnnoticed !== true) return ask();
    const parts = [question, backEnd.name, login.userName, login.password];
    return whenKnown(
      this.#remember(parts, ask, (user) => user === null),
      (user) => {
        if (user === null) return null;
        // What is kept for one login is of no use to another: what users may do can depend on it.
        const scope = this.#cache.digestOf(parts);
        const authorizers = user.authorizers.map((one) => this.#caching(one, scope));
        return { ...user, authorizers };
      },
    );
  }

  #caching(authorizer: Authorizer, scope: string): Authorizer {
    if (authorizer.changesUnnoticed !== true) return authorizer;
    return new CachingAuthorizer(authorizer, scope, this.#remember);
  }

  readonly #remember: Remember = (parts, ask, isRefusal) => {
    const { cacheRefusals } = this.#options;
    return this.#cache.answer(
      this.#cache.digestOf(parts),
      ask,
      (answer) => cacheRefusals || !isRefusal(answer),
    );
  };
}

class CachingAuthorizer implements Authorizer {
  readonly changesUnnoticed = true;
  readonly #authorizer: Authorizer;
  readonly #scope: string;
  readonly #remember: Remember;

  constructor(authorizer: Authorizer, scope: string, remember: Remember) {
    this.#authorizer = authorizer;
    this.#scope = scope;
    this.#remember = remember;
  }

  vhostAccess(user: AuthenticatedUser, vhost: string, peer: Peer): Eventually<boolean> {
    return this.#ask(user, ['vhost', vhost, peer.address], () =>
      this.#authorizer.vhostAccess(user, vhost, peer),
    );
  }

  resourceAccess(
    user: AuthenticatedUser,
    vhost: string,
    resource: Resource,
    access: Access,
  ): Eventually<boolean> {
    return this.#ask(user, ['resource', vhost, resource.kind, resource.name, access], () =>
      this.#authorizer.resourceAccess(user, vhost, resource, access),
    );
  }

  topicAccess(
    user: AuthenticatedUser,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: 'write' | 'read',
    variables: TopicVariables,
  ): Eventually<boolean> {
    const parts = ['topic', vhost, exchange, routingKey, access, JSON.stringify(variables)];
    return this.#ask(user, parts, () =>
      this.#authorizer.topicAccess(user, vhost, exchange, routingKey, access, variables),
    );
  }

  #ask(
    { name, tags }: AuthenticatedUser,
    parts: readonly string[],
    ask: () => Eventually<boolean>,
  ): Eventually<boolean> {
    const all = [this.#scope, name, tags.join(' '), ...parts];
    return this.#remember(all, ask, (isAllowed) => !isAllowed);
  }
}
