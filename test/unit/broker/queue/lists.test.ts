import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Message, MessageAddress } from '../../../../src/broker/message.ts';
import { KeyedHeap } from '../../../../src/broker/queue/keyed-heap.ts';
import { memoryLists } from '../../../support/message-lists.ts';

const EMPTY = Buffer.alloc(0);
const address = new MessageAddress('', 'q');
const message = (): Message =>
  new Message(address, false, EMPTY, 0, 0, EMPTY, 0, 0, null, -1, 0, null);

describe('a message list', () => {
  test('gives messages in the order they came, under consecutive positions', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1500), fc.nat(1500)), { maxLength: 20 }), (rounds) => {
        const list = memoryLists().open(0);
        const model: Message[] = [];
        let pushed = 0;
        let shifted = 0;
        for (const [pushes, shifts] of rounds) {
          for (let i = 0; i < pushes; i++) {
            const next = message();
            model.push(next);
            assert.equal(list.push(next), pushed++);
          }
          for (let i = 0; i < shifts; i++) {
            const expected = model.shift() ?? null;
            assert.equal(list.shift(), expected);
            if (expected !== null) assert.equal(list.position, shifted++);
          }
          assert.equal(list.length, model.length);
        }
      }),
    );
  });
});

describe('a keyed heap', () => {
  test('gives items by key, whatever the order they came in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000)), fc.nat(10), (positions, early) => {
        const list = new KeyedHeap();
        const byPosition = new Map(positions.map((position) => [position, message()]));
        for (const [position, returned] of byPosition) list.insert(returned, position);
        for (const position of positions.toSorted((a, b) => a - b).slice(0, early)) {
          assert.equal(list.headKey, position);
          assert.equal(list.shift(), byPosition.get(position));
          byPosition.delete(position);
        }
        for (const position of [...byPosition.keys()].sort((a, b) => a - b)) {
          assert.equal(list.headKey, position);
          assert.equal(list.shift(), byPosition.get(position));
        }
        assert.equal(list.shift(), null);
        assert.equal(list.headKey, undefined);
      }),
    );
  });
});
