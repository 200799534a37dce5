/**
 * The broker: its virtual hosts and what they share. Protocol front ends find a virtual host here and talk to it;
 * nothing in here knows of sockets, frames or files.
 */
import { base64url22 } from '../runtime/random.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { DefinitionStore } from '../store/definition-store.ts';
import type { Journal, JournalStats } from '../store/journal.ts';
import { Alarms } from './alarms.ts';
import { Deadlines } from './deadlines.ts';
import { BrokerError } from './errors.ts';
import { BrokerEvents } from './events.ts';
import { tellChanges } from './told-changes.ts';
import { ExchangeTypeRegistry } from './exchange/exchange-types.ts';
import { GlobalParameters } from './global-parameters.ts';
import {
  interceptorsFor,
  type InterceptorRules,
  type MessageInterceptors,
} from './message-interceptors.ts';
import { DEFAULT_MEMORY_BUDGET, MemoryBudget } from './memory-budget.ts';
import { Parameters } from './parameters.ts';
import { policyComponent } from './policy/policy-component.ts';
import { PolicyKeys } from './policy/policy-keys.ts';
import type { QueueTypeName } from './queue/queue-arguments.ts';
import type { Eventually } from './queue/queue-ref.ts';
import { QueueIds } from './queue-ids.ts';
import { Rates } from './statistics/rates.ts';
import { BrokerTotals } from './statistics/broker-totals.ts';
import { recoverDefinitions } from './recovery.ts';
import { ignoreFailure, type Durable } from './stored-definitions.ts';
import { Turn } from './turn.ts';
import { checkDefaults, NO_DEFAULTS, type VirtualHostDefaults } from './virtual-host-defaults.ts';
import { limitsOf, registerLimits } from './virtual-host-limits.ts';
import type { VirtualHostMetadata } from './virtual-host-metadata.ts';
import { VirtualHost } from './virtual-host.ts';
import { VirtualHosts } from './virtual-hosts.ts';

/** What operators configure for all virtual hosts. */
export interface VirtualHostRules {
  /** The type of queues that are declared without one, in virtual hosts that say nothing else; classic when left out. */
  readonly defaultQueueType?: QueueTypeName;
  /** Most virtual hosts; no limit when left out. */
  readonly virtualHostMax?: number;
  /** Most queues of all virtual hosts together; no limit when left out. */
  readonly queueMax?: number;
  /** Most exchanges of all virtual hosts together, those that every one has included; no limit when left out. */
  readonly exchangeMax?: number;
  /** Most runtime parameters of a component, in all virtual hosts together; no limit for those that are not named. */
  readonly parameterLimits?: Readonly<Record<string, number>>;
  /** The virtual host that a broker begins with; `/` when left out, null for none. */
  readonly defaultVirtualHost?: string | null;
  /** What new virtual hosts get. What is wrong in it is thrown by the constructor: ParameterError, PatternError. */
  readonly virtualHostDefaults?: VirtualHostDefaults;
  /** Set as the global parameters `cluster_name` and `cluster_tags` at each start. */
  readonly clusterName?: string;
  readonly clusterTags?: Readonly<Record<string, string>>;
  /** What this node is called, as RabbitMQ names nodes; `leveret@localhost` when left out. */
  readonly nodeName?: string;
  /** What is set on messages that come in; nothing when left out. */
  readonly interceptors?: InterceptorRules;
}

const DEFAULT_NODE_NAME = 'leveret@localhost';

export interface BrokerOptions extends VirtualHostRules {
  readonly runtime: Runtime;
  readonly journal: Journal;
  readonly definitions: DefinitionStore;
  /** What ready messages may take of memory before queues write them out, in octets. */
  readonly memoryBudget?: number;
  /** How often rates are measured, in milliseconds. */
  readonly statisticsIntervalMs?: number;
  /** Shared with another broker; its own when left out. */
  readonly exchangeTypes?: ExchangeTypeRegistry;
  /** Shared with another broker; its own when left out. */
  readonly policyKeys?: PolicyKeys;
}

