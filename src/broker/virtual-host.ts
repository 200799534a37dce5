/**
 * A virtual host: one namespace of exchanges, queues and the bindings between them, and the routes that follow from
 * these. Knows who owns exclusive queues, not who is allowed what.
 */
import type { FieldTable } from '../amqp/wire/field-table.ts';
import type { DefinitionStore } from '../store/definition-store.ts';
import type { Journal } from '../store/journal.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { allBindings, defaultBinding, listed, type ListedBinding } from './binding-list.ts';
import { Bindings } from './bindings.ts';
import { DeadLetters, type DeadLetterRouter } from './dead-letters.ts';
import type { Deadlines } from './deadlines.ts';
import { withQueueType } from './default-queue-type.ts';
import { BrokerError, notFound } from './errors.ts';
import type { BrokerEvents } from './events.ts';
import type { Destination, Exchange, Route } from './exchange/exchange.ts';
import type { ExchangeTypeRegistry } from './exchange/exchange-types.ts';
import { Exchanges, refuseDefaultExchange } from './exchanges.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Message } from './message.ts';
import { stripLineBreaks } from './names.ts';
import type { Parameters } from './parameters.ts';
import type { Policies } from './policy/policies.ts';
import type { PolicyHost } from './policy/policy-component.ts';
import type { PolicyKeys } from './policy/policy-keys.ts';
import { VirtualHostPolicies } from './policy/virtual-host-policies.ts';
import type { UnackedHolder } from './queue/browsed-message.ts';
import type { QueueTypeName } from './queue/queue-arguments.ts';
import type { QueueOwner, QueueRef } from './queue/queue-ref.ts';
import { isReplyName } from './queue/reply-queue.ts';
import { Queues } from './queues.ts';
import { ReplyQueues } from './reply-queues.ts';
import { computeRoute, type RoutingTable } from './router.ts';
import { StoredDefinitions, type Durable } from './stored-definitions.ts';
import type { StoredBinding } from './stored-values.ts';
import type { BrokerTotals } from './statistics/broker-totals.ts';
import { EndedClients } from './statistics/ended-clients.ts';
import { SlicedWork } from './sliced-work.ts';
import type { Turn } from './turn.ts';
import {
  clearLimit,
  setLimit,
  type VirtualHostLimit,
  type VirtualHostLimits,
} from './virtual-host-limits.ts';
import type { VirtualHostMetadata } from './virtual-host-metadata.ts';

export interface VirtualHostOptions {
  readonly name: string;
  readonly journal: Journal;
  readonly memoryBudget: MemoryBudget;
  readonly totals: BrokerTotals;
  readonly events: BrokerEvents;
  readonly definitions: DefinitionStore;
  readonly turn: Turn;
  readonly deadlines: Deadlines;
  readonly random: Random;
  readonly clock: Clock;
  readonly exchangeTypes: ExchangeTypeRegistry;
  /** Gives each queue the number under which the journal knows it. */
  readonly nextQueueId: () => number;
  readonly metadata: VirtualHostMetadata;
  readonly parameters: Parameters;
  readonly policyKeys: PolicyKeys;
  /** For virtual hosts that have none of their own. */
  readonly defaultQueueType: QueueTypeName | null;
  /** @throws BrokerError PRECONDITION_FAILED when all virtual hosts together have enough queues */
  readonly checkRoomForQueue: (name: string) => void;
  /** The same for exchanges. @throws BrokerError PRECONDITION_FAILED */
  readonly checkRoomForExchange: (name: string) => void;
}

/** A client's connection to a virtual host. */
export interface VirtualHostUser {
  /** What exclusive queues that it declares belong to. */
  readonly owner: QueueOwner;
  /** Tells the client, and ends. */
  forceClose(reason: string): void;
}

export interface BindingRequest {
  readonly source: string;
  readonly destination: string;
  readonly bindingKey: string;
  readonly arguments: FieldTable;
}

export class VirtualHost implements RoutingTable, DeadLetterRouter, PolicyHost {
  readonly name: string;
  /** Changed by `Broker.updateVirtualHost`. */
  metadata: VirtualHostMetadata;
  readonly allPolicies: VirtualHostPolicies;
  /** The connections that are open, over all protocols: kept by their front ends. */
  readonly connections: Set<VirtualHostUser> = new Set();
  /** How much it may have; changed by `setLimit`. */
  limits: VirtualHostLimits = {};
  readonly exchanges: Exchanges;
  readonly queues: Queues;
  /** The channels that use this virtual host. */
  readonly holders: Set<UnackedHolder> = new Set();
  /** Kept by front ends. */
  readonly endedClients: EndedClients = new EndedClients();
  /** Consumers of direct reply-to. */
  readonly replies: ReplyQueues;
  readonly #bindings: Bindings;
  readonly #parameters: Parameters;
  readonly #work: SlicedWork;
  #isEnded = false;

