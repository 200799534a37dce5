/** What one virtual host writes into the DefinitionStore, under keys that begin with its name. */
import type { DefinitionKind, DefinitionStore } from '../store/definition-store.ts';

export class StoredDefinitions {
  readonly #store: DefinitionStore;
  readonly #vhost: string;

  constructor(store: DefinitionStore, vhost: string) {
    this.#store = store;
    this.#vhost = vhost;
  }

  /** A returned promise settles when the definition is durable: only then may the client be told. */
  put(kind: DefinitionKind, name: string, value: unknown): Promise<void> | void {
    return this.#store.put({ kind, key: this.#keyOf(name), value });
  }

  delete(kind: DefinitionKind, name: string): Promise<void> | void {
    return this.#store.delete(kind, this.#keyOf(name));
  }

  #keyOf(name: string): string {
    return JSON.stringify([this.#vhost, name]);
  }
}
