/** Topic: words between dots, `*` for exactly one of any kind, `#` for any number of them. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { Binding } from './binding.ts';
import type { BindingMatcher, ExchangeType } from './exchange-type.ts';
import { splitWords, TopicTrie } from './topic-trie.ts';

/** Each `#` multiplies the ways in which a key can match: RabbitMQ allows two since 4.3. */
const MULTI_WILDCARDS_MAX = 2;

class TopicMatcher<D> implements BindingMatcher<D> {
  readonly needsHeaders = false;
  readonly #trie = new TopicTrie<Binding<D>>();

  add(binding: Binding<D>): void {
    this.#trie.add(binding.bindingKey, binding);
  }

  remove(binding: Binding<D>): void {
    this.#trie.remove(binding.bindingKey, binding);
  }

  match(routingKey: string, _headers: FieldTable, destinations: Set<D>): void {
    this.#trie.match(routingKey, (bindings) => {
      for (const binding of bindings) destinations.add(binding.destination);
    });
  }
}

export const TOPIC: ExchangeType = {
  name: 'topic',
  createMatcher: <D>() => new TopicMatcher<D>(),
  validateBinding(bindingKey: string): string | null {
    const count = splitWords(bindingKey).filter((word) => word === '#').length;
    if (count <= MULTI_WILDCARDS_MAX) return null;
    return `Topic binding key '${bindingKey}' uses ${count} '#' wildcards, at most ${MULTI_WILDCARDS_MAX} are allowed`;
  },
};
