/** Parameters of the whole broker: its name, its tags, and what plugins keep (https://www.rabbitmq.com/docs/parameters). */
import type { Definition, DefinitionStore } from '../store/definition-store.ts';
import { ParameterError } from './parameters.ts';
import type { Durable } from './stored-definitions.ts';
import { readGlobalParameter, type GlobalParameter } from './stored-parameters.ts';

/** Kept like the others, and shown to nobody. */
const INTERNAL_NAMES: ReadonlySet<string> = new Set(['imported_definition_hash_value']);

export class GlobalParameters {
  readonly #definitions: DefinitionStore;
  readonly #values = new Map<string, GlobalParameter>();

  constructor(definitions: DefinitionStore) {
    this.#definitions = definitions;
  }

  list(): readonly GlobalParameter[] {
    return [...this.#values.values()].filter(({ name }) => !INTERNAL_NAMES.has(name));
  }

  find(name: string): GlobalParameter | null {
    return this.#values.get(name) ?? null;
  }

  put(name: string, value: unknown): Durable {
    const parameter = { name, value };
    this.#values.set(name, parameter);
    return this.#definitions.put({ kind: 'global-parameter', key: name, value: parameter });
  }

  /** @throws ParameterError when there is none */
  delete(name: string): Durable {
    if (!this.#values.delete(name)) {
      throw new ParameterError('missing', 'Parameter does not exist');
    }
    return this.#definitions.delete('global-parameter', name);
  }

  /** Takes over one that the store has. @throws Error for what is none */
  restore({ value }: Definition): void {
    const parameter = readGlobalParameter(value);
    this.#values.set(parameter.name, parameter);
  }
}
