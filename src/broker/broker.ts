/**
 * The broker: its virtual hosts and what they share. Protocol front ends find a virtual host here and talk to it;
 * nothing in here knows of sockets, frames or files.
 */
import type { Runtime } from '../runtime/runtime.ts';
import type { DefinitionStore } from '../store/definition-store.ts';
import type { Journal } from '../store/journal.ts';
import { Alarms } from './alarms.ts';
import { Deadlines } from './deadlines.ts';
import { ExchangeTypeRegistry } from './exchange/exchange-types.ts';
import { DEFAULT_MEMORY_BUDGET, MemoryBudget } from './memory-budget.ts';
import type { Eventually } from './queue/queue-ref.ts';
import { QueueIds } from './queue-ids.ts';
import { recoverDefinitions } from './recovery.ts';
import { Turn } from './turn.ts';
import { VirtualHost } from './virtual-host.ts';

export interface BrokerOptions {
  readonly runtime: Runtime;
  readonly journal: Journal;
  readonly definitions: DefinitionStore;
  /** What ready messages may take of memory before queues write them out, in octets. */
  readonly memoryBudget?: number;
}

export class Broker {
  readonly runtime: Runtime;
  readonly turn: Turn;
  readonly deadlines: Deadlines;
  readonly alarms: Alarms = new Alarms();
  readonly memoryBudget: MemoryBudget;
  readonly exchangeTypes: ExchangeTypeRegistry = new ExchangeTypeRegistry();
  readonly #options: BrokerOptions;
  readonly #virtualHosts = new Map<string, VirtualHost>();
  readonly #queueIds: QueueIds;
  /** Connections that are open, over all protocols: kept by their front ends. */
  connectionCount = 0;

  constructor(options: BrokerOptions) {
    this.runtime = options.runtime;
    const { clock, timers, log } = options.runtime;
    const onError = (error: unknown): void => log.error('internal error', { error });
    this.turn = new Turn(options.journal, clock, onError);
    this.deadlines = new Deadlines(this.turn, timers, onError);
    this.memoryBudget = new MemoryBudget(options.memoryBudget ?? DEFAULT_MEMORY_BUDGET);
    this.#options = options;
    this.#queueIds = new QueueIds(options.definitions);
    this.#queueIds.exclude(options.journal.nextQueueId - 1);
    options.journal.onCommitted = () => this.turn.end();
    options.journal.onPressure = (isHigh) => this.alarms.holdUp(isHigh);
  }

  /**
   * Builds everything that the store has kept; a store that has no virtual host gets `/`. To be called once, before
   * anybody is served.
   */
  recover(): void {
    recoverDefinitions({
      definitions: this.#options.definitions,
      log: this.runtime.log,
      queueIds: this.#queueIds,
      addVirtualHost: (name) => this.#addVirtualHost(name),
      findVirtualHost: (name) => this.findVirtualHost(name),
    });
    this.#options.journal.recovered();
    if (this.#virtualHosts.size === 0) {
      const created = this.createVirtualHost('/');
      // Where this fails, so does everything that is declared in it, and who declares it is told.
      if (created instanceof Promise) created.catch(() => {});
    }
    this.turn.end();
  }

  /** Null when there is none of this name. */
  findVirtualHost(name: string): VirtualHost | null {
    return this.#virtualHosts.get(name) ?? null;
  }

  createVirtualHost(name: string): Eventually<VirtualHost> {
    const virtualHost = this.#addVirtualHost(name);
    const key = JSON.stringify([name]);
    const stored = this.#options.definitions.put({ kind: 'vhost', key, value: { name } });
    return stored === undefined ? virtualHost : stored.then(() => virtualHost);
  }

  #addVirtualHost(name: string): VirtualHost {
    const { journal, definitions, runtime } = this.#options;
    const virtualHost = new VirtualHost({
      name,
      journal,
      memoryBudget: this.memoryBudget,
      definitions,
      turn: this.turn,
      deadlines: this.deadlines,
      random: runtime.random,
      clock: runtime.clock,
      exchangeTypes: this.exchangeTypes,
      nextQueueId: () => this.#queueIds.take(),
    });
    this.#virtualHosts.set(name, virtualHost);
    return virtualHost;
  }

  /** Completes what the store still has to write. */
  async close(): Promise<void> {
    this.turn.end();
    this.deadlines.close();
    await this.#options.journal.close();
    await this.#options.definitions.close();
  }
}
