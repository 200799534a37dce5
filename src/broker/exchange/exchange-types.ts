/** The types of exchange that a broker knows: the built-in ones, and what is registered besides. */
import { DIRECT } from './direct-exchange.ts';
import type { ExchangeType } from './exchange-type.ts';
import { FANOUT } from './fanout-exchange.ts';
import { HEADERS } from './headers-exchange.ts';
import { TOPIC } from './topic-exchange.ts';

export class ExchangeTypeRegistry {
  readonly #types = new Map<string, ExchangeType>();

  constructor() {
    for (const type of [DIRECT, FANOUT, TOPIC, HEADERS]) this.register(type);
  }

  get(name: string): ExchangeType | undefined {
    return this.#types.get(name);
  }

  get names(): readonly string[] {
    return [...this.#types.keys()];
  }

  /** Adds a type, or replaces the one of the same name. */
  register(type: ExchangeType): void {
    this.#types.set(type.name, type);
  }
}
