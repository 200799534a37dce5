// What else lies in the memory of messages that wait: it does not stay because of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryBudget } from '../../../../src/broker/memory-budget.ts';
import { bodyOf, Message, MessageAddress } from '../../../../src/broker/message.ts';
import { MessageList } from '../../../../src/broker/queue/message-list.ts';
import { MemoryJournal } from '../../../../src/store/memory/memory-journal.ts';
import { memoryStreamLog } from '../../../support/message-lists.ts';
import { collectGarbage } from '../../../support/garbage.ts';

const COUNT = 100;
const READ_OCTETS = 65_536;
/** Properties begin there, none, and behind them the body. */
const START = 5000;
const EMPTY = Buffer.alloc(0);
const ADDRESS = new MessageAddress('', 'q');

/** Each is the only one that stays of what was read together with it. */
function messages(): { readonly message: Message; readonly memory: WeakRef<ArrayBufferLike> }[] {
  return Array.from({ length: COUNT }, (_, i) => {
    const read = Buffer.alloc(READ_OCTETS, i).fill(0, START, START + 2);
    const body = [read, START + 2, 50] as const;
    const message = new Message(ADDRESS, true, read, START, 2, ...body, null, 10, 0, null);
    return { message, memory: new WeakRef(read.buffer) };
  });
}

async function assertFewAreLeft(memory: readonly WeakRef<ArrayBufferLike>[]): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const left = memory.filter((one) => one.deref() !== undefined).length;
  assert.ok(left <= 5, `${left} are left`);
}

function assertIsWhole(message: Message | null | undefined, i: number): void {
  assert.ok(message !== null && message !== undefined);
  assert.equal(message.address, ADDRESS);
  assert.equal(message.isPersistent, true);
  assert.deepEqual(bodyOf(message), Buffer.alloc(50, i));
  const { properties, propertiesStart: start, propertiesLength } = message;
  assert.deepEqual(properties.subarray(start, start + propertiesLength), Buffer.alloc(2));
}

describe('the messages', () => {
  test('of a list do not keep what was read together with them, and are whole', async () => {
    const log = new MemoryJournal().openLog(0, 0);
    const list = new MessageList(log, 'persistent', new MemoryBudget(1e9));
    const memory = messages().map((one) => {
      list.push(one.message);
      return one.memory;
    });
    await assertFewAreLeft(memory);
    for (let i = 0; i < COUNT; i++) assertIsWhole(list.shift(), i);
  });

  test('of a stream neither', async () => {
    const log = memoryStreamLog(Number.POSITIVE_INFINITY);
    const memory = messages().map((one) => {
      log.append(one.message, 0);
      return one.memory;
    });
    await assertFewAreLeft(memory);
    for (let i = 0; i < COUNT; i++) assertIsWhole(log.chunkAt(i)?.messageAt(i), i);
  });

  test('that have memory of their own stay where they are', () => {
    const list = new MessageList(
      new MemoryJournal().openLog(0, 0),
      'persistent',
      new MemoryBudget(1e9),
    );
    const body = Buffer.alloc(1_000_000);
    const content = [EMPTY, 0, 0, body, 0, body.length] as const;
    const message = new Message(ADDRESS, true, ...content, null, -1, 0, null);
    list.push(message);
    assert.equal(list.shift(), message);
  });
});
