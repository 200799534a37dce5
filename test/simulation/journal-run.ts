// One process: queues on a journal on a simulated disk, and what a seed makes clients do with them. The ledger that it
// is given outlives it.
import assert from 'node:assert/strict';
import type { FieldTable } from '../../src/amqp/wire/field-table.ts';
import { DeadLetters } from '../../src/broker/dead-letters.ts';
import { BrokerTotals } from '../../src/broker/statistics/broker-totals.ts';
import { Deadlines } from '../../src/broker/deadlines.ts';
import { MemoryBudget } from '../../src/broker/memory-budget.ts';
import { Message, MessageAddress, NO_TRAITS } from '../../src/broker/message.ts';
import { ClassicQueue } from '../../src/broker/queue/classic-queue.ts';
import type { LocalQueue } from '../../src/broker/queue/local-queue.ts';
import type { LocalQueueOptions } from '../../src/broker/queue/local-queue-options.ts';
import { queueSettings } from '../../src/broker/queue/queue-settings.ts';
import type { TakenMessage } from '../../src/broker/queue/queue-ref.ts';
import { QuorumQueue } from '../../src/broker/queue/quorum-queue.ts';
import { Turn } from '../../src/broker/turn.ts';
import type { LocalJournal } from '../../src/store/local/local-journal.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedCrash } from './simulated-disk.ts';
import type { JournalHost } from './simulated-journal.ts';
import { LedgerSteps, QueueLedger, type LedgerEntry } from './journal-ledger.ts';

type QueueKind = 'classic' | 'priority' | 'quorum';

/** What is durable beside the journal: which queues there are. */
export interface Declared {
  readonly id: number;
  readonly kind: QueueKind;
  readonly ledger: QueueLedger;
}

/** What outlives processes. */
export class DurableWorld {
  readonly steps: LedgerSteps = new LedgerSteps();
  readonly queues: Map<number, Declared> = new Map();
  nextQueueId = 0;
}

/** A queue of this process, and what clients hold of it. */
interface Running {
  readonly declared: Declared;
  readonly queue: LocalQueue;
  readonly held: Map<LedgerEntry, TakenMessage>;
}

const QUEUES_MAX = 4;
const PRIORITY_MAX = 2;
const PROPERTIES = Buffer.from([0x10, 0, 2]);
const address = new MessageAddress('exchange', 'key');
/** Little: queues write out most of what they hold. */
const BUDGET_OCTETS = 3000;
const CHUNK_LIMITS = { messages: 6, octets: 4096 };

export class JournalRun {
  readonly #host: JournalHost;
  readonly #world: DurableWorld;
  readonly #random: SeededRandom;
  readonly #journal: LocalJournal;
  readonly #turn: Turn;
  readonly #shared: Omit<LocalQueueOptions, 'id' | 'name' | 'arguments' | 'settings'>;
  readonly #running: Running[] = [];
  readonly #errors: unknown[] = [];
  readonly #hasFaults: boolean;

  private constructor(
    host: JournalHost,
    world: DurableWorld,
    random: SeededRandom,
    journal: LocalJournal,
    hasFaults: boolean,
  ) {
    this.#hasFaults = hasFaults;
    this.#host = host;
    this.#world = world;
    this.#random = random;
    this.#journal = journal;
    const { time } = host;
    const onError = (error: unknown): void => void this.#errors.push(error);
    this.#turn = new Turn(journal, time, onError);
    journal.onCommitted = () => this.#turn.end();
    const router = {
      findExchange: (): undefined => {},
      routeByKeys: () => ({ queues: [], dependsOnHeaders: false }),
    };
    this.#shared = {
      vhost: '/',
      isDurable: true,
      isAutoDelete: false,
      owner: null,
      applied: null,
      journal,
      memoryBudget: new MemoryBudget(BUDGET_OCTETS, CHUNK_LIMITS),
      turn: this.#turn,
      deadlines: new Deadlines(this.#turn, time, onError),
      deadLetters: new DeadLetters(router, {
        turn: this.#turn,
        clock: time,
        totals: new BrokerTotals(),
      }),
      clock: time,
      holders: new Set(),
      onUnused: () => {},
      onExpired: () => {},
    };
  }

