/** The exchanges of a virtual host: declaring, checking and deleting them as RabbitMQ does. */
import { EMPTY_TABLE, type FieldTable } from '../amqp/wire/field-table.ts';
import { fieldTypeName } from '../amqp/wire/field-type-names.ts';
import type { Bindings } from './bindings.ts';
import { NO_GUARD, type DeclareGuard } from './declare-guard.ts';
import { assertSameArgument, assertSameProperty } from './equivalence.ts';
import { exchangeFacts } from './event-facts.ts';
import type { BrokerEvents } from './events.ts';
import { BrokerError, notFound } from './errors.ts';
import { Exchange } from './exchange/exchange.ts';
import type { ExchangeTypeRegistry } from './exchange/exchange-types.ts';
import { checkNotReserved, stripLineBreaks } from './names.ts';
import type { VirtualHostPolicies } from './policy/virtual-host-policies.ts';
import type { Eventually } from './queue/queue-ref.ts';
import type { StoredDefinitions } from './stored-definitions.ts';
import type { StoredExchange } from './stored-values.ts';

/** Exchanges that every virtual host has, with their types. */
const PREDECLARED: readonly (readonly [name: string, type: string, isInternal: boolean])[] = [
  ['', 'direct', false],
  ['amq.direct', 'direct', false],
  ['amq.fanout', 'fanout', false],
  ['amq.topic', 'topic', false],
  ['amq.headers', 'headers', false],
  ['amq.match', 'headers', false],
  ['amq.rabbitmq.trace', 'topic', true],
];

export interface ExchangeDeclaration {
  readonly name: string;
  readonly type: string;
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  readonly isInternal: boolean;
  readonly arguments: FieldTable;
}

export interface ExchangesOptions {
  readonly vhost: string;
  readonly types: ExchangeTypeRegistry;
  readonly bindings: Bindings;
  readonly definitions: StoredDefinitions;
  readonly policies: VirtualHostPolicies;
  readonly events: BrokerEvents;
  /** @throws BrokerError PRECONDITION_FAILED when there are enough exchanges */
  readonly checkRoom: (name: string) => void;
}

export class Exchanges {
  readonly #vhost: string;
  readonly #types: ExchangeTypeRegistry;
  readonly #bindings: Bindings;
  readonly #definitions: StoredDefinitions;
  readonly #policies: VirtualHostPolicies;
  readonly #events: BrokerEvents;
  readonly #checkRoom: (name: string) => void;
  readonly #byName = new Map<string, Exchange>();

  constructor(options: ExchangesOptions) {
    this.#vhost = options.vhost;
    this.#types = options.types;
    this.#bindings = options.bindings;
    this.#definitions = options.definitions;
    this.#policies = options.policies;
    this.#events = options.events;
    this.#checkRoom = options.checkRoom;
    for (const [name, typeName, isInternal] of PREDECLARED) {
      const type = this.#types.get(typeName);
      if (type === undefined) throw new Error(`exchange type '${typeName}' is not registered`);
      const flags = { isDurable: true, isAutoDelete: false, isInternal };
      this.#byName.set(name, new Exchange({ name, type, ...flags, arguments: EMPTY_TABLE }));
    }
  }

  get size(): number {
    return this.#byName.size;
  }

  [Symbol.iterator](): Iterator<Exchange> {
    return this.#byName.values();
  }

  /** The exchange of exactly this name, if there is one. */
  find(name: string): Exchange | undefined {
    return this.#byName.get(name);
  }

  /** The exchange that a client names. @throws BrokerError NOT_FOUND */
  get(rawName: string): Exchange {
    const name = stripLineBreaks(rawName);
    const exchange = this.#byName.get(name);
    if (exchange === undefined) throw notFound('exchange', name, this.#vhost);
    return exchange;
  }

  /** @throws BrokerError NOT_FOUND, ACCESS_REFUSED for the default exchange */
  check(rawName: string): Eventually<void> {
    refuseDefaultExchange(rawName);
    const { name } = this.get(rawName);
    return this.#definitions.whenDurable('exchange', name);
  }

  /**
   * Declares an exchange, or checks that the one that exists is the same.
   *
   * @throws BrokerError PRECONDITION_FAILED, ACCESS_REFUSED
   */
  declare(declaration: ExchangeDeclaration, guard: DeclareGuard = NO_GUARD): Eventually<void> {
    const name = stripLineBreaks(declaration.name);
    const type = this.#types.get(declaration.type);
    if (type === undefined) {
      throw new BrokerError('PRECONDITION_FAILED', `unknown exchange type '${declaration.type}'`);
    }
    refuseDefaultExchange(name);
    guard.configure(name);
    const existing = this.#byName.get(name);
    if (existing !== undefined) {
      this.#checkSame(existing, declaration);
      return this.#definitions.whenDurable('exchange', name);
    }
    checkNotReserved('exchange', name);
    const alternate = declaration.arguments.get('alternate-exchange');
    if (alternate !== undefined && alternate.type !== 'S') {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `invalid type '${fieldTypeName(alternate.type)}' for arg 'alternate-exchange' in ${this.#textOf(name)}`,
      );
    }
    if (alternate !== undefined) guard.forward(name, String(alternate.value));
    this.#checkRoom(name);
    const exchange = new Exchange({ ...declaration, name, type });
    this.#add(exchange);
    this.#events.emit('exchange.created', () => exchangeFacts(this.#vhost, exchange));
    return this.#definitions.putExchange(exchange);
  }

