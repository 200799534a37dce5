// Brokers in simulated time, one after the other on the same store, without sockets.
import assert from 'node:assert/strict';
import { EMPTY_TABLE, fromPlain, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import { Broker, type BrokerOptions } from '../../src/broker/broker.ts';
import type { DeclaredQueue } from '../../src/broker/queue/declared-queue.ts';
import type { VirtualHost } from '../../src/broker/virtual-host.ts';
import { systemMemory } from '../../src/runtime/memory.ts';
import { systemRandom } from '../../src/runtime/random.ts';
import { systemDisk } from '../../src/runtime/system-disk.ts';
import type { Definition } from '../../src/store/definition-store.ts';
import { MemoryDefinitionStore } from '../../src/store/memory/memory-definition-store.ts';
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts';
import { CollectedLog } from './collected-log.ts';
import { SimulatedTime } from './simulated-time.ts';

/** Keeps what JSON makes of the values, as the store on disk does. */
class JsonStore extends MemoryDefinitionStore {
  override put(definition: Definition): void {
    super.put({ ...definition, value: JSON.parse(JSON.stringify(definition.value)) });
  }
}

export class Machine {
  readonly store: JsonStore = new JsonStore();
  readonly time: SimulatedTime;
  readonly log: CollectedLog = new CollectedLog();

  constructor(time: SimulatedTime = new SimulatedTime()) {
    this.time = time;
  }

  start(options: Partial<BrokerOptions> = {}): Broker {
    const { store, time, log } = this;
    const system = { random: systemRandom, memory: systemMemory, disk: systemDisk };
    const runtime = { clock: time, timers: time, log, ...system };
    const journal = new MemoryJournal();
    const broker = new Broker({ runtime, journal, definitions: store, ...options });
    broker.recover();
    return broker;
  }
}

export function hostOf(broker: Broker, name = '/'): VirtualHost {
  const found = broker.findVirtualHost(name);
  assert.ok(found !== null);
  return found;
}

const OWNER = {};

export function declareQueue(
  virtualHost: VirtualHost,
  name: string,
  args: Readonly<Record<string, PlainValue>> = {},
  flags: { readonly isExclusive?: boolean; readonly isDurable?: boolean } = {},
): DeclaredQueue {
  const defaults = { isDurable: true, isExclusive: false, isAutoDelete: false };
  const declaration = { ...defaults, ...flags, name, arguments: fromPlain(args) };
  return virtualHost.queues.declare(declaration, OWNER);
}

export function declareExchange(virtualHost: VirtualHost, name: string): void {
  const flags = { isDurable: true, isAutoDelete: false, isInternal: false };
  void virtualHost.exchanges.declare({ ...flags, name, type: 'direct', arguments: EMPTY_TABLE });
}
