/**
 * Who may do what: the broker's users with their permissions, and the one place that logins and operations are checked
 * at. Front ends ask here; which back ends answer they do not know. What is changed takes effect at once, also for
 * connections that are open.
 */
import type { PatternOptions } from '../runtime/pattern.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { DefinitionStore } from '../store/definition-store.ts';
import type {
  Access,
  AuthenticatedUser,
  Authenticator,
  Authorizer,
  BackEnd,
  Login,
  LoginProtocol,
  Peer,
  Resource,
  TopicVariables,
} from './authenticator.ts';
import { DisclosedRefusal } from './disclosed-refusal.ts';
import { allAgree, whenKnown, type Eventually } from './eventually.ts';
import { FailedLogins } from './failed-logins.ts';
import { InternalBackEnd } from './internal-back-end.ts';
import { LoginChain, type ChainLink } from './login-chain.ts';
import { PasswordHashing, SCRYPT } from './password-hashing.ts';
import type { PasswordRule } from './password-rule.ts';
import { Permissions, readPermission, type CompiledPermission } from './permissions.ts';
import { allDurable, StoredCollection, type Durable } from './stored-collection.ts';
import type { CompiledTopicPermission } from './topic-permissions.ts';
import { readTopicPermission, TopicPermissions } from './topic-permissions.ts';
import { Usage } from './usage.ts';
import { noSuchUser, readUser, Users, type User } from './users.ts';

/** The user that a new broker has. */
export interface DefaultUser {
  readonly name: string;
  readonly password: string;
  readonly vhost: string;
  readonly tags: readonly string[];
  /** Regular expressions for the permissions in that virtual host. */
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export const DEFAULT_USER: DefaultUser = {
  name: 'guest',
  password: 'guest',
  vhost: '/',
  tags: ['administrator'],
  configure: '.*',
  write: '.*',
  read: '.*',
};

export interface AccessControlOptions {
  readonly definitions: DefinitionStore;
  readonly runtime: Pick<Runtime, 'random' | 'timers' | 'clock' | 'log'>;
  /** What new passwords are hashed with; scrypt when left out. */
  readonly hashingAlgorithm?: string | null;
  /** Users that may log in from this machine only; guest when left out. */
  readonly loopbackUsers?: readonly string[];
  /** What new passwords must be like; anything goes when left out. */
  readonly passwordRule?: PasswordRule | null;
  /** Who logs users in, in this order; the broker's own users when left out. */
  readonly backEnds?: (internal: BackEnd) => readonly ChainLink[];
}

/** How many logins went which way. */
export interface LoginAttempts {
  succeeded: number;
  failed: number;
}

/** What was changed, for those who tell of it. */
export interface AccessChange {
  readonly is:
    | 'user-created'
    | 'user-changed'
    | 'password-changed'
    | 'tags-changed'
    | 'limits-changed'
    | 'user-deleted'
    | 'permission-set'
    | 'permission-deleted'
    | 'topic-permission-set'
    | 'topic-permission-deleted';
  readonly user: string;
  /** Of permissions. */
  readonly vhost?: string;
  /** Of topic permissions. */
  readonly exchange?: string;
}

/** A store that has had its default user, or was told to have none, never gets one again. */
const DEFAULT_USER_DONE = { kind: 'milestone', key: 'default-user', value: true } as const;

export class AccessControl implements Authenticator, Authorizer {
  readonly users: Users;
  readonly permissions: Permissions;
  readonly topicPermissions: TopicPermissions;
  readonly usage: Usage = new Usage();
  /** Counts changes of anything that answers depend on: what was allowed in one generation is, for as long as it lasts. */
  generation = 0;
  /** Logins since the start, over all protocols. */
  readonly attempts: LoginAttempts = { succeeded: 0, failed: 0 };
  /** Those since somebody has asked to count anew. */
  readonly attemptsByProtocol: Map<LoginProtocol, LoginAttempts> = new Map();
  readonly #options: AccessControlOptions;
  readonly #hashing: PasswordHashing;
  readonly #internal: InternalBackEnd;
  readonly #chain: LoginChain;
  readonly #failedLogins: FailedLogins;
  readonly #loopbackUsers: ReadonlySet<string>;
  readonly #listeners = new Set<(change: AccessChange) => void>();
  readonly #stored: {
    readonly users: StoredCollection<User>;
    readonly permissions: StoredCollection<CompiledPermission>;
    readonly topicPermissions: StoredCollection<CompiledTopicPermission>;
  };
  readonly #patterns: PatternOptions;

