import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Subscription } from '../../../src/amqp/subscription.ts';
import { UnackedRing } from '../../../src/amqp/unacked-ring.ts';
import { Message, MessageAddress } from '../../../src/broker/message.ts';

const EMPTY = Buffer.alloc(0);
const address = new MessageAddress('', 'q');
const message = (): Message =>
  new Message(address, false, EMPTY, 0, 0, EMPTY, 0, 0, null, -1, 0, null);
const consumer = {} as Subscription;

describe('a ring of unacknowledged deliveries', () => {
  test('is a map from tag to delivery, whatever is added, skipped and taken', () => {
    const step = fc.oneof(
      // Tags that need no acknowledgement are skipped.
      fc.record({ add: fc.integer({ min: 1, max: 30 }), skip: fc.nat(60) }),
      fc.record({ take: fc.nat(400) }),
      fc.record({ takeLowest: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ring = new UnackedRing();
        const model = new Map<number, Message>();
        let tag = 0;
        const take = (wanted: number): void => {
          const expected = model.get(wanted);
          assert.equal(ring.has(wanted), expected !== undefined);
          assert.equal(ring.take(wanted), expected !== undefined);
          if (expected !== undefined) {
            assert.equal(ring.message, expected);
            assert.equal(ring.position, wanted * 10);
          }
          model.delete(wanted);
        };
        for (const action of steps) {
          if ('add' in action) {
            tag += action.skip;
            for (let i = 0; i < action.add; i++) {
              const held = message();
              model.set(++tag, held);
              ring.add(tag, held, consumer, tag * 10);
            }
          } else if ('take' in action) {
            take(action.take);
          } else {
            for (let i = 0; i < action.takeLowest && model.size > 0; i++) take(ring.lowestTag()!);
          }
          assert.equal(ring.count, model.size);
          assert.equal(ring.lowestTag(), model.size === 0 ? null : Math.min(...model.keys()));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('does not grow over a delivery that is held while millions pass', () => {
    const ring = new UnackedRing();
    ring.add(1, message(), consumer, 0);
    const passing = message();
    for (let tag = 2; tag < 200_000; tag++) {
      ring.add(tag, passing, consumer, tag);
      assert.ok(ring.take(tag));
    }
    assert.equal(ring.count, 1);
    assert.equal(ring.lowestTag(), 1);
    assert.ok(ring.take(1));
  });
});
