// Messages that wait for their time: until they expire, or until they are delivered again. A crash comes in between, and
// time goes on in steps, so that "on time" is exact. WAITING_MESSAGES=1000000 runs it with a million.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPlain, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import { Broker } from '../../src/broker/broker.ts';
import { Message, MessageAddress, NO_TRAITS } from '../../src/broker/message.ts';
import { LocalQueue } from '../../src/broker/queue/local-queue.ts';
import { systemMemory } from '../../src/runtime/memory.ts';
import { systemRandom } from '../../src/runtime/random.ts';
import { MemoryDefinitionStore } from '../../src/store/memory/memory-definition-store.ts';
import { SimulatedTime } from '../support/simulated-time.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { JournalHost } from './simulated-journal.ts';

const COUNT = Number(process.env['WAITING_MESSAGES'] ?? 20_000);
const FILE_OCTETS = 1024 * 1024;
/** Far less than the messages take. */
const MEMORY_OCTETS = 100 * COUNT;
const WAIT_MS = 60_000;
/** Messages that begin to wait in the same millisecond. */
const AT_ONCE = COUNT / 200;

const PROPERTIES = Buffer.from([0x10, 0, 2]);
const BODY = Buffer.alloc(100, 'x');
const address = new MessageAddress('', 'q');

/** A queue on a simulated machine, from one crash to the next. */
class Stage {
  readonly queue: LocalQueue;
  readonly broker: Broker;
  readonly #host: JournalHost;
  readonly #definitions: MemoryDefinitionStore;
  readonly #arguments: Readonly<Record<string, PlainValue>>;

  private constructor(
    host: JournalHost,
    broker: Broker,
    definitions: MemoryDefinitionStore,
    args: Readonly<Record<string, PlainValue>>,
  ) {
    this.#host = host;
    this.broker = broker;
    this.#definitions = definitions;
    this.#arguments = args;
    const vhost = broker.findVirtualHost('/');
    assert.ok(vhost !== null);
    const flags = { name: 'q', isDurable: true, isExclusive: false, isAutoDelete: false };
    const queue =
      vhost.queues.find('q') ?? vhost.queues.declare({ ...flags, arguments: fromPlain(args) }, {});
    assert.ok(queue instanceof LocalQueue);
    this.queue = queue;
  }

  static async start(
    args: Readonly<Record<string, PlainValue>>,
    host: JournalHost = new JournalHost(new SimulatedDisk(1), FILE_OCTETS),
    definitions: MemoryDefinitionStore = new MemoryDefinitionStore(),
  ): Promise<Stage> {
    const journal = await host.open();
    const { time, log, disk } = host;
    const system = { random: systemRandom, memory: systemMemory, disk };
    const broker = new Broker({
      runtime: { clock: time, timers: time, log, ...system },
      journal,
      definitions,
      memoryBudget: MEMORY_OCTETS,
    });
    broker.recover();
    return new Stage(host, broker, definitions, args);
  }

  get time(): SimulatedTime {
    return this.#host.time;
  }

  /** Ends a turn, and lets the disk do what there is to do. */
  settle(): void {
    this.broker.turn.end();
    this.#host.disk.settle();
  }

  async crash(): Promise<Stage> {
    this.settle();
    this.#host.rest(100);
    const next = new JournalHost(this.#host.disk.crash(), FILE_OCTETS, afterCrash(this.time));
    return Stage.start(this.#arguments, next, this.#definitions);
  }
}

/** Timers are gone; the clocks go on. */
function afterCrash(time: SimulatedTime): SimulatedTime {
  const next = new SimulatedTime();
  next.pass(time.nowMs() - next.nowMs());
  return next;
}

function messageOf(stage: Stage, expirationMs: number): Message {
  const traits = expirationMs < 0 ? null : { ...NO_TRAITS, expirationMs };
  const nowMs = stage.broker.turn.nowMs();
  return new Message(
    address,
    true,
    PROPERTIES,
    0,
    3,
    BODY,
    0,
    BODY.length,
    null,
    -1,
    nowMs,
    traits,
  );
}

describe('messages that wait for their time', () => {
  test('expire in the millisecond that is theirs, also when the broker is new', async () => {
    const first = await Stage.start({});
    const startMs = first.time.nowMs();
    for (let i = 0; i < COUNT; i += AT_ONCE) {
      for (let j = 0; j < AT_ONCE; j++) first.queue.publish(messageOf(first, WAIT_MS));
      first.settle();
      first.time.pass(1);
    }
    const stage = await first.crash();
    stage.time.pass(startMs + WAIT_MS - stage.time.nowMs() - 1);
    stage.settle();
    for (let left = COUNT; left > 0; left -= AT_ONCE) {
      assert.equal(stage.queue.readyCount, left);
      stage.time.pass(1);
      stage.settle();
    }
    assert.equal(stage.queue.readyCount, 0);
  });

  test('come back in the millisecond that is theirs, also when the broker is new', async () => {
    const first = await Stage.start({
      'x-queue-type': 'quorum',
      'x-delayed-retry-type': 'all',
      'x-delayed-retry-min': WAIT_MS,
      'x-delayed-retry-max': WAIT_MS,
    });
    for (let i = 0; i < COUNT; i++) {
      first.queue.publish(messageOf(first, -1));
      if (i % 1000 === 0) first.settle();
    }
    const startMs = first.time.nowMs();
    for (let i = 0; i < COUNT; i += AT_ONCE) {
      for (let j = 0; j < AT_ONCE; j++) {
        const { message, position } = first.queue.get(false)!;
        first.queue.requeue(message, position, true);
      }
      first.settle();
      first.time.pass(1);
    }
    assert.equal(first.queue.readyCount, 0);
    const stage = await first.crash();
    assert.equal(stage.queue.readyCount, 0);
    assert.equal(stage.broker.memoryBudget.used, 0, 'what waits is not in memory');
    stage.time.pass(startMs + WAIT_MS - stage.time.nowMs() - 1);
    stage.settle();
    for (let ready = 0; ready < COUNT; ready += AT_ONCE) {
      assert.equal(stage.queue.readyCount, ready);
      stage.time.pass(1);
      stage.settle();
    }
    for (let i = 0; i < COUNT; i++) {
      const taken = stage.queue.get(true);
      assert.equal(taken?.isRedelivered, true);
    }
    assert.equal(stage.queue.get(true), null);
  });
});