  /**
   * Starts a process: recovers, and compares what is there with the ledger.
   *
   * @param hasFaults the disk may refuse: complaints are expected
   * @throws SimulatedCrash, AssertionError, DiskError
   */
  static async start(
    host: JournalHost,
    world: DurableWorld,
    random: SeededRandom,
    hasFaults = false,
  ): Promise<JournalRun> {
    const journal = await host.open();
    const run = new JournalRun(host, world, random, journal, hasFaults);
    for (const declared of world.queues.values()) run.#restore(declared);
    journal.recovered();
    run.#turn.end();
    run.#check();
    return run;
  }

  #restore(declared: Declared): void {
    const queue = this.#make(declared);
    const found = queue.browse(0, Number.POSITIVE_INFINITY).map(({ position, message }) => {
      return { position, body: bodyOf(message) };
    });
    if (this.#host.disk.hasCrashed) throw new SimulatedCrash('while the queue was looked at');
    declared.ledger.restored(found);
    this.#running.push({ declared, queue, held: new Map() });
  }

  #make({ id, kind }: Declared): LocalQueue {
    const priority: FieldTable = new Map([['x-max-priority', { type: 'l', value: 2n }]]);
    const args: FieldTable = kind === 'priority' ? priority : new Map();
    const settings = queueSettings(kind === 'quorum' ? 'quorum' : 'classic', args, {});
    const options = { ...this.#shared, id, name: `queue ${id}`, arguments: args, settings };
    return kind === 'quorum' ? new QuorumQueue(options) : new ClassicQueue(options);
  }

  /** Does one thing, and lets the disk go on a little. @throws SimulatedCrash, AssertionError */
  act(): void {
    const random = this.#random;
    if (this.#running.length === 0 || (this.#running.length < QUEUES_MAX && random.oneIn(10))) {
      this.#declare();
    }
    this.#do(random.pick(this.#running));
    if (!random.oneIn(3)) this.#endTurn();
    if (random.oneIn(8)) this.#host.time.pass(random.pick([1, 5, 300, 2500]));
    for (let steps = random.below(6); steps > 0 && this.#host.disk.step(); ) steps--;
    this.#check();
  }

  #do(running: Running): void {
    this.#world.steps.now++;
    const random = this.#random;
    switch (random.below(16)) {
      case 0:
        this.#requeue(running);
        break;
      case 1:
        this.#reject(running);
        break;
      case 2:
        if (random.oneIn(3)) this.#purge(running);
        break;
      case 3:
        if (random.oneIn(4)) this.#delete(running);
        break;
      case 4:
      case 5:
      case 6:
        this.#take(running, 1 + random.below(8));
        break;
      case 7:
      case 8:
      case 9:
        this.#acknowledge(running);
        break;
      default:
        for (let count = 1 + random.below(6); count > 0; count--) this.#publish(running);
    }
  }

  #declare(): void {
    const id = this.#world.nextQueueId++;
    const kind = this.#random.pick<QueueKind>(['classic', 'priority', 'quorum']);
    const ledger = new QueueLedger(`${kind}-${id}`, this.#world.steps);
    const declared = { id, kind, ledger };
    this.#world.queues.set(id, declared);
    this.#running.push({ declared, queue: this.#make(declared), held: new Map() });
  }

