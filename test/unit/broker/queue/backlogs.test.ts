import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Message, MessageAddress, NO_TRAITS } from '../../../../src/broker/message.ts';
import { deadlineOf, type Backlog } from '../../../../src/broker/queue/backlog.ts';
import { FifoBacklog } from '../../../../src/broker/queue/fifo-backlog.ts';
import { PriorityBacklog } from '../../../../src/broker/queue/priority-backlog.ts';
import { QuorumBacklog } from '../../../../src/broker/queue/quorum-backlog.ts';
import { memoryLists } from '../../../support/message-lists.ts';

const EMPTY = Buffer.alloc(0);
const address = new MessageAddress('', 'q');

function message(priority = -1, expirationMs = -1, arrivedAtMs = 0): Message {
  const traits = { ...NO_TRAITS, priority, expirationMs };
  return new Message(address, false, EMPTY, 0, 0, EMPTY, 0, 0, null, -1, arrivedAtMs, traits);
}

interface Entry {
  readonly message: Message;
  readonly sequence: number;
  returnedAs: number;
}

type Order = (a: Entry, b: Entry) => number;

const byAge: Order = (a, b) => a.sequence - b.sequence;
const priorityOf = (entry: Entry, max: number, unset: number): number => {
  const given = entry.message.traits?.priority ?? -1;
  return Math.min(given < 0 ? unset : given, max);
};

/** The higher priority first, then the older. */
function byPriority(max: number, unset: number): Order {
  return (a, b) => {
    const difference = priorityOf(b, max, unset) - priorityOf(a, max, unset);
    return difference === 0 ? byAge(a, b) : difference;
  };
}

const KINDS: readonly {
  readonly name: string;
  readonly create: () => Backlog;
  /** Which of two messages is to be taken first. */
  readonly order: Order;
}[] = [
  { name: 'a plain backlog', create: () => new FifoBacklog(memoryLists().open(0)), order: byAge },
  {
    name: 'a backlog with priorities up to 5',
    create: () => new PriorityBacklog(memoryLists(), 5, 0),
    order: byPriority(5, 0),
  },
  {
    name: 'the backlog of a quorum queue',
    create: () => new QuorumBacklog(memoryLists()),
    order: (a, b) => {
      if (a.returnedAs >= 0 && b.returnedAs >= 0) return a.returnedAs - b.returnedAs;
      if (a.returnedAs >= 0 || b.returnedAs >= 0) return a.returnedAs >= 0 ? -1 : 1;
      return byPriority(31, 4)(a, b);
    },
  },
];

const step = fc.oneof(
  fc.record({ is: fc.constant('push' as const), priority: fc.integer({ min: -1, max: 40 }) }),
  fc.record({ is: fc.constant('shift' as const) }),
  fc.record({ is: fc.constant('putBack' as const), which: fc.nat(100) }),
);

describe('a backlog', () => {
  for (const { name, create, order } of KINDS) {
    test(`${name} gives messages in its order, under the positions they were pushed with`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
          const backlog = create();
          const ready: Entry[] = [];
          const taken: { entry: Entry; position: number }[] = [];
          const positions = new Map<Message, number>();
          let returns = 0;
          for (const [sequence, action] of steps.entries()) {
            if (action.is === 'push') {
              const pushed = message(action.priority);
              ready.push({ message: pushed, sequence, returnedAs: -1 });
              positions.set(pushed, backlog.push(pushed));
            } else if (action.is === 'shift') {
              const [expected] = ready.sort(order);
              assert.equal(backlog.head, expected?.message ?? null);
              assert.equal(backlog.shift(), expected?.message ?? null);
              if (expected === undefined) continue;
              assert.equal(backlog.position, positions.get(expected.message));
              assert.equal(backlog.isRedelivered, expected.returnedAs >= 0);
              ready.shift();
              taken.push({ entry: expected, position: backlog.position });
            } else if (taken.length > 0) {
              const [back] = taken.splice(action.which % taken.length, 1);
              back!.entry.returnedAs = returns++;
              ready.push(back!.entry);
              backlog.putBack(back!.entry.message, back!.position);
            }
            assert.equal(backlog.length, ready.length);
          }
          assert.equal(new Set(positions.values()).size, positions.size);
        }),
      );
    });
  }

  test('a message expires after its own time or the queue’s, whichever is shorter', () => {
    assert.equal(deadlineOf(message(-1, 20, 1000), -1), 1020);
    assert.equal(deadlineOf(message(-1, 20, 1000), 5), 1005);
    assert.equal(deadlineOf(message(-1, 20, 1000), 500), 1020);
    assert.equal(deadlineOf(message(-1, -1, 1000), 500), 1500);
    assert.equal(deadlineOf(message(-1, -1, 1000), -1), Number.POSITIVE_INFINITY);
  });
});