  constructor(options: VirtualHostOptions) {
    const { name, parameters, clock, deadlines, turn } = options;
    this.name = name;
    this.metadata = options.metadata;
    this.#parameters = parameters;
    this.#work = new SlicedWork(clock, deadlines, turn);
    const policies = new VirtualHostPolicies(name, parameters, options.policyKeys);
    this.allPolicies = policies;
    const definitions = new StoredDefinitions(options.definitions, options.name, options.turn);
    const { events } = options;
    const bindings = new Bindings({
      vhost: name,
      definitions,
      events,
      onExchangeUnused: (exchange) => void this.exchanges.remove(exchange),
    });
    const types = options.exchangeTypes;
    this.exchanges = new Exchanges({
      vhost: name,
      types,
      bindings,
      definitions,
      policies,
      events,
      checkRoom: (exchange) => {
        this.#assertIsThere();
        options.checkRoomForExchange(exchange);
      },
    });
    const deadLetters = new DeadLetters(this, options);
    this.queues = new Queues({
      ...options,
      vhost: options.name,
      bindings,
      definitions,
      deadLetters,
      holders: this.holders,
      policies,
      completeArguments: (declaration) =>
        withQueueType(declaration, this.metadata.defaultQueueType ?? options.defaultQueueType),
      checkRoom: (queue) => {
        this.#assertIsThere();
        this.#checkRoomForQueue(queue);
        options.checkRoomForQueue(queue);
      },
    });
    this.replies = new ReplyQueues(options.name, options.random, bindings);
    this.#bindings = bindings;
  }

  /** Counts changes of anything that routes depend on: a Route is valid for one generation. */
  get generation(): number {
    return this.#bindings.generation;
  }

  // Policies and limits ------------------------------------------------------------------------

  get policies(): Policies {
    return this.allPolicies.policies;
  }

  /** Policies of operators: they limit what those of users can set. */
  get operatorPolicies(): Policies {
    return this.allPolicies.operatorPolicies;
  }

  reapplyPolicies(): Durable {
    return this.#work.run(this.#policySteps());
  }

