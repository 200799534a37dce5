/**
 * The bindings of a virtual host: adding, removing, and what goes with an exchange or queue that ends. An auto-delete
 * exchange ends with the last binding from it, which may end further bindings.
 */
import type { FieldTable } from '../amqp/wire/field-table.ts';
import { bindingFacts } from './event-facts.ts';
import type { BrokerEvents } from './events.ts';
import { canonicalTable } from './equivalence.ts';
import type { DeclaredBinding, Destination, Exchange } from './exchange/exchange.ts';
import type { QueueRef } from './queue/queue-ref.ts';
import type { Durable, StoredDefinitions } from './stored-definitions.ts';

export interface BindingsOptions {
  readonly vhost: string;
  readonly definitions: StoredDefinitions;
  readonly events: BrokerEvents;
  /** The last binding from an auto-delete exchange is gone. */
  readonly onExchangeUnused: (exchange: Exchange) => void;
}

export class Bindings {
  /** Counts the changes: a route computed in an earlier generation may be wrong. */
  generation = 0;
  readonly #options: BindingsOptions;
  readonly #definitions: StoredDefinitions;
  readonly #queueDestinations = new Map<QueueRef, Destination>();
  readonly #queueBindings = new Map<QueueRef, Set<DeclaredBinding>>();

  constructor(options: BindingsOptions) {
    this.#options = options;
    this.#definitions = options.definitions;
  }

  /** Bindings to a queue. */
  toQueue(queue: QueueRef): Iterable<DeclaredBinding> {
    return this.#queueBindings.get(queue) ?? [];
  }

  /** What a queue is as the end of a binding. */
  destinationOf(queue: QueueRef): Destination {
    let destination = this.#queueDestinations.get(queue);
    if (destination === undefined) {
      destination = { kind: 'queue', queue };
      this.#queueDestinations.set(queue, destination);
    }
    return destination;
  }

  /** Adds a binding; the same binding again changes nothing. */
  add(source: Exchange, destination: Destination, bindingKey: string, args: FieldTable): Durable {
    const added = this.restore(source, destination, bindingKey, args);
    if (added !== null) {
      this.#tell('binding.created', added);
      return this.#definitions.putBinding(added);
    }
    const identity = identityOf(destination, bindingKey, args);
    return this.#definitions.whenBindingDurable(source, identity);
  }

  /** Adds a binding that the store has. Null when it is already there. */
  restore(
    source: Exchange,
    destination: Destination,
    bindingKey: string,
    args: FieldTable,
  ): DeclaredBinding | null {
    const identity = identityOf(destination, bindingKey, args);
    if (source.bindings.has(identity)) return null;
    const binding = { source, destination, bindingKey, arguments: args, identity };
    source.bindings.set(identity, binding);
    source.matcher.add(binding);
    this.#incomingOf(destination).add(binding);
    this.generation++;
    return binding;
  }

  /** Whether there is such a binding. */
  has(source: Exchange, destination: Destination, bindingKey: string, args: FieldTable): boolean {
    return source.bindings.has(identityOf(destination, bindingKey, args));
  }

  /** Removes a binding; an unknown one is no error. */
  remove(
    source: Exchange,
    destination: Destination,
    bindingKey: string,
    args: FieldTable,
  ): Durable {
    const identity = identityOf(destination, bindingKey, args);
    const binding = source.bindings.get(identity);
    if (binding !== undefined) return this.#drop(binding);
    return this.#definitions.whenBindingDurable(source, identity);
  }

  /** The queue ends: so do its bindings. */
  removeQueue(queue: QueueRef): void {
    this.generation++;
    for (const binding of this.#queueBindings.get(queue) ?? []) void this.#drop(binding);
    this.#queueBindings.delete(queue);
    this.#queueDestinations.delete(queue);
  }

  /** The exchange ends: so do the bindings from it and to it. The caller has removed it from the virtual host. */
  removeExchange(exchange: Exchange): void {
    this.generation++;
    for (const binding of exchange.bindings.values()) {
      this.#incomingOf(binding.destination).delete(binding);
      this.#tell('binding.deleted', binding);
      void this.#definitions.deleteBinding(binding);
    }
    exchange.bindings.clear();
    for (const binding of exchange.incoming) void this.#drop(binding);
  }

  #drop(binding: DeclaredBinding): Durable {
    const { source } = binding;
    if (!source.bindings.delete(binding.identity)) return undefined;
    source.matcher.remove(binding);
    this.#incomingOf(binding.destination).delete(binding);
    this.generation++;
    this.#tell('binding.deleted', binding);
    const deleted = this.#definitions.deleteBinding(binding);
    if (source.isAutoDelete && source.bindings.size === 0) this.#options.onExchangeUnused(source);
    return deleted;
  }

  #tell(name: 'binding.created' | 'binding.deleted', binding: DeclaredBinding): void {
    const { events, vhost } = this.#options;
    events.emit(name, () => bindingFacts(vhost, binding));
  }

  #incomingOf(destination: Destination): Set<DeclaredBinding> {
    if (destination.kind === 'exchange') return destination.exchange.incoming;
    let bindings = this.#queueBindings.get(destination.queue);
    if (bindings === undefined) {
      bindings = new Set();
      this.#queueBindings.set(destination.queue, bindings);
    }
    return bindings;
  }
}

function identityOf(destination: Destination, bindingKey: string, args: FieldTable): string {
  const name = destination.kind === 'queue' ? destination.queue.name : destination.exchange.name;
  return JSON.stringify([destination.kind, name, bindingKey, canonicalTable(args)]);
}
