/** Definitions in memory: they live as long as the process. */
import type { Definition, DefinitionKind, DefinitionStore } from '../definition-store.ts';

export class MemoryDefinitionStore implements DefinitionStore {
  readonly #definitions = new Map<DefinitionKind, Map<string, Definition>>();

  load(kind: DefinitionKind): readonly Definition[] {
    return [...(this.#definitions.get(kind)?.values() ?? [])];
  }

  put(definition: Definition): void {
    let collection = this.#definitions.get(definition.kind);
    if (collection === undefined) {
      collection = new Map();
      this.#definitions.set(definition.kind, collection);
    }
    collection.set(definition.key, definition);
  }

  delete(kind: DefinitionKind, key: string): void {
    this.#definitions.get(kind)?.delete(key);
  }

  /** Nobody else shares this memory, so there is never a change to tell. */
  watch(_listener: (kind: DefinitionKind, key: string) => void): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    this.#definitions.clear();
  }
}