  *#policySteps(): Generator<void> {
    yield* this.exchanges.reapplyPolicies();
    yield* this.queues.reapplyPolicies();
  }

  /** @param value an integer; a negative one is no limit. @throws ParameterError */
  setLimit(name: VirtualHostLimit, value: number): Durable {
    return setLimit(this.#parameters, this.name, name, value);
  }

  /** Removes a limit; nothing happens where it is not set. */
  clearLimit(name: VirtualHostLimit): Durable {
    return clearLimit(this.#parameters, this.name, name);
  }

  #checkRoomForQueue(queue: string): void {
    const { 'max-queues': max = Number.POSITIVE_INFINITY } = this.limits;
    if (this.queues.size < max) return;
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `cannot declare queue '${queue}': queue limit in vhost '${this.name}' (${max}) is reached`,
    );
  }

  /** A connection opens. @throws BrokerError NOT_ALLOWED when the virtual host was deleted meanwhile */
  enter(connection: VirtualHostUser): void {
    this.#assertIsThere();
    this.connections.add(connection);
  }

  /** Who had to wait before may come too late. @throws BrokerError NOT_ALLOWED */
  #assertIsThere(): void {
    if (this.#isEnded) throw new BrokerError('NOT_ALLOWED', `vhost ${this.name} not found`);
  }

  /** A connection ends: so do the queues that only it can use. */
  leave(connection: VirtualHostUser): void {
    this.connections.delete(connection);
    this.queues.deleteOwnedBy(connection.owner);
  }

  /** Ends everything in it: its connections, then queues and exchanges with their bindings. */
  end(): Durable {
    this.#isEnded = true;
    for (const connection of this.connections) {
      connection.forceClose(`vhost '${this.name}' is deleted`);
    }
    return this.#work.run(this.#endSteps());
  }

  *#endSteps(): Generator<Durable> {
    yield* this.queues.removeAll();
    yield* this.exchanges.removeAll();
  }

  // Routing ------------------------------------------------------------------------------------

  findExchange(name: string): Exchange | undefined {
    return this.exchanges.find(name);
  }

  findQueueByKey(routingKey: string): QueueRef | undefined {
    const reply = this.replies.route(routingKey);
    if (reply !== undefined) return reply;
    // Routing keys are octets, queue names are text: only beyond ASCII do the two differ.
    // oxlint-disable-next-line no-control-regex
    const isAscii = /^[\u0000-\u007f]*$/.test(routingKey);
    return this.queues.find(
      isAscii ? routingKey : Buffer.from(routingKey, 'latin1').toString('utf8'),
    );
  }

  /** Where a message published to `exchange` with this routing key goes. */
  route(exchange: Exchange, routingKey: string, message: Message): Route {
    const { generation } = this;
    const cached = exchange.cachedRoute(routingKey, generation);
    if (cached !== undefined) return cached;
    const route = computeRoute(this, exchange, [routingKey], message);
    if (!route.dependsOnHeaders) exchange.cacheRoute(routingKey, route, generation);
    return route;
  }

  /** Where a message with these routing keys goes: for the few that have several, and so not remembered. */
  routeByKeys(exchange: Exchange, routingKeys: readonly string[], message: Message): Route {
    const [routingKey = ''] = routingKeys;
    if (routingKeys.length === 1) return this.route(exchange, routingKey, message);
    return computeRoute(this, exchange, routingKeys, message);
  }

  // Lists of bindings ---------------------------------------------------------------------------

  /** All bindings, with those of the default exchange. */
  listBindings(): Generator<ListedBinding> {
    return allBindings(this);
  }

  /** Bindings that lead from an exchange. */
  *bindingsFrom(exchange: Exchange): Generator<ListedBinding> {
    if (exchange.name === '') {
      for (const queue of this.queues) yield defaultBinding(this.name, queue.name);
    }
    for (const binding of exchange.bindings.values()) yield listed(this.name, binding);
  }

  /** Bindings that lead to an exchange. */
  *bindingsTo(exchange: Exchange): Generator<ListedBinding> {
    for (const binding of exchange.incoming) yield listed(this.name, binding);
  }

  /** Bindings that lead to a queue, the one of the default exchange first. */
  *bindingsToQueue(queue: QueueRef): Generator<ListedBinding> {
    yield defaultBinding(this.name, queue.name);
    for (const binding of this.#bindings.toQueue(queue)) yield listed(this.name, binding);
  }

  // Bindings -----------------------------------------------------------------------------------

  /** @throws BrokerError NOT_FOUND, RESOURCE_LOCKED, ACCESS_REFUSED, PRECONDITION_FAILED */
  bindQueue(request: BindingRequest, owner: QueueOwner): Durable {
    refuseDefaultExchange(request.source);
    refuseReplyQueue(request.destination);
    const queue = this.queues.get(request.destination, owner);
    const source = this.#bindableSource(request);
    const destination = this.#bindings.destinationOf(queue);
    return this.#bindings.add(source, destination, request.bindingKey, request.arguments);
  }

  /** Removes a binding; nothing happens when it, the queue or the exchange is missing. */
  unbindQueue(request: BindingRequest, owner: QueueOwner): Durable {
    refuseDefaultExchange(request.source);
    refuseReplyQueue(request.destination);
    const queue = this.queues.find(stripLineBreaks(request.destination));
    const source = this.exchanges.find(stripLineBreaks(request.source));
    if (queue === undefined || source === undefined) return undefined;
    const { bindingKey, arguments: args } = request;
    const destination = this.#bindings.destinationOf(queue);
    // Only with a binding does it matter whose the queue is.
    if (this.#bindings.has(source, destination, bindingKey, args)) {
      this.queues.get(request.destination, owner);
    }
    return this.#bindings.remove(source, destination, bindingKey, args);
  }

  /** @throws BrokerError NOT_FOUND, ACCESS_REFUSED, PRECONDITION_FAILED */
  bindExchange(request: BindingRequest): Durable {
    refuseDefaultExchange(request.destination);
    refuseDefaultExchange(request.source);
    const { destination } = this.exchanges.get(request.destination);
    const source = this.#bindableSource(request);
    return this.#bindings.add(source, destination, request.bindingKey, request.arguments);
  }

  /** Removes a binding; nothing happens when it or one of the exchanges is missing. */
  unbindExchange(request: BindingRequest): Durable {
    refuseDefaultExchange(request.destination);
    refuseDefaultExchange(request.source);
    const destination = this.exchanges.find(stripLineBreaks(request.destination));
    const source = this.exchanges.find(stripLineBreaks(request.source));
    if (destination === undefined || source === undefined) return undefined;
    const { bindingKey, arguments: args } = request;
    return this.#bindings.remove(source, destination.destination, bindingKey, args);
  }

  /** Adds a binding that the store has. @throws Error when an end is missing, or the exchange's type refuses it */
  restoreBinding(stored: StoredBinding): void {
    const source = this.#bindableSource(stored);
    const destination =
      stored.destinationKind === 'exchange'
        ? this.exchanges.find(stored.destination)?.destination
        : this.#queueDestination(stored.destination);
    if (destination === undefined) {
      throw notFound(stored.destinationKind, stored.destination, this.name);
    }
    this.#bindings.restore(source, destination, stored.bindingKey, stored.arguments);
  }

  #queueDestination(name: string): Destination | undefined {
    const queue = this.queues.find(name);
    return queue === undefined ? undefined : this.#bindings.destinationOf(queue);
  }

  #bindableSource(request: Omit<BindingRequest, 'destination'>): Exchange {
    const source = this.exchanges.get(request.source);
    const error = source.type.validateBinding(request.bindingKey, request.arguments);
    if (error !== null) throw new BrokerError('PRECONDITION_FAILED', error);
    return source;
  }
}

function refuseReplyQueue(name: string): void {
  if (!isReplyName(name)) return;
  throw new BrokerError(
    'ACCESS_REFUSED',
    'cannot bind or unbind to a volatile (direct reply-to) queue',
  );
}
