/**
 * The back ends that a login is tried with, one after the other, until one accepts it. Where others are to decide what
 * the user may do, all of these must know the user.
 */
import type { Logger } from '../runtime/logger.ts';
import type { AuthenticatedUser, Authorizer, BackEnd, Login } from './authenticator.ts';
import { whenKnown, type Eventually } from './eventually.ts';

export interface ChainLink {
  readonly authentication: BackEnd;
  /** Who decides what users may do, where it is not the same. */
  readonly authorization?: readonly BackEnd[];
}

export class LoginChain {
  readonly #links: readonly ChainLink[];
  readonly #log: Logger;

  constructor(links: readonly ChainLink[], log: Logger) {
    this.#links = links;
    this.#log = log;
  }

  /** Null when nobody accepts it. */
  authenticate(login: Login, from = 0): Eventually<AuthenticatedUser | null> {
    const link = this.#links[from];
    if (link === undefined) return null;
    return whenKnown(this.#try(link, login), (user) => user ?? this.authenticate(login, from + 1));
  }

  #try(link: ChainLink, login: Login): Eventually<AuthenticatedUser | null> {
    const { authentication, authorization } = link;
    const answer = this.#ask(authentication, () =>
      authentication.authenticate(named(login, authentication)),
    );
    return whenKnown(answer, (user) => {
      if (user === null || authorization === undefined) return user;
      // Who they are is known now, perhaps under another name than they gave.
      const known = { ...login, userName: user.name };
      return this.#authorize(authorization, known, { ...user, authorizers: [] });
    });
  }

  /** Adds what each of the back ends says of the user. */
  #authorize(
    backEnds: readonly BackEnd[],
    login: Login,
    user: AuthenticatedUser,
  ): Eventually<AuthenticatedUser | null> {
    const [backEnd, ...others] = backEnds;
    if (backEnd === undefined) return user;
    const answer = this.#ask(backEnd, () => backEnd.authorize(named(login, backEnd)));
    return whenKnown(answer, (granted) => {
      if (granted === null) return null;
      const tags = [...new Set([...user.tags, ...granted.tags])];
      const authorizers = [...user.authorizers, ...granted.authorizers];
      return this.#authorize(others, login, { name: user.name, tags, authorizers });
    });
  }

  /** A back end that cannot answer refuses. */
  #ask(
    backEnd: BackEnd,
    question: () => Eventually<AuthenticatedUser | null>,
  ): Eventually<AuthenticatedUser | null> {
    const refuse = (error: unknown): null => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error('a login could not be checked', { backEnd: backEnd.name, reason });
      return null;
    };
    try {
      const answer = question();
      return answer instanceof Promise ? answer.catch(refuse) : answer;
    } catch (error) {
      return refuse(error);
    }
  }

  /** Closes the back ends. */
  async close(): Promise<void> {
    const backEnds = this.#links.flatMap(({ authentication, authorization = [] }) => [
      authentication,
      ...authorization,
    ]);
    await Promise.all([...new Set(backEnds)].map(async (backEnd) => backEnd.close?.()));
  }

  /** Gives a new secret to all who decide for the user. Null when one refuses it. */
  async updateSecret(user: AuthenticatedUser, secret: string): Promise<AuthenticatedUser | null> {
    const renewed: Authorizer[] = [];
    for (const authorizer of user.authorizers) {
      const next =
        authorizer.renew === undefined ? authorizer : await this.#renew(authorizer, user, secret);
      if (next === null) return null;
      renewed.push(next);
    }
    return { ...user, authorizers: renewed };
  }

  async #renew(
    authorizer: Authorizer,
    user: AuthenticatedUser,
    secret: string,
  ): Promise<Authorizer | null> {
    try {
      return (await authorizer.renew?.(user, secret)) ?? null;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error('a new secret could not be checked', { user: user.name, reason });
      return null;
    }
  }
}

/** A login whose refusals tell the back end's name. */
function named(login: Login, { name }: BackEnd): Login {
  const { onRefusal } = login;
  if (onRefusal === undefined) return login;
  return { ...login, onRefusal: (reason) => onRefusal(`${name}: ${reason}`) };
}
