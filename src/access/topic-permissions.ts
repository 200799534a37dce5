/**
 * What users may publish to and bind from topic exchanges, by routing key: two regular expressions for each user, virtual
 * host and exchange. Where there are none everything is allowed that the permissions allow. `{username}`, `{vhost}` and
 * what else a protocol knows stand for their values, taken literally.
 */
import type { PatternOptions, Pattern } from '../runtime/pattern.ts';
import type { TopicVariables } from './authenticator.ts';
import { compileExpression } from './permissions.ts';
import { allDurable, readTexts, type Durable, type StoredCollection } from './stored-collection.ts';

export interface TopicPermission {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

export interface TopicPermissionsOptions {
  readonly stored: StoredCollection<CompiledTopicPermission>;
  readonly patterns: PatternOptions;
  /** @throws AccessError when there is no such user */
  readonly requireUser: (name: string) => void;
  readonly onPut: (permission: TopicPermission) => void;
  readonly onDelete: (permission: TopicPermission) => void;
}

/** Sets of values whose expression is kept ready; then it starts anew. */
const EXPANSIONS_MAX = 256;

export class TopicPermissions {
  readonly #options: TopicPermissionsOptions;

  constructor(options: TopicPermissionsOptions) {
    this.#options = options;
  }

  *[Symbol.iterator](): IterableIterator<TopicPermission> {
    for (const { permission } of this.#options.stored.values()) yield permission;
  }

  /** The user's, of one virtual host or of all. */
  allows(
    { user, vhost, exchange }: Pick<TopicPermission, 'user' | 'vhost' | 'exchange'>,
    routingKey: string,
    access: 'write' | 'read',
    variables: TopicVariables,
  ): boolean {
    if (this.#options.stored.size === 0) return true;
    const found = this.#options.stored.get(user, vhost, exchange);
    return found === undefined || found.pattern(access, variables).test(routingKey);
  }

  /** Adds or replaces; takes effect at once. @throws AccessError for a user or an expression that is none */
  put(permission: TopicPermission): Durable {
    const compiled = new CompiledTopicPermission(permission, this.#options.patterns);
    this.#options.requireUser(permission.user);
    const { user, vhost, exchange } = permission;
    const stored = this.#options.stored.put([user, vhost, exchange], compiled, compiled.permission);
    this.#options.onPut(compiled.permission);
    return stored;
  }

  /** Without an exchange: all of the user in the virtual host. */
  delete(user: string, vhost: string, exchange?: string): Durable {
    return this.deleteWhere(
      (found) =>
        found.user === user &&
        found.vhost === vhost &&
        (exchange === undefined || found.exchange === exchange),
    );
  }

  /** Deletes those that meet a condition. */
  deleteWhere(condition: (permission: TopicPermission) => boolean): Durable {
    const found = [...this].filter(condition);
    return allDurable(
      found.map((permission) => {
        const { user, vhost, exchange } = permission;
        const deleted = this.#options.stored.delete(user, vhost, exchange);
        this.#options.onDelete(permission);
        return deleted;
      }),
    );
  }
}

/** A topic permission with its expressions, made ready for each set of values that they were asked with. */
export class CompiledTopicPermission {
  readonly permission: TopicPermission;
  readonly #options: PatternOptions;
  readonly #expanded = new Map<string, Pattern>();

  /** @throws AccessError for an expression that is none */
  constructor(permission: TopicPermission, options: PatternOptions) {
    const { user, vhost, exchange, write, read } = permission;
    this.permission = { user, vhost, exchange, write, read };
    this.#options = options;
    compileExpression(write, options);
    compileExpression(read, options);
  }

  pattern(access: 'write' | 'read', variables: TopicVariables): Pattern {
    const text = expand(this.permission[access], variables);
    const known = this.#expanded.get(text);
    if (known !== undefined) return known;
    const pattern = compileExpression(text, this.#options);
    if (this.#expanded.size >= EXPANSIONS_MAX) this.#expanded.clear();
    this.#expanded.set(text, pattern);
    return pattern;
  }
}

/** A topic permission of what the store has kept. @throws Error */
export function readTopicPermission(
  value: unknown,
  options: PatternOptions,
): CompiledTopicPermission {
  const permission = readTexts(value, ['user', 'vhost', 'exchange', 'write', 'read']);
  return new CompiledTopicPermission(permission, options);
}

function expand(text: string, variables: TopicVariables): string {
  if (!text.includes('{')) return text;
  return text.replaceAll(/\{(\w+)\}/gu, (placeholder, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? placeholder : literally(value);
  });
}

/** An expression that is met by this text and nothing else, for every engine. */
function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|-]/gu, String.raw`\$&`);
}
