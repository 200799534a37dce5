// What queues on a journal owe after a crash: kept by the test while it publishes, takes and settles, and compared with
// what the queues have afterwards. Steps are counted; of each step it is known sooner or later that it is durable.
import assert from 'node:assert/strict';

/** A step that never was. */
const NEVER = Number.POSITIVE_INFINITY;
/** A step before all others: certain. */
const LONG_AGO = 0;

export interface LedgerEntry {
  /** Identifies the message; later ones have higher numbers. */
  readonly number: number;
  readonly body: string;
  readonly priority: number;
  /** It survives the process. */
  readonly isKept: boolean;
  /** -1 while nobody has seen it. */
  position: number;
  publishedAt: number;
  settledAt: number;
  deliveredAt: number;
  /** It may have been delivered before the crash: nobody knows whether the journal knows. */
  mayBeDelivered: boolean;
  state: 'ready' | 'held' | 'gone';
  /** It was handed back to this process. */
  isReturned: boolean;
}

/** A message as it was found in a queue. */
export interface FoundMessage {
  readonly position: number;
  readonly body: string;
}

/** How far the steps of all queues have got. */
export class LedgerSteps {
  now = 1;
  /** Steps up to this one are durable. */
  durable = 0;

  isDurable(step: number): boolean {
    return step <= this.durable;
  }
}

export class QueueLedger {
  readonly name: string;
  readonly #steps: LedgerSteps;
  /** What is not gone for certain, in the order of publishing. */
  readonly #entries = new Map<number, LedgerEntry>();
  /** Which message is, or was, at a position: only those that became durable. */
  readonly #positions = new Map<number, number>();
  #nextNumber = 1;

  constructor(name: string, steps: LedgerSteps) {
    this.name = name;
    this.#steps = steps;
  }

  /** Makes an entry for a message that is about to be published. `filling` makes its body longer. */
  publish(priority: number, isKept: boolean, filling: string): LedgerEntry {
    const number = this.#nextNumber++;
    const entry: LedgerEntry = {
      number,
      body: `${this.name} ${number} ${filling}`,
      priority,
      isKept,
      position: -1,
      publishedAt: this.#steps.now,
      settledAt: NEVER,
      deliveredAt: NEVER,
      mayBeDelivered: false,
      state: 'ready',
      isReturned: false,
    };
    this.#entries.set(number, entry);
    return entry;
  }

  get ready(): readonly LedgerEntry[] {
    return [...this.#entries.values()].filter(({ state }) => state === 'ready');
  }

  /** What a consumer holds. */
  get held(): readonly LedgerEntry[] {
    return [...this.#entries.values()].filter(({ state }) => state === 'held');
  }

  /** A message was taken from the queue. */
  delivered(found: FoundMessage, isRedelivered: boolean): LedgerEntry {
    const entry = this.#find(found);
    assert.equal(entry.state, 'ready', `${this.#of(entry)} is delivered although it is not ready`);
    this.#see(entry, found.position);
    const mustBe = entry.isReturned || entry.deliveredAt !== NEVER;
    if (mustBe) assert.ok(isRedelivered, `${this.#of(entry)} is not marked redelivered`);
    else if (!entry.mayBeDelivered) {
      assert.ok(!isRedelivered, `${this.#of(entry)} is marked redelivered and never was delivered`);
    }
    entry.state = 'held';
    entry.deliveredAt = Math.min(entry.deliveredAt, this.#steps.now);
    return entry;
  }

  returned(entry: LedgerEntry): void {
    entry.state = 'ready';
    entry.isReturned = true;
  }

  settled(entry: LedgerEntry): void {
    entry.state = 'gone';
    entry.settledAt = this.#steps.now;
  }

  /** Settles all that is ready and returns how many that were. */
  purged(): number {
    const { ready } = this;
    for (const entry of ready) this.settled(entry);
    return ready.length;
  }

  /** Compares with what the queue has after a restart, and goes on from that. */
  restored(found: readonly FoundMessage[]): void {
    const present = new Set<LedgerEntry>();
    const last = new Map<number, LedgerEntry>();
    for (const message of found) {
      const entry = this.#find(message);
      assert.ok(!present.has(entry), `${this.#of(entry)} is there twice`);
      present.add(entry);
      assert.ok(entry.isKept, `${this.#of(entry)} is there although it is transient`);
      const isGone = this.#steps.isDurable(entry.settledAt);
      assert.ok(!isGone, `${this.#of(entry)} has come back, settled as it was for certain`);
      const before = last.get(entry.priority);
      if (before !== undefined) {
        assert.ok(before.number < entry.number, `${this.#of(entry)} is out of order`);
      }
      last.set(entry.priority, entry);
      this.#see(entry, message.position);
    }
    for (const entry of this.#entries.values()) {
      if (!present.has(entry)) this.#miss(entry);
      else this.#goOn(entry);
    }
  }

  #miss(entry: LedgerEntry): void {
    const { isKept, publishedAt, settledAt } = entry;
    const isOwed = isKept && this.#steps.isDurable(publishedAt) && settledAt === NEVER;
    assert.ok(!isOwed, `${this.#of(entry)} is lost, confirmed as it was`);
    this.#entries.delete(entry.number);
  }

  /** What was found is there for certain from now on. */
  #goOn(entry: LedgerEntry): void {
    entry.publishedAt = LONG_AGO;
    entry.settledAt = NEVER;
    if (entry.deliveredAt !== NEVER) {
      const isKnown = this.#steps.isDurable(entry.deliveredAt);
      entry.deliveredAt = isKnown ? LONG_AGO : NEVER;
      if (!isKnown) entry.mayBeDelivered = true;
    }
    entry.state = 'ready';
    entry.isReturned = false;
    this.#positions.set(entry.position, entry.number);
  }

  #find({ position, body }: FoundMessage): LedgerEntry {
    const number = Number(body.split(' ')[1]);
    const entry = this.#entries.get(number);
    const place = `at ${position} in ${this.name}`;
    if (entry === undefined) {
      assert.ok(number < this.#nextNumber, `${place} is ${body}, which was never published`);
      assert.fail(`${place} is ${body}, which was gone for good`);
    }
    assert.equal(body, entry.body, `${place} is a wrong body`);
    return entry;
  }

  #see(entry: LedgerEntry, position: number): void {
    if (entry.position >= 0) {
      assert.equal(position, entry.position, `${this.#of(entry)} has moved`);
    }
    entry.position = position;
    const earlier = this.#positions.get(position) ?? entry.number;
    assert.equal(earlier, entry.number, `${this.#of(entry)} has the position of ${earlier}`);
    if (!entry.isKept || !this.#steps.isDurable(entry.publishedAt)) return;
    this.#positions.set(position, entry.number);
  }

  #of(entry: LedgerEntry): string {
    return `message ${entry.number} of ${this.name} (position ${entry.position})`;
  }
}
