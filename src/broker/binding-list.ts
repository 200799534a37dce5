/** Bindings as they are listed: with those that the default exchange has to every queue, and a key for each. */
import { createHash } from 'node:crypto';
import { EMPTY_TABLE, type FieldTable } from '../amqp/wire/field-table.ts';
import { canonicalTable } from './equivalence.ts';
import type { DeclaredBinding, Exchange } from './exchange/exchange.ts';

export interface ListedBinding {
  /** Empty for the default exchange. */
  readonly source: string;
  readonly vhost: string;
  readonly destinationType: 'queue' | 'exchange';
  readonly destination: string;
  /** A byte string. */
  readonly routingKey: string;
  readonly arguments: FieldTable;
  /** Tells bindings with the same ends apart: RabbitMQ's `properties_key`, but for the hash of arguments in it. */
  readonly propertiesKey: string;
}

/** Octets of the hash of arguments. */
const HASH_OCTETS = 4;

/** What the list is made of. */
export interface BoundThings {
  readonly name: string;
  readonly exchanges: Iterable<Exchange>;
  readonly queues: Iterable<{ readonly name: string }>;
}

/** All bindings of a virtual host. What they are is told when it is looked at: of a hundred thousand only a page is shown. */
export function* allBindings({ name, exchanges, queues }: BoundThings): Generator<ListedBinding> {
  for (const queue of queues) yield defaultBinding(name, queue.name);
  for (const { bindings } of exchanges) {
    for (const binding of bindings.values()) yield listed(name, binding);
  }
}

/** The binding that every queue has to the default exchange. */
export function defaultBinding(vhost: string, queue: string): ListedBinding {
  return new DefaultBinding(vhost, queue);
}

export function listed(vhost: string, binding: DeclaredBinding): ListedBinding {
  return new OwnBinding(vhost, binding);
}

class DefaultBinding implements ListedBinding {
  readonly source = '';
  readonly vhost: string;
  readonly destinationType = 'queue';
  readonly destination: string;
  readonly arguments = EMPTY_TABLE;

  constructor(vhost: string, queue: string) {
    this.vhost = vhost;
    this.destination = queue;
  }

  get routingKey(): string {
    return Buffer.from(this.destination).toString('latin1');
  }

  get propertiesKey(): string {
    return propertiesKeyOf(this.routingKey, EMPTY_TABLE);
  }
}

class OwnBinding implements ListedBinding {
  readonly vhost: string;
  readonly #binding: DeclaredBinding;

  constructor(vhost: string, binding: DeclaredBinding) {
    this.vhost = vhost;
    this.#binding = binding;
  }

  get source(): string {
    return this.#binding.source.name;
  }

  get destinationType(): 'queue' | 'exchange' {
    return this.#binding.destination.kind;
  }

  get destination(): string {
    const { destination } = this.#binding;
    return destination.kind === 'queue' ? destination.queue.name : destination.exchange.name;
  }

  get routingKey(): string {
    return this.#binding.bindingKey;
  }

  get arguments(): FieldTable {
    return this.#binding.arguments;
  }

  get propertiesKey(): string {
    return propertiesKeyOf(this.routingKey, this.arguments);
  }
}

/** `~` for neither key nor arguments; else the key, quoted, and behind a `~` a hash of the arguments if there are any. */
export function propertiesKeyOf(routingKey: string, args: FieldTable): string {
  if (args.size === 0) return routingKey === '' ? '~' : quoted(routingKey);
  const hash = createHash('sha256').update(canonicalTable(args)).digest();
  return `${quoted(routingKey)}~${hash.subarray(0, HASH_OCTETS).toString('base64url')}`;
}

/** As forms on the web quote: a space is a plus. */
function quoted(byteString: string): string {
  return byteString.replace(/[^A-Za-z0-9._-]/gu, (octet) => {
    if (octet === ' ') return '+';
    const code = octet.charCodeAt(0).toString(16).toUpperCase();
    return `%${code.padStart(2, '0')}`;
  });
}