  /** Declares an exchange of the broker's own, whose name clients may not choose; one that is there stays as it is. */
  declareSystem(name: string, typeName: string): Eventually<void> {
    if (this.#byName.has(name)) return this.#definitions.whenDurable('exchange', name);
    const type = this.#types.get(typeName);
    if (type === undefined) throw new Error(`exchange type '${typeName}' is not registered`);
    const flags = { isDurable: true, isAutoDelete: false, isInternal: true };
    const exchange = new Exchange({ name, type, ...flags, arguments: EMPTY_TABLE });
    this.#add(exchange);
    this.#events.emit('exchange.created', () => exchangeFacts(this.#vhost, exchange));
    return this.#definitions.putExchange(exchange);
  }

  /** Adds an exchange that the store has. @throws Error for a type that this broker does not know */
  restore(stored: StoredExchange): void {
    const type = this.#types.get(stored.type);
    if (type === undefined) throw new Error(`unknown exchange type '${stored.type}'`);
    if (this.#byName.has(stored.name)) throw new Error(`${this.#textOf(stored.name)} is there`);
    this.#add(new Exchange({ ...stored, type, isDurable: true }));
  }

  #add(exchange: Exchange): void {
    this.#byName.set(exchange.name, exchange);
    this.#applyPolicy(exchange);
    this.#bindings.generation++;
  }

  /** Policies may have changed: a step for each exchange. */
  *reapplyPolicies(): Generator<void> {
    for (const exchange of this.#byName.values()) {
      this.#applyPolicy(exchange);
      yield;
    }
  }

  /** The same for few exchanges. */
  applyPolicies(): void {
    for (const exchange of this.#byName.values()) this.#applyPolicy(exchange);
  }

  #applyPolicy(exchange: Exchange): void {
    const applied = this.#policies.appliedTo('exchange', exchange.name);
    if (exchange.applyPolicy(applied)) this.#bindings.generation++;
  }

  /** The virtual host ends: a step for each exchange. */
  *removeAll(): Generator<void> {
    for (const exchange of this.#byName.values()) {
      void this.remove(exchange);
      yield;
    }
  }

  #checkSame(existing: Exchange, declaration: ExchangeDeclaration): void {
    const entity = this.#textOf(existing.name);
    assertSameProperty(entity, 'type', existing.type.name, declaration.type);
    assertSameProperty(entity, 'durable', existing.isDurable, declaration.isDurable);
    assertSameProperty(entity, 'auto_delete', existing.isAutoDelete, declaration.isAutoDelete);
    assertSameProperty(entity, 'internal', existing.isInternal, declaration.isInternal);
    assertSameArgument(entity, 'alternate-exchange', existing.arguments, declaration.arguments);
  }

  /**
   * Deletes an exchange and the bindings from and to it; a missing one is no error.
   *
   * @throws BrokerError ACCESS_REFUSED, PRECONDITION_FAILED when in use and `ifUnused`
   */
  delete(rawName: string, ifUnused: boolean, guard: DeclareGuard = NO_GUARD): Eventually<void> {
    const name = stripLineBreaks(rawName);
    refuseDefaultExchange(name);
    if (name.startsWith('amq.')) {
      throw new BrokerError(
        'ACCESS_REFUSED',
        `deletion of system ${this.#textOf(name)} not allowed`,
      );
    }
    guard.configure(name);
    const exchange = this.#byName.get(name);
    if (exchange === undefined) return this.#definitions.whenDurable('exchange', name);
    if (ifUnused && exchange.bindings.size > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${this.#textOf(name)} in use`);
    }
    return this.remove(exchange);
  }

  /** Removes an exchange that is there, whoever wants it. */
  remove(exchange: Exchange): Eventually<void> {
    if (!this.#byName.delete(exchange.name)) return undefined;
    this.#bindings.removeExchange(exchange);
    this.#events.emit('exchange.deleted', () => exchangeFacts(this.#vhost, exchange));
    return this.#definitions.deleteExchange(exchange);
  }

  #textOf(name: string): string {
    return `exchange '${name}' in vhost '${this.#vhost}'`;
  }
}

/** @throws BrokerError ACCESS_REFUSED for the default exchange, which nobody may touch */
export function refuseDefaultExchange(name: string): void {
  if (name !== '') return;
  throw new BrokerError('ACCESS_REFUSED', 'operation not permitted on the default exchange');
}