export class Broker {
  readonly runtime: Runtime;
  readonly turn: Turn;
  readonly deadlines: Deadlines;
  readonly alarms: Alarms = new Alarms();
  readonly memoryBudget: MemoryBudget;
  readonly exchangeTypes: ExchangeTypeRegistry;
  /** What policies can define; plugins may add to it. */
  readonly policyKeys: PolicyKeys;
  readonly parameters: Parameters;
  readonly globalParameters: GlobalParameters;
  readonly virtualHosts: VirtualHosts;
  readonly nodeName: string;
  /** For front ends to ask with each message; null for none. */
  readonly interceptors: MessageInterceptors | null;
  /** What happens, apart from messages. */
  readonly events: BrokerEvents;
  /** What was counted since the start, over all protocols. */
  readonly totals: BrokerTotals = new BrokerTotals();
  /** How fast all that is counted grows: measured while a plugin has started it. */
  readonly rates: Rates;
  readonly #options: BrokerOptions;
  readonly #queueIds: QueueIds;
  /** Connections that are open, over all protocols: kept by their front ends. */
  connectionCount = 0;

  constructor(options: BrokerOptions) {
    this.runtime = options.runtime;
    const { clock, timers, log } = options.runtime;
    const onError = (error: unknown): void => log.error('internal error', { error });
    this.events = new BrokerEvents(clock, log);
    this.turn = new Turn(options.journal, clock, onError);
    this.deadlines = new Deadlines(this.turn, timers, onError);
    this.memoryBudget = new MemoryBudget(options.memoryBudget ?? DEFAULT_MEMORY_BUDGET);
    this.exchangeTypes = options.exchangeTypes ?? new ExchangeTypeRegistry();
    this.policyKeys = options.policyKeys ?? new PolicyKeys();
    this.#options = options;
    this.nodeName = options.nodeName ?? DEFAULT_NODE_NAME;
    this.interceptors = interceptorsFor(options.interceptors ?? {}, this.nodeName, clock);
    this.#queueIds = new QueueIds(options.definitions);
    this.#queueIds.exclude(options.journal.nextQueueId - 1);
    const { definitions, virtualHostDefaults: defaults = NO_DEFAULTS } = options;
    this.globalParameters = new GlobalParameters(definitions);
    this.parameters = new Parameters({
      definitions,
      hasVirtualHost: (name) => this.findVirtualHost(name) !== null,
      limits: options.parameterLimits,
    });
    this.virtualHosts = new VirtualHosts({
      definitions,
      parameters: this.parameters,
      log,
      build: (name, metadata) => this.#buildVirtualHost(name, metadata),
      max: options.virtualHostMax ?? Number.POSITIVE_INFINITY,
      defaults,
    });
    const { virtualHosts, totals, runtime } = this;
    this.rates = new Rates({
      virtualHosts,
      totals,
      runtime,
      intervalMs: options.statisticsIntervalMs,
    });
    this.#registerComponents();
    checkDefaults(defaults, this.parameters);
    tellChanges(this);
    options.journal.onCommitted = () => this.turn.end();
    options.journal.onPressure = (isHigh) => this.alarms.holdUp(isHigh);
  }

