/**
 * The DefinitionStore keeps what was declared: virtual hosts, exchanges, queues, bindings. This file is the seam; the
 * memory engine is beside it.
 */

/** The kinds of definitions, each a keyed collection. */
export type DefinitionKind = 'vhost' | 'exchange' | 'queue' | 'binding';

/** One definition as it is kept: plain data, so that any engine can write it. */
export interface Definition {
  readonly kind: DefinitionKind;
  /** Unique within the kind. */
  readonly key: string;
  readonly value: unknown;
}

/**
 * `put` and `delete` take effect at once for `load`; a returned promise settles when the change is durable, and
 * only then may the client be told. Engines that are durable at once return nothing.
 */
export interface DefinitionStore {
  load(kind: DefinitionKind): readonly Definition[];
  put(definition: Definition): Promise<void> | void;
  delete(kind: DefinitionKind, key: string): Promise<void> | void;
  /** Calls `listener` for changes that others make to the same store. Returns a function that ends the watch. */
  watch(listener: (kind: DefinitionKind, key: string) => void): () => void;
  close(): Promise<void>;
}