  constructor(options: AccessControlOptions) {
    const { definitions, runtime, loopbackUsers = [DEFAULT_USER.name] } = options;
    this.#options = options;
    this.#patterns = {
      onTimeout: (pattern) =>
        runtime.log.warn('a regular expression takes too long and counts as not met', { pattern }),
    };
    this.#stored = {
      users: new StoredCollection(definitions, 'user'),
      permissions: new StoredCollection(definitions, 'permission'),
      topicPermissions: new StoredCollection(definitions, 'topic-permission'),
    };
    this.#hashing = new PasswordHashing(runtime.random, options.hashingAlgorithm ?? SCRYPT);
    this.users = this.#createUsers(this.#hashing);
    this.permissions = this.#createPermissions();
    this.topicPermissions = this.#createTopicPermissions();
    const { users, permissions, topicPermissions } = this;
    const hashing = this.#hashing;
    const { random } = runtime;
    this.#internal = new InternalBackEnd({ users, permissions, topicPermissions, hashing, random });
    const links = options.backEnds?.(this.#internal) ?? [{ authentication: this.#internal }];
    this.#chain = new LoginChain(links, runtime.log);
    this.#failedLogins = new FailedLogins(runtime.clock, runtime.timers);
    this.#loopbackUsers = new Set(loopbackUsers);
  }

  #createUsers(hashing: PasswordHashing): Users {
    return new Users({
      stored: this.#stored.users,
      hashing,
      passwordRule: this.#options.passwordRule ?? null,
      onPut: (user, before) => {
        const hasNewPassword = before !== null && before.passwordHash !== user.passwordHash;
        if (hasNewPassword) this.#internal.forget(before);
        for (const is of changesOf(user, before)) this.#changed({ is, user: user.name });
      },
      onDelete: (user) => {
        const isTheirs = (permission: { readonly user: string }): boolean =>
          permission.user === user.name;
        const changes = [
          this.permissions.deleteWhere(isTheirs),
          this.topicPermissions.deleteWhere(isTheirs),
        ];
        this.#internal.forget(user);
        this.#changed({ is: 'user-deleted', user: user.name });
        return allDurable(changes);
      },
    });
  }

  #createPermissions(): Permissions {
    return new Permissions({
      stored: this.#stored.permissions,
      patterns: this.#patterns,
      requireUser: (name) => this.#requireUser(name),
      onPut: ({ user, vhost }) => this.#changed({ is: 'permission-set', user, vhost }),
      onDelete: ({ user, vhost }) => this.#changed({ is: 'permission-deleted', user, vhost }),
    });
  }

  #createTopicPermissions(): TopicPermissions {
    return new TopicPermissions({
      stored: this.#stored.topicPermissions,
      patterns: this.#patterns,
      requireUser: (name) => this.#requireUser(name),
      onPut: ({ user, vhost, exchange }) =>
        this.#changed({ is: 'topic-permission-set', user, vhost, exchange }),
      onDelete: ({ user, vhost, exchange }) =>
        this.#changed({ is: 'topic-permission-deleted', user, vhost, exchange }),
    });
  }

  #requireUser(name: string): void {
    if (this.users.find(name) === undefined) throw noSuchUser(name);
  }

  #changed(change: AccessChange): void {
    this.generation++;
    for (const listener of this.#listeners) listener(change);
  }

  /** Calls `listener` at each change, before it is durable. Returns a function that ends this. */
  onChange(listener: (change: AccessChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Takes what the store has kept. To be called once, before anybody is served. A store that never had a user gets the
   * default one; null for none.
   */
  async recover(defaultUser: DefaultUser | null = DEFAULT_USER): Promise<void> {
    const { runtime, definitions } = this.#options;
    const { users, permissions, topicPermissions } = this.#stored;
    users.recover(readUser, runtime.log);
    permissions.recover((value) => readPermission(value, this.#patterns), runtime.log);
    topicPermissions.recover((value) => readTopicPermission(value, this.#patterns), runtime.log);
    this.generation++;
    const isNew = users.size === 0 && definitions.load(DEFAULT_USER_DONE.kind).length === 0;
    if (isNew && defaultUser !== null) await this.#createDefaultUser(defaultUser);
  }

  async #createDefaultUser(defaultUser: DefaultUser): Promise<void> {
    const { name, password, tags, vhost, configure, write, read } = defaultUser;
    const hash = await this.#hashing.hash(password);
    this.#internal.remember(name, password, hash);
    // Without a pause between them these become durable together.
    await allDurable([
      this.users.put({ name, ...hash, tags, limits: {} }),
      this.permissions.put({ user: name, vhost, configure, write, read }),
      this.#options.definitions.put(DEFAULT_USER_DONE),
    ]);
  }

  /** A virtual host is gone: nobody has permissions in it. */
  deleteVirtualHost(vhost: string): Durable {
    const isOfIt = (permission: { readonly vhost: string }): boolean => permission.vhost === vhost;
    return allDurable([
      this.permissions.deleteWhere(isOfIt),
      this.topicPermissions.deleteWhere(isOfIt),
    ]);
  }

  /** Nobody logs in any more. */
  async close(): Promise<void> {
    await this.#chain.close();
  }

  // Logins -------------------------------------------------------------------------------------

  /** After logins that failed, the next of the same peer wait: the answer is a promise then. */
  authenticate(login: Login): Eventually<AuthenticatedUser | null> {
    const pause = this.#failedLogins.wait(login);
    if (pause === undefined) return this.#tryLogin(login);
    return pause.then((isTurn) => (isTurn ? this.#tryLogin(login) : null));
  }

  #tryLogin(login: Login): Eventually<AuthenticatedUser | null> {
    const answer = this.#chain.authenticate(login);
    const isAnswered = answer instanceof Promise ? this.#failedLogins.awaited(login) : null;
    return whenKnown(answer, (user) => {
      isAnswered?.();
      const isAllowed =
        user !== null && (login.peer.isLoopback || !this.#loopbackUsers.has(user.name));
      this.#count(login, isAllowed ? 'succeeded' : 'failed');
      if (isAllowed) this.#failedLogins.succeeded(login);
      else this.#failedLogins.failed(login);
      return isAllowed ? user : null;
    });
  }

  #count({ protocol = 'amqp091' }: Login, outcome: keyof LoginAttempts): void {
    const attempts = this.attemptsByProtocol.get(protocol) ?? { succeeded: 0, failed: 0 };
    this.attemptsByProtocol.set(protocol, attempts);
    attempts[outcome]++;
    this.attempts[outcome]++;
  }

  updateSecret(user: AuthenticatedUser, secret: string): Eventually<AuthenticatedUser | null> {
    // The broker's own users do not care for new secrets, in RabbitMQ neither.
    if (!user.authorizers.some((one) => 'renew' in one)) return user;
    return this.#chain.updateSecret(user, secret).then((renewed) => {
      this.generation++;
      return renewed;
    });
  }

  // What users may do --------------------------------------------------------------------------

  /** A promise rejects with a DisclosedRefusal, or not at all. */
  vhostAccess(user: AuthenticatedUser, vhost: string, peer: Peer): Eventually<boolean> {
    const answer = allAgree(user.authorizers, (one) => one.vhostAccess(user, vhost, peer));
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      if (error instanceof DisclosedRefusal) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const { log } = this.#options.runtime;
      log.error('a permission could not be checked', { user: user.name, vhost, reason });
      return false;
    });
  }

  resourceAccess(
    user: AuthenticatedUser,
    vhost: string,
    resource: Resource,
    access: Access,
  ): Eventually<boolean> {
    return allAgree(user.authorizers, (one) => one.resourceAccess(user, vhost, resource, access));
  }

  topicAccess(
    user: AuthenticatedUser,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: 'write' | 'read',
    variables: TopicVariables,
  ): Eventually<boolean> {
    return allAgree(user.authorizers, (one) =>
      one.topicAccess(user, vhost, exchange, routingKey, access, variables),
    );
  }
}

function changesOf(user: User, before: User | null): AccessChange['is'][] {
  if (before === null) return ['user-created'];
  const changes: AccessChange['is'][] = [];
  if (before.passwordHash !== user.passwordHash) changes.push('password-changed');
  if (before.tags.join(',') !== user.tags.join(',')) changes.push('tags-changed');
  if (JSON.stringify(before.limits) !== JSON.stringify(user.limits)) changes.push('limits-changed');
  return changes.length === 0 ? ['user-changed'] : changes;
}
