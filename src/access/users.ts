/** The broker's own users, with the hashes of their passwords, their tags and their limits. */
import { AccessError } from './access-error.ts';
import { isHashingAlgorithm, type PasswordHash, type PasswordHashing } from './password-hashing.ts';
import { checkPassword, type PasswordRule } from './password-rule.ts';
import { allDurable, readTexts, type Durable, type StoredCollection } from './stored-collection.ts';

/** What can be limited for a user. 0: none at all; below: no limit. */
export interface UserLimits {
  readonly 'max-connections'?: number;
  readonly 'max-channels'?: number;
}

export type UserLimit = keyof UserLimits;

const USER_LIMITS: readonly string[] = ['max-connections', 'max-channels'] satisfies UserLimit[];

export interface User extends PasswordHash {
  readonly name: string;
  readonly tags: readonly string[];
  readonly limits: UserLimits;
}

export interface UsersOptions {
  readonly stored: StoredCollection<User>;
  readonly hashing: PasswordHashing;
  readonly passwordRule: PasswordRule | null;
  readonly onPut: (user: User, before: User | null) => void;
  /** What else ends with a user. */
  readonly onDelete: (user: User) => Durable;
}

export class Users {
  readonly #options: UsersOptions;

  constructor(options: UsersOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): IterableIterator<User> {
    return this.#options.stored.values();
  }

  get size(): number {
    return this.#options.stored.size;
  }

  find(name: string): User | undefined {
    return this.#options.stored.get(name);
  }

  /** Adds a user, or replaces the one of this name. @throws AccessError */
  put(user: User): Durable {
    checkUser(user);
    const { name, passwordHash, hashingAlgorithm, tags, limits } = user;
    // A copy: what the caller gave may change, or be more.
    const kept: User = {
      name,
      passwordHash,
      hashingAlgorithm,
      tags: [...tags],
      limits: readLimits(limits),
    };
    const before = this.find(name) ?? null;
    const stored = this.#options.stored.put([name], kept, kept);
    this.#options.onPut(kept, before);
    return stored;
  }

  /** Also deletes the permissions and ends the connections of the user. Nothing happens when there is none. */
  delete(name: string): Durable {
    const user = this.find(name);
    if (user === undefined) return undefined;
    const deleted = this.#options.stored.delete(name);
    return allDurable([deleted, this.#options.onDelete(user)]);
  }

  /**
   * What to put as the hash of a user's password. Takes some tens of milliseconds, of another thread.
   *
   * @throws AccessError for a password that the settings do not allow
   */
  async hashPassword(password: string): Promise<PasswordHash> {
    checkPassword(password, this.#options.passwordRule);
    return this.#options.hashing.hash(password);
  }

  /** @throws AccessError when there is no such user, or is none any more */
  async setPassword(name: string, password: string): Promise<void> {
    this.#get(name);
    const hash = await this.hashPassword(password);
    await this.put({ ...this.#get(name), ...hash });
  }

  /** @throws AccessError when there is no such user */
  setTags(name: string, tags: readonly string[]): Durable {
    return this.put({ ...this.#get(name), tags });
  }

  /** @throws AccessError when there is no such user or limit, or the value is no whole number */
  setLimit(name: string, limit: UserLimit, value: number): Durable {
    const user = this.#get(name);
    return this.put({ ...user, limits: { ...user.limits, [limit]: value } });
  }

  /** @throws AccessError when there is no such user */
  clearLimit(name: string, limit: UserLimit): Durable {
    const user = this.#get(name);
    const kept = Object.entries(user.limits).filter(([other]) => other !== limit);
    return this.put({ ...user, limits: Object.fromEntries(kept) });
  }

  #get(name: string): User {
    const user = this.find(name);
    if (user === undefined) throw noSuchUser(name);
    return user;
  }
}

export function noSuchUser(name: string): AccessError {
  return new AccessError('not-found', `user '${name}' does not exist`);
}

/** A user of what the store has kept. @throws Error */
export function readUser(value: unknown): User {
  const texts = readTexts(value, ['name', 'passwordHash', 'hashingAlgorithm']);
  const { tags, limits } = value as { tags?: unknown; limits?: unknown };
  const user: User = {
    ...texts,
    tags: Array.isArray(tags) ? tags.map(String) : [],
    limits: readLimits(limits ?? {}),
  };
  checkUser(user);
  return user;
}

function checkUser(user: User): void {
  if (user.name === '') throw new AccessError('invalid', 'the name of a user may not be empty');
  if (!isHashingAlgorithm(user.hashingAlgorithm)) {
    throw new AccessError('invalid', `unknown hashing algorithm '${user.hashingAlgorithm}'`);
  }
  if (!/^[A-Za-z\d+/]*={0,2}$/u.test(user.passwordHash)) {
    throw new AccessError('invalid', 'the hash of the password is not base64');
  }
}

/** The limits in plain data. @throws AccessError with RabbitMQ's text */
export function readLimits(value: unknown): UserLimits {
  const limits: Record<string, number> = {};
  for (const [name, limit] of Object.entries(value ?? {})) {
    if (!USER_LIMITS.includes(name)) {
      const shown = typeof limit === 'number' ? limit : JSON.stringify(limit);
      throw new AccessError(
        'invalid',
        `Unrecognised terms [{<<"${name}">>,${shown}}] in user-limits`,
      );
    }
    if (typeof limit !== 'number' || !Number.isSafeInteger(limit)) {
      const shown = typeof limit === 'string' ? `<<"${limit}">>` : JSON.stringify(limit);
      throw new AccessError('invalid', `${name} should be a number, actually was ${shown}`);
    }
    limits[name] = limit;
  }
  return limits;
}
