/**
 * What one virtual host writes into the DefinitionStore, under keys that begin with its name, and what of it is not
 * durable yet: whoever is told of such a thing, be it a second client, must wait as the first one does.
 */
import type { DefinitionKind, DefinitionStore } from '../store/definition-store.ts';
import type { DeclaredBinding, Exchange } from './exchange/exchange.ts';
import type { DeclaredQueue } from './queue/declared-queue.ts';
import { bindingToStore, exchangeToStore, queueToStore } from './stored-values.ts';
import type { Turn } from './turn.ts';

/** Settles when something is durable; nothing where it already is. */
export type Durable = Promise<void> | void;

/** For what is not waited for here: whoever waits for what comes after it is told of a failure. */
export function ignoreFailure(durable: Durable): void {
  if (durable !== undefined) durable.catch(() => {});
}

export class StoredDefinitions {
  readonly #store: DefinitionStore;
  readonly #vhost: string;
  readonly #turn: Turn;
  /** The last change of each definition that is not durable yet. */
  readonly #pending = new Map<string, Promise<void>>();

  constructor(store: DefinitionStore, vhost: string, turn: Turn) {
    this.#store = store;
    this.#vhost = vhost;
    this.#turn = turn;
  }

  putExchange(exchange: Exchange): Durable {
    if (!exchange.isDurable) return undefined;
    return this.#put('exchange', exchange.name, exchangeToStore(this.#vhost, exchange));
  }

  deleteExchange(exchange: Exchange): Durable {
    return exchange.isDurable ? this.#delete('exchange', exchange.name) : undefined;
  }

  putQueue(queue: DeclaredQueue): Durable {
    if (!queue.isDurable) return undefined;
    return this.#put('queue', queue.name, queueToStore(this.#vhost, queue));
  }

  deleteQueue(queue: DeclaredQueue): Durable {
    return queue.isDurable ? this.#delete('queue', queue.name) : undefined;
  }

  /** A binding is kept when both of its ends are. */
  putBinding(binding: DeclaredBinding): Durable {
    if (!isBindingKept(binding)) return undefined;
    const { source, identity } = binding;
    return this.#put(
      'binding',
      bindingName(source, identity),
      bindingToStore(this.#vhost, binding),
    );
  }

  deleteBinding(binding: DeclaredBinding): Durable {
    if (!isBindingKept(binding)) return undefined;
    return this.#delete('binding', bindingName(binding.source, binding.identity));
  }

  /** What was last done to an exchange or queue of this name, be it to delete it. */
  whenDurable(kind: 'exchange' | 'queue', name: string): Durable {
    return this.#pending.get(this.#pendingKey(kind, this.#keyOf(name)));
  }

  /** The same for a binding. */
  whenBindingDurable(source: Exchange, identity: string): Durable {
    const key = this.#keyOf(bindingName(source, identity));
    return this.#pending.get(this.#pendingKey('binding', key));
  }

  #put(kind: DefinitionKind, name: string, value: unknown): Durable {
    const key = this.#keyOf(name);
    return this.#track(this.#pendingKey(kind, key), this.#store.put({ kind, key, value }));
  }

  #delete(kind: DefinitionKind, name: string): Durable {
    const key = this.#keyOf(name);
    return this.#track(this.#pendingKey(kind, key), this.#store.delete(kind, key));
  }

  #track(key: string, durable: Durable): Durable {
    if (durable === undefined) return undefined;
    this.#pending.set(key, durable);
    this.#turn.noteDeclared(durable);
    const forget = (): void => {
      if (this.#pending.get(key) === durable) this.#pending.delete(key);
    };
    // A failure is told to whoever waits; where nobody does, there is nobody to tell.
    durable.then(forget, forget);
    return durable;
  }

  #keyOf(name: string): string {
    return JSON.stringify([this.#vhost, name]);
  }

  #pendingKey(kind: DefinitionKind, key: string): string {
    return `${kind} ${key}`;
  }
}

function isBindingKept({ source, destination }: DeclaredBinding): boolean {
  const end = destination.kind === 'queue' ? destination.queue : destination.exchange;
  return source.isDurable && end.isDurable;
}

function bindingName(source: Exchange, identity: string): string {
  return JSON.stringify([source.name, identity]);
}