  #delete(running: Running): void {
    this.#world.queues.delete(running.declared.id);
    this.#running.splice(this.#running.indexOf(running), 1);
    running.queue.delete();
  }

  #publish({ declared, queue }: Running): void {
    const random = this.#random;
    const { kind, ledger } = declared;
    const isPersistent = !random.oneIn(6);
    const priority = kind === 'priority' ? random.below(PRIORITY_MAX + 1) : 0;
    const size = random.oneIn(20) ? random.below(6000) : random.below(300);
    const filling = String.fromCharCode(97 + random.below(26)).repeat(size);
    const entry = ledger.publish(priority, isPersistent || kind === 'quorum', filling);
    const body = Buffer.from(entry.body);
    const traits = kind === 'priority' ? { ...NO_TRAITS, priority } : null;
    const pieces = random.oneIn(5) ? [body.subarray(0, 3), body.subarray(3)] : null;
    const nowMs = this.#turn.nowMs();
    queue.publish(
      new Message(
        address,
        isPersistent,
        PROPERTIES,
        0,
        3,
        pieces === null ? body : Buffer.alloc(0),
        0,
        body.length,
        pieces,
        -1,
        nowMs,
        traits,
      ),
    );
  }

  #take({ declared, queue, held }: Running, count: number): void {
    const { kind, ledger } = declared;
    for (let i = 0; i < count; i++) {
      const { ready } = ledger;
      const taken = queue.get(false);
      if (taken === null) {
        assert.equal(ready.length, 0, `${ledger.name} says that it is empty`);
        return;
      }
      const found = { position: taken.position, body: bodyOf(taken.message) };
      const entry = ledger.delivered(found, taken.isRedelivered);
      held.set(entry, taken);
      // What came back to a quorum queue is served first.
      const returned = kind === 'quorum' ? ready.filter(({ isReturned }) => isReturned) : [];
      if (returned.length > 0) assert.ok(returned.includes(entry), `${ledger.name}: wrong order`);
      else assert.equal(entry, firstOf(ready), `${ledger.name}: wrong order`);
      assert.equal(taken.readyCount, ready.length - 1, `${ledger.name} counts wrongly`);
    }
  }

  /** Some of what clients hold: one, the first few, or all. */
  #some({ held }: Running): [LedgerEntry, TakenMessage][] {
    const all = [...held];
    if (all.length === 0) return [];
    if (this.#random.oneIn(3)) return [this.#random.pick(all)];
    return all.slice(0, 1 + this.#random.below(all.length));
  }

  #acknowledge(running: Running): void {
    for (const [entry, { message, position }] of this.#some(running)) {
      running.queue.acknowledge(message, position);
      running.held.delete(entry);
      running.declared.ledger.settled(entry);
    }
  }

  #reject(running: Running): void {
    for (const [entry, { message, position }] of this.#some(running)) {
      running.queue.reject(message, position);
      running.held.delete(entry);
      running.declared.ledger.settled(entry);
    }
  }

  #requeue(running: Running): void {
    for (const [entry, { message, position }] of this.#some(running)) {
      running.queue.requeue(message, position, false);
      running.held.delete(entry);
      running.declared.ledger.returned(entry);
    }
  }

  #purge({ declared, queue }: Running): void {
    assert.equal(queue.purge(), declared.ledger.purged(), `${declared.ledger.name} was purged`);
  }

  #endTurn(): void {
    if (!this.#random.oneIn(3)) this.#awaitCommit();
    this.#turn.end();
  }

  #awaitCommit(): void {
    const { steps } = this.#world;
    const waiter = {
      committed(token: number): void {
        assert.ok(token > steps.durable, 'commits complete in order');
        steps.durable = token;
      },
    };
    this.#turn.whenDurable(waiter, steps.now);
    steps.now++;
  }

  /** Nothing went wrong that nobody is told of. */
  #check(): void {
    if (this.#host.disk.hasCrashed) return;
    for (const error of this.#errors) throw error;
    if (!this.#hasFaults) assert.deepEqual(this.#host.log.complaints, []);
  }

  /** Ends the process in order. */
  async close(): Promise<void> {
    const { steps } = this.#world;
    const last = steps.now;
    this.#awaitCommit();
    this.#turn.end();
    await this.#host.drive(this.#journal.close());
    if (!this.#hasFaults) assert.ok(steps.isDurable(last), 'all is durable in the end');
    this.#check();
  }
}

/** By priority, then in the order of publishing. */
function firstOf(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  const first = Math.max(...entries.map(({ priority }) => priority));
  return entries.find(({ priority }) => priority === first);
}

function bodyOf({ body, bodyStart, bodyLength, bodyPieces }: Message): string {
  if (bodyPieces !== null) return Buffer.concat(bodyPieces).toString();
  return body.toString('utf8', bodyStart, bodyStart + bodyLength);
}
