/** Fanout: every binding, whatever its key. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { Binding } from './binding.ts';
import type { BindingMatcher, ExchangeType } from './exchange-type.ts';

class FanoutMatcher<D> implements BindingMatcher<D> {
  readonly needsHeaders = false;
  readonly #bindings = new Set<Binding<D>>();

  add(binding: Binding<D>): void {
    this.#bindings.add(binding);
  }

  remove(binding: Binding<D>): void {
    this.#bindings.delete(binding);
  }

  match(_routingKey: string, _headers: FieldTable, destinations: Set<D>): void {
    for (const binding of this.#bindings) destinations.add(binding.destination);
  }
}

export const FANOUT: ExchangeType = {
  name: 'fanout',
  createMatcher: <D>() => new FanoutMatcher<D>(),
  validateBinding: () => null,
};
