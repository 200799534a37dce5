/** What a type of exchange is: a rule by which messages meet bindings. One file beside this one for each type. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { Binding } from './binding.ts';

/** The matching rule of one exchange, with the bindings it was given. */
export interface BindingMatcher<D> {
  /** True when matching reads the headers: results are then not valid for another message with the same key. */
  readonly needsHeaders: boolean;
  /** The same binding is never added twice. */
  add(binding: Binding<D>): void;
  /** `binding` is the object that was given to `add`. */
  remove(binding: Binding<D>): void;
  /** Adds the destinations of all bindings that match. */
  match(routingKey: string, headers: FieldTable, destinations: Set<D>): void;
}

export interface ExchangeType {
  /** As exchange.declare names it. */
  readonly name: string;
  createMatcher<D>(): BindingMatcher<D>;
  /** What is wrong with a binding, in RabbitMQ's words; null when nothing is. */
  validateBinding(bindingKey: string, args: FieldTable): string | null;
}
