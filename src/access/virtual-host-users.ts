/** Users that each new virtual host gets whose name matches (`default_users.*`), with permissions in it. */
import { compilePattern, type Pattern } from '../runtime/pattern.ts';
import type { AccessControl } from './access-control.ts';
import { SCRYPT, type PasswordHash } from './password-hashing.ts';

export interface VirtualHostUser {
  readonly name: string;
  /** A regular expression that names of virtual hosts are to meet. */
  readonly vhostPattern: string;
  /** Null: nobody can log in with a password until one is set. */
  readonly password: string | null;
  readonly tags: readonly string[];
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

interface PreparedUser {
  readonly user: VirtualHostUser;
  readonly pattern: Pattern;
  readonly hash: PasswordHash;
}

const NO_PASSWORD: PasswordHash = { passwordHash: '', hashingAlgorithm: SCRYPT };

export class VirtualHostUsers {
  readonly #access: AccessControl;
  readonly #prepared: readonly PreparedUser[];

  private constructor(access: AccessControl, prepared: readonly PreparedUser[]) {
    this.#access = access;
    this.#prepared = prepared;
  }

  /** Hashes the passwords. @throws AccessError, PatternError for what cannot be */
  static async prepare(
    access: AccessControl,
    users: readonly VirtualHostUser[],
  ): Promise<VirtualHostUsers> {
    const prepared = users.map(async (user) => {
      const { password, vhostPattern, configure, write, read } = user;
      for (const expression of [configure, write, read]) compilePattern(expression);
      const hash = password === null ? NO_PASSWORD : await access.users.hashPassword(password);
      return { user, pattern: compilePattern(vhostPattern), hash };
    });
    return new VirtualHostUsers(access, await Promise.all(prepared));
  }

  /** Adds the users that are missing, and their permissions. */
  addTo(vhost: string): void {
    const { users, permissions } = this.#access;
    for (const { user, pattern, hash } of this.#prepared) {
      if (!pattern.test(vhost)) continue;
      const { name, tags, configure, write, read } = user;
      if (users.find(name) === undefined) void users.put({ name, ...hash, tags, limits: {} });
      void permissions.put({ user: name, vhost, configure, write, read });
    }
  }
}
