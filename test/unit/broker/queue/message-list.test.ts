// What a list takes of the memory budget, and what it gives back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryBudget, MESSAGE_OVERHEAD_OCTETS } from '../../../../src/broker/memory-budget.ts';
import { Message, MessageAddress } from '../../../../src/broker/message.ts';
import { MessageList } from '../../../../src/broker/queue/message-list.ts';
import type { Page, PageContents, QueueLog } from '../../../../src/store/journal.ts';

const CHUNK = 4;
const BODY = Buffer.alloc(100);
/** What a message takes of the budget. */
const OCTETS = BODY.length + MESSAGE_OVERHEAD_OCTETS;

function message(): Message {
  const address = new MessageAddress('', 'q');
  return new Message(address, false, BODY, 0, 0, BODY, 0, BODY.length, null, -1, 0, null);
}

/** A log that writes no page before it is told how that went. */
class SlowLog implements QueueLog {
  readonly hasPages = true;
  readonly pages = [];
  readonly deliveredEnd = 0;
  readonly nextPosition = 0;
  owner = null;
  readonly writing: { contents: PageContents; done: (page: Page | null) => void }[] = [];

  enqueue(): void {}
  settle(): void {}
  settleRange(): void {}
  delivered(): void {}

  pageOf(): null {
    return null;
  }

  writePage(contents: PageContents, done: (page: Page | null) => void): void {
    this.writing.push({ contents, done });
  }
}

function listOf(count: number): { list: MessageList; log: SlowLog; budget: MemoryBudget } {
  const budget = new MemoryBudget(1e9, { messages: CHUNK, octets: 1e9 });
  const log = new SlowLog();
  const list = new MessageList(log, 'persistent', budget);
  for (let i = 0; i < count; i++) list.push(message());
  return { list, log, budget };
}

function takeAll(list: MessageList): number {
  let count = 0;
  while (list.shift() !== null) count++;
  return count;
}

describe('a list of messages', () => {
  test('counts its full chunks, and nothing once it is empty', () => {
    const { list, budget } = listOf(3 * CHUNK);
    assert.equal(budget.used, 3 * CHUNK * OCTETS);
    assert.equal(takeAll(list), 3 * CHUNK);
    assert.equal(budget.used, 0);
  });

  test('counts a full chunk once, also when it is written down before the next message comes', () => {
    const { list, log, budget } = listOf(2 * CHUNK);
    list.writePages(Number.POSITIVE_INFINITY);
    assert.equal(log.writing.length, 2);
    assert.equal(budget.used, 2 * CHUNK * OCTETS);
    assert.equal(takeAll(list), 2 * CHUNK);
    assert.equal(budget.used, 0);
  });

  test('keeps a chunk that cannot be written down', () => {
    const { list, log, budget } = listOf(3 * CHUNK);
    budget.note(list, 1e9);
    assert.equal(list.rest(), true);
    for (const { done } of log.writing) done(null);
    assert.equal(budget.used, 3 * CHUNK * OCTETS);
    assert.equal(takeAll(list), 3 * CHUNK);
    assert.equal(budget.used, 0);
  });

  test('writes all but its head down when nothing happens, the tail too', () => {
    const { list, log } = listOf(2 * CHUNK + 1);
    assert.equal(list.rest(), true);
    assert.deepEqual(
      log.writing.map(({ contents: { first, to } }) => [first, to]),
      [
        [CHUNK, CHUNK],
        [2 * CHUNK, 1],
      ],
    );
    assert.equal(list.push(message()), 2 * CHUNK + 1);
    assert.equal(takeAll(list), 2 * CHUNK + 2);
  });

  test('leaves its only chunk alone when nothing happens', () => {
    const { list, log } = listOf(CHUNK - 1);
    assert.equal(list.rest(), false);
    assert.equal(log.writing.length, 0);
  });
});
