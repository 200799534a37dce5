// The crash tests' ledger, with histories that are made up: what each rule lets pass, and what it reports.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { QueueKind } from '../../crash/copy.ts';
import { Ledger, type BrokerPromises, type Held, type LedgerChannel } from '../../crash/ledger.ts';

const PLAIN: QueueKind = {
  name: 'plain',
  isDurable: true,
  isQuorum: false,
  hasPriorities: false,
  deadLetterQueue: null,
  hasOneReader: true,
};
const QUEUES: readonly QueueKind[] = [
  PLAIN,
  { ...PLAIN, name: 'other' },
  { ...PLAIN, name: 'shared', hasOneReader: false },
  { ...PLAIN, name: 'priority', hasPriorities: true },
  { ...PLAIN, name: 'quorum', isQuorum: true },
  { ...PLAIN, name: 'transient', isDurable: false },
  { ...PLAIN, name: 'bounded', deadLetterQueue: 'dead' },
  { ...PLAIN, name: 'dead', hasOneReader: false },
];
const STRICT: BrokerPromises = {
  closeIsSync: true,
  keepsRedelivered: true,
  keepsDeadLetters: true,
};
const LOOSE: BrokerPromises = {
  closeIsSync: false,
  keepsRedelivered: false,
  keepsDeadLetters: false,
};

/** Tells a history with few words: messages are those of publisher 1, by sequence number. */
class History {
  readonly ledger: Ledger;
  #channel: LedgerChannel;

  constructor(promises: BrokerPromises = STRICT) {
    this.ledger = new Ledger(QUEUES, promises);
    this.#channel = this.ledger.openChannel();
  }

  publish(
    sequence: number,
    {
      queues = ['plain'],
      isPersistent = true,
      priority = null,
    }: { queues?: string[]; isPersistent?: boolean; priority?: number | null } = {},
  ): this {
    this.ledger.published({ publisher: 1, sequence }, { isPersistent, priority }, queues);
    return this;
  }

  confirm(...sequences: number[]): this {
    for (const sequence of sequences) this.ledger.confirmed({ publisher: 1, sequence });
    return this;
  }

  /** Published to `plain` and confirmed. */
  confirmed(...sequences: number[]): this {
    for (const sequence of sequences) this.publish(sequence).confirm(sequence);
    return this;
  }

