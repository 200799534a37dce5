/** Direct: the routing key equals the binding key, octet by octet. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { Binding } from './binding.ts';
import type { BindingMatcher, ExchangeType } from './exchange-type.ts';

class DirectMatcher<D> implements BindingMatcher<D> {
  readonly needsHeaders = false;
  readonly #byKey = new Map<string, Set<Binding<D>>>();

  add(binding: Binding<D>): void {
    const bindings = this.#byKey.get(binding.bindingKey);
    if (bindings === undefined) this.#byKey.set(binding.bindingKey, new Set([binding]));
    else bindings.add(binding);
  }

  remove(binding: Binding<D>): void {
    const bindings = this.#byKey.get(binding.bindingKey);
    if (bindings?.delete(binding) === true && bindings.size === 0) {
      this.#byKey.delete(binding.bindingKey);
    }
  }

  match(routingKey: string, _headers: FieldTable, destinations: Set<D>): void {
    const bindings = this.#byKey.get(routingKey);
    if (bindings === undefined) return;
    for (const binding of bindings) destinations.add(binding.destination);
  }
}

export const DIRECT: ExchangeType = {
  name: 'direct',
  createMatcher: <D>() => new DirectMatcher<D>(),
  validateBinding: () => null,
};
