// What is measured: messages through the whole broker, without sockets and without a real disk, so that the same is done
// each time. Run as a program of its own:
//
//   node --conditions=leveret-source test/performance/workload.ts NAME allocation|execution
//
// It prints one number: octets allocated, or blocks of code executed, for each message.
import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import type { InMemoryClient } from './in-memory-client.ts';

const MESSAGES_AT_ONCE = 500;
const WARM_UP = 400;
const ROUNDS = 400;

interface Workload {
  /** Publishes, delivers and settles `MESSAGES_AT_ONCE` messages. */
  round(): void;
  /** Octets that consumers have received so far. */
  received(): number;
}

async function transientWorkload(): Promise<Workload> {
  const { Broker } = await import('../../src/broker/broker.ts');
  const { createSystemRuntime } = await import('../../src/runtime/system-runtime.ts');
  const { MemoryDefinitionStore } = await import(
    '../../src/store/memory/memory-definition-store.ts'
  );
  const { MemoryJournal } = await import('../../src/store/memory/memory-journal.ts');
  const client = await import('./in-memory-client.ts');
  const definitions = new MemoryDefinitionStore();
  const journal = new MemoryJournal();
  const broker = new Broker({ runtime: createSystemRuntime(), journal, definitions });
  broker.recover();
  const options = client.connectionOptions(broker);
  const publisher = new client.InMemoryClient(options, 1);
  const consumer = new client.InMemoryClient(options, 2);
  consumer.declareQueue(false);
  consumer.consume(true);
  const frames = client.publishing(MESSAGES_AT_ONCE, false);
  return {
    round: () => publisher.feed(Buffer.from(frames)),
    received: () => consumer.receivedOctets,
  };
}

async function settledWorkload(): Promise<Workload> {
  const { Broker } = await import('../../src/broker/broker.ts');
  const { createSystemRuntime } = await import('../../src/runtime/system-runtime.ts');
  const { encodeConfirmSelect } = await import('../../src/amqp/wire/generated/methods.ts');
  const { MemoryDefinitionStore } = await import(
    '../../src/store/memory/memory-definition-store.ts'
  );
  const { SimulatedDisk } = await import('../simulation/simulated-disk.ts');
  const { JournalHost } = await import('../simulation/simulated-journal.ts');
  const client = await import('./in-memory-client.ts');
  const host = new JournalHost(new SimulatedDisk(1), 64 * 1024 * 1024);
  const journal = await host.open();
  const definitions = new MemoryDefinitionStore();
  const broker = new Broker({ runtime: createSystemRuntime(), journal, definitions });
  broker.recover();
  const options = client.connectionOptions(broker);
  const publisher = new client.InMemoryClient(options, 1);
  publisher.send(encodeConfirmSelect, { noWait: false });
  const consumer: InMemoryClient = new client.InMemoryClient(options, 2);
  consumer.declareQueue(true);
  consumer.consume(false);
  const frames = client.publishing(MESSAGES_AT_ONCE, true);
  let tag = 1;
  return {
    round: () => {
      publisher.feed(Buffer.from(frames));
      consumer.feed(client.acknowledging(MESSAGES_AT_ONCE, tag));
      tag += MESSAGES_AT_ONCE;
      host.disk.settle();
    },
    received: () => consumer.receivedOctets,
  };
}

const WORKLOADS: Readonly<Record<string, () => Promise<Workload>>> = {
  transient: transientWorkload,
  settled: settledWorkload,
};

async function measureAllocation(workload: Workload): Promise<number> {
  const { gc } = globalThis;
  assert.ok(gc !== undefined, 'node was started with --expose-gc');
  for (let i = 0; i < WARM_UP; i++) workload.round();
  gc();
  const before = process.memoryUsage().heapUsed;
  // The young generation is larger than what is allocated: nothing is collected meanwhile.
  for (let i = 0; i < ROUNDS; i++) workload.round();
  const allocated = process.memoryUsage().heapUsed - before;
  return allocated / (ROUNDS * MESSAGES_AT_ONCE);
}

async function measureExecution(session: Session, workload: Workload): Promise<number> {
  for (let i = 0; i < 10; i++) workload.round();
  await session.post('Profiler.takePreciseCoverage');
  for (let i = 0; i < 100; i++) workload.round();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  let blocks = 0;
  for (const { url, functions } of result) {
    if (!url.includes('/src/')) continue;
    for (const { ranges } of functions) for (const { count } of ranges) blocks += count;
  }
  return blocks / (100 * MESSAGES_AT_ONCE);
}

const [name = '', kind] = process.argv.slice(2);
const make = WORKLOADS[name];
assert.ok(make !== undefined, `there is a workload called ${name}`);
const session = new Session();
if (kind === 'execution') {
  session.connect();
  await session.post('Profiler.enable');
  // Before anything of the broker is loaded: what is compiled from now on is counted.
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}
const workload = await make();
const perMessage =
  kind === 'execution'
    ? await measureExecution(session, workload)
    : await measureAllocation(workload);
assert.ok(workload.received() > 0, 'messages are delivered');
console.log(perMessage.toFixed(2));
session.disconnect();
