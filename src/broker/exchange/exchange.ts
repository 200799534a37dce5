/** A declared exchange: its properties, its bindings both ways, and the routes that were computed from them. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import { NO_DEFINITION, type AppliedPolicy } from '../policy/applied-policy.ts';
import type { Policy, PolicyDefinition } from '../policy/policy.ts';
import type { QueueRef } from '../queue/queue-ref.ts';
import type { ExchangeCounters } from '../statistics/counters.ts';
import type { Binding } from './binding.ts';
import type { BindingMatcher, ExchangeType } from './exchange-type.ts';

/** What a binding leads to. */
export type Destination =
  | { readonly kind: 'queue'; readonly queue: QueueRef }
  | { readonly kind: 'exchange'; readonly exchange: Exchange };

/** A binding between two declared things. */
export interface DeclaredBinding extends Binding<Destination> {
  readonly source: Exchange;
  /** Equal for bindings with the same destination, binding key and arguments. */
  readonly identity: string;
}

/** Where a message goes. */
export interface Route {
  readonly queues: readonly QueueRef[];
  /** Computed from the message's headers: not valid for another message with the same routing key. */
  readonly dependsOnHeaders: boolean;
}

/** Most routing keys whose route is remembered for an exchange; then it starts anew. */
const ROUTES_MAX = 4096;

export interface ExchangeOptions {
  readonly name: string;
  readonly type: ExchangeType;
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  readonly isInternal: boolean;
  readonly arguments: FieldTable;
}

export class Exchange {
  readonly name: string;
  readonly type: ExchangeType;
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  /** Clients cannot publish to it. */
  readonly isInternal: boolean;
  readonly arguments: FieldTable;
  /** Takes what this exchange cannot route; null for none. */
  alternateExchange: string | null;
  readonly matcher: BindingMatcher<Destination>;
  /** Bindings from this exchange, by identity. */
  readonly bindings: Map<string, DeclaredBinding> = new Map();
  /** Bindings from other exchanges to this one. */
  readonly incoming: Set<DeclaredBinding> = new Set();
  /** This object as a destination: one object, because destinations are compared by identity. */
  readonly destination: Destination;
  /** Raised by front ends; null before the first message. */
  counters: ExchangeCounters | null = null;
  #applied: AppliedPolicy | null = null;
  readonly #routes = new Map<string, Route>();
  #routesGeneration = -1;

  constructor(options: ExchangeOptions) {
    this.name = options.name;
    this.type = options.type;
    this.isDurable = options.isDurable;
    this.isAutoDelete = options.isAutoDelete;
    this.isInternal = options.isInternal;
    this.arguments = options.arguments;
    this.alternateExchange = this.#alternate();
    this.matcher = options.type.createMatcher<Destination>();
    this.destination = { kind: 'exchange', exchange: this };
  }

  get policy(): Policy | null {
    return this.#applied?.policy ?? null;
  }

  get operatorPolicy(): Policy | null {
    return this.#applied?.operatorPolicy ?? null;
  }

  /** What the two make together; an empty object where none applies. */
  get effectivePolicy(): PolicyDefinition {
    return this.#applied?.effective ?? NO_DEFINITION;
  }

  /** Other policies apply from now on. True when routes are others by that. */
  applyPolicy(applied: AppliedPolicy | null): boolean {
    const earlier = this.alternateExchange;
    this.#applied = applied;
    this.alternateExchange = this.#alternate();
    return this.alternateExchange !== earlier;
  }

  /** The exchange's own argument counts before the policy. */
  #alternate(): string | null {
    const own = this.arguments.get('alternate-exchange');
    if (own !== undefined) return own.type === 'S' ? String(own.value) : null;
    const ofPolicy = this.effectivePolicy['alternate-exchange'];
    return typeof ofPolicy === 'string' ? ofPolicy : null;
  }

  /** The route remembered for a routing key, when it was computed in this generation of the bindings. */
  cachedRoute(routingKey: string, generation: number): Route | undefined {
    return this.#routesGeneration === generation ? this.#routes.get(routingKey) : undefined;
  }

  /** Remembers a route that does not depend on headers. */
  cacheRoute(routingKey: string, route: Route, generation: number): void {
    if (this.#routesGeneration !== generation || this.#routes.size >= ROUTES_MAX) {
      this.#routes.clear();
      this.#routesGeneration = generation;
    }
    this.#routes.set(routingKey, route);
  }
}
