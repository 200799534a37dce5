/** The back end that decides by the broker's own users and permissions. It answers at once, but for slow hashes. */
import type { Random } from '../runtime/random.ts';
import type {
  Access,
  AuthenticatedUser,
  Authorizer,
  BackEnd,
  Login,
  Peer,
  Resource,
  TopicVariables,
} from './authenticator.ts';
import type { Eventually } from './eventually.ts';
import type { PasswordHash, PasswordHashing } from './password-hashing.ts';
import { networkOf } from './peer-network.ts';
import type { Permissions } from './permissions.ts';
import type { TopicPermissions } from './topic-permissions.ts';
import type { User, Users } from './users.ts';
import { VerifiedCredentials } from './verified-credentials.ts';

export interface InternalBackEndOptions {
  readonly users: Users;
  readonly permissions: Permissions;
  readonly topicPermissions: TopicPermissions;
  readonly hashing: PasswordHashing;
  readonly random: Random;
}

export class InternalBackEnd implements BackEnd, Authorizer {
  readonly name = 'internal';
  readonly #options: InternalBackEndOptions;
  readonly #verified: VerifiedCredentials;
  /** Passwords that are being checked, by digest: who says the same waits for the same answer. */
  readonly #pending = new Map<string, Promise<boolean>>();

  constructor(options: InternalBackEndOptions) {
    this.#options = options;
    this.#verified = new VerifiedCredentials(options.random);
  }

  authenticate({ userName, password, peer }: Login): Eventually<AuthenticatedUser | null> {
    const user = this.#options.users.find(userName);
    if (password === null) return user === undefined ? null : this.#accept(user);
    // As in RabbitMQ: a blank password is none.
    if (password === '') return null;
    // No user is without a name, but tokens for other back ends are: they need not wait for a hash.
    if (userName === '') return null;
    const digest = this.#verified.digestOf(userName, password);
    if (user !== undefined && this.#verified.has(digest, user)) return this.#accept(user);
    const answer = this.#verify(digest, password, user ?? null, peer);
    if (answer instanceof Promise) {
      return answer.then((isRight) => this.#conclude(isRight, user));
    }
    return this.#conclude(answer, user);
  }

  #verify(digest: string, password: string, user: User | null, peer: Peer): Eventually<boolean> {
    const key = `${digest} ${user?.passwordHash ?? ''}`;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const answer = this.#options.hashing.verify(password, user, networkOf(peer));
    if (!(answer instanceof Promise)) return answer;
    const checked = answer
      .then((isRight) => {
        if (isRight && user !== null) this.#verified.add(digest, user);
        return isRight;
      })
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, checked);
    return checked;
  }

  /** While a password was checked its user may have been changed. */
  #conclude(isRight: boolean, checked: User | undefined): AuthenticatedUser | null {
    if (!isRight || checked === undefined) return null;
    const user = this.#options.users.find(checked.name);
    return user?.passwordHash === checked.passwordHash ? this.#accept(user) : null;
  }

  authorize({ userName }: Login): AuthenticatedUser | null {
    const user = this.#options.users.find(userName);
    return user === undefined ? null : this.#accept(user);
  }

  #accept({ name, tags }: User): AuthenticatedUser {
    return { name, tags, authorizers: [this] };
  }

  /** A password that is known to be right need not be checked at the first login. */
  remember(userName: string, password: string, hash: PasswordHash): void {
    this.#verified.add(this.#verified.digestOf(userName, password), hash);
  }

  /** The user has another password, or is gone. */
  forget(user: User): void {
    this.#verified.forget(user);
  }

  vhostAccess({ name }: AuthenticatedUser, vhost: string): boolean {
    return this.#options.permissions.find(name, vhost) !== undefined;
  }

  resourceAccess(
    { name: user }: AuthenticatedUser,
    vhost: string,
    { name }: Resource,
    access: Access,
  ): boolean {
    return this.#options.permissions.allows(user, vhost, name, access);
  }

  topicAccess(
    { name: user }: AuthenticatedUser,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: 'write' | 'read',
    variables: TopicVariables,
  ): boolean {
    const { topicPermissions } = this.#options;
    return topicPermissions.allows({ user, vhost, exchange }, routingKey, access, variables);
  }
}
