/** What users may do with exchanges and queues: three regular expressions for each user and virtual host. */
import {
  compilePattern,
  PatternError,
  type Pattern,
  type PatternOptions,
} from '../runtime/pattern.ts';
import { AccessError } from './access-error.ts';
import type { Access } from './authenticator.ts';
import { allDurable, readTexts, type Durable, type StoredCollection } from './stored-collection.ts';

export interface Permission {
  readonly user: string;
  readonly vhost: string;
  /** Regular expressions that the name of an exchange or queue must meet; an empty one is met by none. */
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** A permission with its expressions made ready. */
export interface CompiledPermission {
  readonly permission: Permission;
  readonly patterns: Readonly<Record<Access, Pattern>>;
}

export interface PermissionsOptions {
  readonly stored: StoredCollection<CompiledPermission>;
  readonly patterns: PatternOptions;
  /** @throws AccessError when there is no such user */
  readonly requireUser: (name: string) => void;
  readonly onPut: (permission: Permission) => void;
  readonly onDelete: (permission: Permission) => void;
}

export class Permissions {
  readonly #options: PermissionsOptions;

  constructor(options: PermissionsOptions) {
    this.#options = options;
  }

  *[Symbol.iterator](): IterableIterator<Permission> {
    for (const { permission } of this.#options.stored.values()) yield permission;
  }

  find(user: string, vhost: string): Permission | undefined {
    return this.#options.stored.get(user, vhost)?.permission;
  }

  /** False without an entry for the user and the virtual host. */
  allows(user: string, vhost: string, name: string, access: Access): boolean {
    return this.#options.stored.get(user, vhost)?.patterns[access].test(name) ?? false;
  }

  /** Adds or replaces; takes effect at once. @throws AccessError for a user or an expression that is none */
  put(permission: Permission): Durable {
    const compiled = compilePermission(permission, this.#options.patterns);
    this.#options.requireUser(permission.user);
    const { user, vhost } = permission;
    const stored = this.#options.stored.put([user, vhost], compiled, compiled.permission);
    this.#options.onPut(compiled.permission);
    return stored;
  }

  /** Takes effect at once. Nothing happens when there is none. */
  delete(user: string, vhost: string): Durable {
    const permission = this.find(user, vhost);
    if (permission === undefined) return undefined;
    const deleted = this.#options.stored.delete(user, vhost);
    this.#options.onDelete(permission);
    return deleted;
  }

  /** Deletes those that meet a condition. */
  deleteWhere(condition: (permission: Permission) => boolean): Durable {
    const found = [...this].filter(condition);
    return allDurable(found.map(({ user, vhost }) => this.delete(user, vhost)));
  }
}

/** A permission of what the store has kept. @throws Error */
export function readPermission(value: unknown, patterns: PatternOptions): CompiledPermission {
  const permission = readTexts(value, ['user', 'vhost', 'configure', 'write', 'read']);
  return compilePermission(permission, patterns);
}

function compilePermission(permission: Permission, options: PatternOptions): CompiledPermission {
  const { user, vhost, configure, write, read } = permission;
  return {
    permission: { user, vhost, configure, write, read },
    patterns: {
      configure: compileExpression(configure, options),
      write: compileExpression(write, options),
      read: compileExpression(read, options),
    },
  };
}

/** Met by the empty name only, and no exchange or queue has that. */
const NOTHING = '^$';

/** @throws AccessError */
export function compileExpression(text: string, options: PatternOptions): Pattern {
  try {
    return compilePattern(text === '' ? NOTHING : text, options);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new AccessError('invalid', `invalid_regexp: '${text}': ${error.message}`);
  }
}