  deliver(
    sequence: number,
    { from = 'plain', redelivered = false, publisher = 1 } = {},
  ): Held | null {
    return this.ledger.delivered(this.#channel, from, { publisher, sequence }, redelivered);
  }

  /** Delivered and acknowledged. */
  take(sequence: number, options: { from?: string; redelivered?: boolean } = {}): this {
    const held = this.deliver(sequence, options);
    if (held !== null) this.ledger.settled(held);
    return this;
  }

  /** Something that came after everything so far was synced. */
  sync(): this {
    this.ledger.certain(this.#channel, this.ledger.mark());
    return this;
  }

  end(how: 'closed' | 'torn', next: 'first' | 'all' = 'first'): this {
    this.ledger.channelEnded(this.#channel, how === 'closed');
    this.#channel = this.ledger.openChannel(next);
    return this;
  }

  broker(how: 'stopped' | 'killed', next: 'first' | 'all' = 'first'): this {
    this.end('torn', next);
    this.ledger.brokerEnded(how);
    return this;
  }

  drain(): this {
    this.ledger.drained(QUEUES.map(({ name }) => name));
    return this;
  }

  get rules(): string[] {
    return this.ledger.problems.map(({ rule }) => rule);
  }

  isFine(): void {
    assert.deepEqual(this.ledger.problems, []);
  }

  breaks(...rules: string[]): void {
    assert.deepEqual(this.rules, rules);
  }
}

describe('a message', () => {
  test('that is confirmed, delivered, acknowledged and never comes back is fine', () => {
    new History().confirmed(1).take(1).sync().broker('killed').drain().isFine();
  });

  test('that was confirmed and is not there after a crash is lost', () => {
    new History().confirmed(1).broker('killed').drain().breaks('lost');
  });

  test('that was confirmed and is not there in the same life of the broker is lost', () => {
    new History().confirmed(1).drain().breaks('lost');
  });

  test('that is missing in one of its queues is lost', () => {
    const history = new History().publish(1, { queues: ['plain', 'other'] }).confirm(1);
    history.take(1).broker('killed').drain().breaks('lost');
  });

  test('that was delivered and not acknowledged is lost when it does not come back', () => {
    const history = new History().confirmed(1);
    history.deliver(1);
    history.broker('killed').drain().breaks('lost');
  });

  test('that came back after an acknowledgement got lost is owed again', () => {
    const history = new History().confirmed(1).take(1).broker('killed');
    history.deliver(1, { redelivered: true });
    history.broker('killed').drain().breaks('lost');
  });

  test('that was given back is lost when it does not come again', () => {
    const history = new History().confirmed(1);
    const held = history.deliver(1);
    history.ledger.requeued(held!);
    history.drain().breaks('lost');
  });

  test('that was not confirmed may be gone', () => {
    new History().publish(1).broker('killed').drain().isFine();
  });

  test('that was not confirmed may be there', () => {
    new History().publish(1).broker('killed').take(1).drain().isFine();
  });

  test('that was not confirmed may not be there twice', () => {
    const history = new History().publish(1).broker('killed');
    history.deliver(1);
    history.deliver(1);
    history.breaks('duplicate');
  });

  test('that was not there when its queue was drained may not come later', () => {
    new History().publish(1).broker('killed').drain().take(1).breaks('acked message back');
  });

  test('that was refused may not be there', () => {
    const history = new History().publish(1);
    history.ledger.refused({ publisher: 1, sequence: 1 });
    history.take(1).breaks('refused message there');
  });

  test('that was never published may not be there', () => {
    new History().take(1).breaks('never published');
  });

  test('may not be in a queue that it was not routed to', () => {
    new History().confirmed(1).take(1, { from: 'other' }).breaks('wrong queue');
  });

  test('that somebody holds may not be delivered to another', () => {
    const history = new History().confirmed(1);
    history.deliver(1);
    history.deliver(1, { redelivered: true });
    history.breaks('duplicate');
  });
});

describe('a transient message', () => {
  test('may be gone after a restart', () => {
    const history = new History().publish(1, { isPersistent: false }).confirm(1);
    history.broker('stopped').drain().isFine();
  });

  test('may not be gone before', () => {
    const history = new History().publish(1, { isPersistent: false }).confirm(1);
    history.drain().breaks('lost');
  });

  test('of a quorum queue is kept like any other', () => {
    const facts = { queues: ['quorum'], isPersistent: false };
    new History().publish(1, facts).confirm(1).broker('killed').drain().breaks('lost');
  });

  test('is not kept by persistence when its queue is transient', () => {
    const history = new History().publish(1, { queues: ['transient'] }).confirm(1);
    history.broker('killed').drain().isFine();
  });
});

describe('an acknowledged message', () => {
  test('may come back when nothing was synced since', () => {
    const history = new History().confirmed(1).take(1).broker('killed');
    history.take(1, { redelivered: true }).drain().isFine();
    assert.equal(history.ledger.counts.settledAndBack, 1);
  });

  test('may not come back twice', () => {
    const history = new History().confirmed(1).take(1).broker('killed');
    history.take(1, { redelivered: true }).take(1, { redelivered: true });
    history.breaks('acked message back');
  });

  test('may not come back when something was synced since', () => {
    const history = new History().confirmed(1).take(1).sync().broker('killed');
    history.take(1, { redelivered: true }).breaks('acked message back');
  });

  test('may come back when what was synced came before', () => {
    const history = new History().confirmed(1).sync().take(1).broker('killed');
    history.take(1, { redelivered: true }).isFine();
  });

  test('may not come back in the same life of the broker', () => {
    const history = new History().confirmed(1).take(1);
    history.take(1, { redelivered: true }).breaks('acked message back');
  });

  test('may come back in the same life when its connection was torn', () => {
    const history = new History().confirmed(1).take(1).end('torn');
    history.take(1, { redelivered: true }).isFine();
  });

  test('may not come back when its channel was closed in order', () => {
    const history = new History().confirmed(1).take(1).end('closed').broker('killed');
    history.take(1, { redelivered: true }).breaks('acked message back');
  });

  test('may come back after a kill from a broker that writes it down later', () => {
    const history = new History(LOOSE).confirmed(1).take(1).end('closed').broker('killed');
    history.take(1, { redelivered: true }).isFine();
  });

  test('may not come back from such a broker when it was stopped', () => {
    const history = new History(LOOSE).confirmed(1).take(1).end('closed').broker('stopped');
    history.take(1, { redelivered: true }).breaks('acked message back');
  });
});

describe('while the broker stops', () => {
  const taken = (): History => {
    const history = new History().confirmed(1);
    history.deliver(1);
    return history;
  };

  test('what one connection held may come to another before its end is seen', () => {
    const history = taken();
    history.ledger.brokerStopping();
    history.deliver(1, { redelivered: true });
    history.broker('stopped').take(1, { redelivered: true }).drain().isFine();
  });

  test('what came to another is not forgotten with the one that held it', () => {
    const history = taken();
    const other = history.ledger.openChannel();
    history.ledger.brokerStopping();
    const id = { publisher: 1, sequence: 1 };
    const held = history.ledger.delivered(other, 'plain', id, true);
    history.ledger.settled(held!);
    history.end('torn');
    history.ledger.channelEnded(other, true);
    history.broker('stopped').take(1, { redelivered: true }).breaks('acked message back');
  });

  test('nothing comes twice as if for the first time', () => {
    const history = taken();
    history.ledger.brokerStopping();
    history.deliver(1);
    history.breaks('duplicate');
  });
});

describe('order', () => {
  test('is kept when sequence numbers ascend', () => {
    new History().confirmed(1, 2, 3).take(1).take(3).isFine();
  });

  test('is broken when a later message of the publisher comes first', () => {
    new History().confirmed(1, 2).take(2).take(1).breaks('order');
  });

  test('is broken when it is so after a crash', () => {
    new History().confirmed(1, 2).broker('killed').take(2).take(1).breaks('order');
  });

  test('does not bind redelivered messages', () => {
    const history = new History().confirmed(1, 2);
    history.take(2).take(1, { redelivered: true }).isFine();
  });

  test('binds redelivered messages where nobody gave any back', () => {
    const history = new History().confirmed(1, 2);
    for (const sequence of [1, 2]) history.deliver(sequence);
    history.broker('killed', 'all');
    history.take(2, { redelivered: true }).take(1, { redelivered: true }).breaks('order');
  });

  test('is kept for each priority by itself', () => {
    const history = new History();
    for (const [sequence, priority] of [
      [1, 1],
      [2, 5],
      [3, 5],
    ] as const) {
      history.publish(sequence, { queues: ['priority'], priority }).confirm(sequence);
    }
    history.take(2, { from: 'priority' }).take(1, { from: 'priority' }).isFine();
    assert.deepEqual(history.rules, []);
    history.take(3, { from: 'priority' }).isFine();
  });

  test('is kept for each reader by itself where there are several', () => {
    const history = new History();
    for (const sequence of [1, 2, 3]) {
      history.publish(sequence, { queues: ['shared'] }).confirm(sequence);
    }
    history.take(2, { from: 'shared' }).end('closed').take(1, { from: 'shared' }).isFine();
    history.end('closed');
    const later = new History();
    for (const sequence of [1, 2]) {
      later.publish(sequence, { queues: ['shared'] }).confirm(sequence);
    }
    later.take(2, { from: 'shared' }).take(1, { from: 'shared' }).breaks('order');
  });
});

describe('the redelivered flag', () => {
  test('is set for what was given back', () => {
    const history = new History().confirmed(1);
    history.ledger.requeued(history.deliver(1)!);
    history.take(1).breaks('redelivered flag');
  });

  test('is set for what a torn connection held', () => {
    const history = new History().confirmed(1);
    history.deliver(1);
    history.end('torn').take(1).breaks('redelivered flag');
  });

  test('is set after an orderly stop', () => {
    const history = new History().confirmed(1);
    history.deliver(1);
    history.broker('stopped').take(1).breaks('redelivered flag');
  });

  test('may be missing after a crash', () => {
    const history = new History().confirmed(1);
    history.deliver(1);
    history.broker('killed').take(1).isFine();
    assert.equal(history.ledger.counts.withoutRedelivered, 1);
  });

  test('is set after a crash when something was synced behind the delivery', () => {
    const history = new History().confirmed(1);
    history.deliver(1);
    history.sync().broker('killed').take(1).breaks('redelivered flag');
  });

  test('is set after a stop that followed a crash', () => {
    const history = new History().confirmed(1).broker('killed');
    history.deliver(1);
    history.broker('stopped').take(1).breaks('redelivered flag');
  });
});

describe('a dead-lettered message', () => {
  const bounded = (promises = STRICT): History =>
    new History(promises).publish(1, { queues: ['bounded'] }).confirm(1);

  test('may be in the queue or in the dead-letter queue', () => {
    bounded().take(1, { from: 'bounded' }).drain().isFine();
    bounded().take(1, { from: 'dead' }).drain().isFine();
  });

  test('is lost when it is in neither', () => {
    bounded().drain().breaks('lost');
    bounded().broker('killed').drain().breaks('lost');
  });

  test('may not be in both', () => {
    const history = bounded().take(1, { from: 'bounded' });
    history.take(1, { from: 'dead' }).breaks('acked message back');
  });

  test('may be in both after a crash', () => {
    const history = bounded().broker('killed');
    history.take(1, { from: 'bounded' }).take(1, { from: 'dead' }).drain().isFine();
    assert.equal(history.ledger.counts.deadLetteredTwice, 1);
  });

  test('may not be there three times', () => {
    const history = bounded().broker('killed').broker('killed').take(1, { from: 'bounded' });
    history.take(1, { from: 'dead' }).take(1, { from: 'dead' }).breaks('acked message back');
  });

  test('may not be in both when its arrival was certain before the crash', () => {
    const history = bounded();
    history.deliver(1, { from: 'dead' });
    history.sync().broker('killed').take(1, { from: 'dead', redelivered: true });
    history.take(1, { from: 'bounded' }).breaks('acked message back');
  });

  test('need not be redelivered when it was rejected', () => {
    const history = bounded();
    history.ledger.deadLettered(history.deliver(1, { from: 'bounded' })!);
    history.take(1, { from: 'dead' }).drain().isFine();
  });

  test('is lost when it was rejected and is not there', () => {
    const history = bounded();
    history.ledger.deadLettered(history.deliver(1, { from: 'bounded' })!);
    history.drain().breaks('lost');
  });

  test('may be lost on its way in a crash where the broker promises no better', () => {
    const history = bounded(LOOSE).broker('killed').drain();
    history.isFine();
    assert.equal(history.ledger.counts.deadLettersLost, 1);
  });
});

describe('a purge', () => {
  const purge = (history: History): { least: number; most: number } => {
    const channel = history.ledger.openChannel();
    const expected = history.ledger.purging(channel, 'plain');
    history.ledger.certain(channel, history.ledger.mark());
    return expected;
  };

  test('finds what is owed, and perhaps what was not confirmed', () => {
    assert.deepEqual(purge(new History().confirmed(1, 2).publish(3)), { least: 2, most: 3 });
  });

  test('settles what it found', () => {
    const history = new History().confirmed(1);
    purge(history);
    history.broker('killed').drain().isFine();
    history.take(1).breaks('acked message back');
  });

  test('leaves what somebody holds', () => {
    const history = new History().confirmed(1);
    history.deliver(1);
    assert.deepEqual(purge(history), { least: 0, most: 0 });
    history.broker('killed').drain().breaks('lost');
  });
});

describe('the expected count', () => {
  test('goes from what is owed to what may be there', () => {
    const history = new History().confirmed(1, 2).publish(3).take(1).broker('killed');
    assert.deepEqual(history.ledger.expectedCount(['plain']), { least: 1, most: 3 });
  });

  test('is exact when everything is certain', () => {
    const history = new History().confirmed(1, 2).take(1).sync().broker('killed');
    assert.deepEqual(history.ledger.expectedCount(['plain']), { least: 1, most: 1 });
  });
});
