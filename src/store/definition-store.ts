/**
 * The DefinitionStore keeps what was declared: virtual hosts, exchanges, queues, bindings, parameters. This file is the
 * seam; the engines are in the folders beside it.
 */

/** The kinds of definitions, each a keyed collection. A counter is a number that only grows. */

export type DefinitionKind =
  | 'vhost'
  | 'exchange'
  | 'queue'
  | 'binding'
  | 'counter'
  // Virtual hosts whose content is being deleted.
  | 'ending-vhost'
  | 'parameter'
  | 'global-parameter'
  | 'user'
  | 'permission'
  | 'topic-permission'
  // What is done once in the life of a store.
  | 'milestone';

/** One definition as it is kept. */
export interface Definition {
  readonly kind: DefinitionKind;
  /** Unique within the kind. */
  readonly key: string;
  /** Plain data that JSON can hold without loss, so that any engine can write it. */
  readonly value: unknown;
}

/**
 * `put` and `delete` take effect at once for `load`; a returned promise settles when the change is durable, and
 * only then may the client be told. Changes become durable in the order in which they were made, and those that were
 * made without a pause between them become so together. Engines that are durable at once return nothing.
 */
export interface DefinitionStore {
  load(kind: DefinitionKind): readonly Definition[];
  put(definition: Definition): Promise<void> | void;
  delete(kind: DefinitionKind, key: string): Promise<void> | void;
  /** Calls `listener` for changes that others make to the same store. Returns a function that ends the watch. */
  watch(listener: (kind: DefinitionKind, key: string) => void): () => void;
  close(): Promise<void>;
}
