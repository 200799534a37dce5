/** Things under keys that are kept in the DefinitionStore, and in memory as they are used. */
import type { Logger } from '../runtime/logger.ts';
import type { DefinitionKind, DefinitionStore } from '../store/definition-store.ts';

/** Settles when a change is durable; nothing where it already is. */
export type Durable = Promise<void> | void;

export class StoredCollection<T> {
  readonly #store: DefinitionStore;
  readonly #kind: DefinitionKind;
  readonly #byKey = new Map<string, T>();

  constructor(store: DefinitionStore, kind: DefinitionKind) {
    this.#store = store;
    this.#kind = kind;
  }

  /**
   * Takes what the store has kept. What cannot be used is told in the log and left alone.
   *
   * @param read makes the thing of the plain data it was kept as; throws where that cannot be
   */
  recover(read: (value: unknown) => T, log: Logger): void {
    for (const { key, value } of this.#store.load(this.#kind)) {
      try {
        this.#byKey.set(memoryKey(JSON.parse(key) as string[]), read(value));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.error('a stored definition cannot be used and is left out', {
          kind: this.#kind,
          key,
          reason,
        });
      }
    }
  }

  get size(): number {
    return this.#byKey.size;
  }

  values(): IterableIterator<T> {
    return this.#byKey.values();
  }

  get(...names: readonly string[]): T | undefined {
    return this.#byKey.get(memoryKey(names));
  }

  /** @param stored what is kept of it: plain data */
  put(names: readonly string[], thing: T, stored: unknown): Durable {
    this.#byKey.set(memoryKey(names), thing);
    return this.#store.put({ kind: this.#kind, key: storedKey(names), value: stored });
  }

  /** Nothing happens when it is not there. */
  delete(...names: readonly string[]): Durable {
    if (!this.#byKey.delete(memoryKey(names))) return undefined;
    return this.#store.delete(this.#kind, storedKey(names));
  }
}

function storedKey(names: readonly string[]): string {
  return JSON.stringify(names);
}

/** The same for the same names only, and made quickly: permissions are looked up by it. */
function memoryKey(names: readonly string[]): string {
  const [first = '', second, ...others] = names;
  if (second === undefined) return first;
  const both = `${first.length} ${first}${second}`;
  return others.length === 0 ? both : memoryKey([both, ...others]);
}

/** Settles when all of them have. */
export function allDurable(changes: readonly Durable[]): Durable {
  const pending = changes.filter((change) => change !== undefined);
  return pending.length === 0 ? undefined : settleAll(pending);
}

async function settleAll(pending: readonly Promise<void>[]): Promise<void> {
  await Promise.all(pending);
}

/** The fields of a stored thing, which are texts. @throws Error */
export function readTexts<Name extends string>(
  value: unknown,
  names: readonly Name[],
): Record<Name, string> {
  const fields = (value ?? {}) as Record<string, unknown>;
  const texts: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const text = fields[name];
    if (typeof text !== 'string') throw new Error(`'${name}' is missing`);
    texts[name] = text;
  }
  return texts as Record<Name, string>;
}