  #registerComponents(): void {
    const hostOf = (vhost: string): VirtualHost | null => this.findVirtualHost(vhost);
    for (const component of ['policy', 'operator_policy'] as const) {
      this.parameters.register(component, policyComponent(component, this.policyKeys, hostOf));
    }
    registerLimits(this.parameters, (vhost) => {
      const virtualHost = hostOf(vhost);
      if (virtualHost !== null) virtualHost.limits = limitsOf(this.parameters, vhost);
    });
  }

  /**
   * Builds everything that the store has kept; a store that has no virtual host gets the default one. To be called once,
   * before anybody is served.
   */
  recover(): void {
    recoverDefinitions({
      definitions: this.#options.definitions,
      log: this.runtime.log,
      queueIds: this.#queueIds,
      virtualHosts: this.virtualHosts,
      parameters: this.parameters,
      globalParameters: this.globalParameters,
    });
    this.#options.journal.recovered();
    const { defaultVirtualHost = '/' } = this.#options;
    if (this.virtualHosts.size === 0 && defaultVirtualHost !== null) {
      const description = 'Default virtual host';
      const created = this.createVirtualHost(defaultVirtualHost, { description });
      // Where this fails, so does everything that is declared in it, and who declares it is told.
      if (created instanceof Promise) created.catch(() => {});
    }
    this.#identify();
    this.turn.end();
  }

  /** The broker has a number of its own from its first start on, and the name and tags that it is configured with. */
  #identify(): void {
    const { clusterName = null, clusterTags = null } = this.#options;
    if (this.globalParameters.find('internal_cluster_id') === null) {
      const id = `rabbitmq-cluster-id-${base64url22(this.runtime.random)}`;
      ignoreFailure(this.globalParameters.put('internal_cluster_id', id));
    }
    const configured = { cluster_name: clusterName, cluster_tags: clusterTags };
    for (const [name, value] of Object.entries(configured)) {
      if (value !== null) ignoreFailure(this.globalParameters.put(name, value));
    }
  }

  // Virtual hosts --------------------------------------------------------------------------------

  /** How the journal does. */
  get journalStats(): JournalStats {
    return this.#options.journal.stats;
  }

  /** Null when there is none of this name. */
  findVirtualHost(name: string): VirtualHost | null {
    return this.virtualHosts.find(name);
  }

  /** Creates a virtual host; one that is there stays as it is. @throws VirtualHostError */
  createVirtualHost(
    name: string,
    metadata: Partial<VirtualHostMetadata> = {},
  ): Eventually<VirtualHost> {
    const created = this.virtualHosts.create(name, metadata);
    this.turn.end();
    return created;
  }

  /** Changes the metadata of a virtual host; what is left out stays. @throws VirtualHostError when there is none */
  updateVirtualHost(name: string, changes: Partial<VirtualHostMetadata>): Durable {
    return this.virtualHosts.update(name, changes);
  }

  /**
   * Deletes a virtual host with all that is in it, and closes its connections.
   *
   * @throws VirtualHostError when there is none, or it is protected
   */
  deleteVirtualHost(name: string): Durable {
    return this.virtualHosts.delete(name);
  }

  #buildVirtualHost(name: string, metadata: VirtualHostMetadata): VirtualHost {
    const { journal, definitions, runtime, defaultQueueType = null } = this.#options;
    return new VirtualHost({
      name,
      metadata,
      journal,
      memoryBudget: this.memoryBudget,
      totals: this.totals,
      events: this.events,
      definitions,
      turn: this.turn,
      deadlines: this.deadlines,
      random: runtime.random,
      clock: runtime.clock,
      exchangeTypes: this.exchangeTypes,
      nextQueueId: () => this.#queueIds.take(),
      parameters: this.parameters,
      policyKeys: this.policyKeys,
      defaultQueueType,
      checkRoomForQueue: (queue) => this.#checkRoomForQueue(queue),
      checkRoomForExchange: (exchange) => this.#checkRoomForExchange(exchange, name),
    });
  }

  #checkRoomForQueue(queue: string): void {
    const { queueMax = Number.POSITIVE_INFINITY } = this.#options;
    if (queueMax === Number.POSITIVE_INFINITY) return;
    let count = 0;
    for (const { queues } of this.virtualHosts) count += queues.size;
    if (count < queueMax) return;
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `cannot declare queue '${queue}': queue limit in cluster (${queueMax}) is reached`,
    );
  }

  #checkRoomForExchange(exchange: string, vhost: string): void {
    const { exchangeMax = Number.POSITIVE_INFINITY } = this.#options;
    if (exchangeMax === Number.POSITIVE_INFINITY) return;
    let count = 0;
    for (const { exchanges } of this.virtualHosts) count += exchanges.size;
    if (count < exchangeMax) return;
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `cannot declare exchange '${exchange}' in vhost '${vhost}': exchange limit of ${exchangeMax} is reached`,
    );
  }

  /** Nothing happens: what is not needed next leaves memory. False when there was nothing. */
  rest(): boolean {
    const isAnyWritten = this.memoryBudget.rest();
    return this.#options.journal.rest() || isAnyWritten;
  }

  /** Completes what the store still has to write. */
  async close(): Promise<void> {
    this.turn.end();
    this.deadlines.close();
    this.rates.close();
    await this.#options.journal.close();
    await this.#options.definitions.close();
  }
}
