import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../../../../src/broker/message.ts';
import { memoryStreamLog } from '../../../support/message-lists.ts';
import {
  FilterValues,
  matchesFilter,
  type StreamFilter,
} from '../../../../src/broker/queue/stream-filter.ts';
import type { StreamLog } from '../../../../src/broker/queue/stream-log.ts';
import { streamMessage } from './stream-message.ts';
import { collectGarbage } from '../../../support/garbage.ts';

async function heapOctets(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

interface Entry {
  readonly message: Message;
  readonly timestampMs: number;
  readonly isFirstOfRun: boolean;
}

/** Everything from an offset on, as a reader takes it: chunk by chunk. */
function readFrom(log: StreamLog, offset: number): Message[] {
  const messages: Message[] = [];
  let next = offset;
  for (let chunk = log.chunkAt(next); chunk !== null; chunk = log.chunkAt(next)) {
    assert.ok(chunk.firstOffset <= next && next < chunk.firstOffset + chunk.length);
    for (; next < chunk.firstOffset + chunk.length; next++) messages.push(chunk.messageAt(next)!);
  }
  return messages;
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('append' as const), octets: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('endRun' as const), passMs: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('drop' as const), count: fc.nat(3) }) },
);

describe('the log of a stream in memory', () => {
  test('gives back what was appended, whatever segments were dropped meanwhile', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const log = memoryStreamLog(1000);
        const all: Entry[] = [];
        let nowMs = 1000;
        let isFirstOfRun = true;
        for (const action of steps) {
          if (action.is === 'append') {
            const message = streamMessage(null, action.octets, nowMs);
            assert.equal(log.append(message, nowMs), all.length);
            all.push({ message, timestampMs: nowMs, isFirstOfRun });
            isFirstOfRun = false;
          } else if (action.is === 'endRun') {
            log.endRun();
            isFirstOfRun = true;
            nowMs += action.passMs;
          } else {
            const before = log.segments.length;
            log.dropSegments(action.count);
            assert.equal(log.segments.length, Math.max(1, before - action.count));
          }
        }
        checkAgainst(log, all, nowMs);
      }),
    );
  });

  function checkAgainst(log: StreamLog, all: readonly Entry[], nowMs: number): void {
    const { firstOffset } = log;
    assert.equal(log.nextOffset, all.length);
    const messages = all.map(({ message }) => message);
    for (let offset = firstOffset; offset <= all.length; offset++) {
      assert.deepEqual(readFrom(log, offset), messages.slice(offset));
    }
    for (const offset of [firstOffset - 1, all.length]) assert.equal(log.chunkAt(offset), null);
    const lastRun = all.findLastIndex((entry) => entry.isFirstOfRun);
    assert.equal(log.lastRunOffset, Math.max(lastRun, firstOffset));
    for (let timeMs = 999; timeMs <= nowMs + 1; timeMs++) {
      const found = all.findIndex(
        (entry, offset) => offset >= firstOffset && entry.timestampMs >= timeMs,
      );
      assert.equal(log.offsetAt(timeMs), found < 0 ? all.length : found);
    }
  }

  test('drops the oldest segments only, and never the one that is written', () => {
    const log = memoryStreamLog(1000);
    for (let i = 0; i < 40; i++) log.append(streamMessage(null, 100), 0);
    const { length } = log.segments;
    assert.ok(length > 3);
    log.dropSegments(1);
    assert.ok(log.firstOffset > 0);
    assert.equal(log.segments.length, length - 1);
    log.dropSegments(100);
    assert.equal(log.segments.length, 1);
    assert.ok(log.firstOffset < log.nextOffset);
    assert.equal(log.nextOffset, 40);
  });

  test('a chunk that somebody holds stays readable when its segment is dropped', () => {
    const log = memoryStreamLog(1);
    const message = streamMessage();
    log.append(message, 0);
    const chunk = log.chunkAt(0);
    log.append(streamMessage(), 0);
    log.dropSegments(1);
    assert.equal(log.chunkAt(0), null);
    assert.equal(chunk?.messageAt(0), message);
  });

  test('chunks are bounded in messages and in octets', () => {
    const log = memoryStreamLog(1e9);
    for (let i = 0; i < 5000; i++) log.append(streamMessage(), 0);
    assert.ok(log.chunkAt(0)!.length <= 512);
    const first = log.nextOffset;
    for (let i = 0; i < 20; i++) log.append(streamMessage(null, 100_000), 0);
    const large = log.chunkAt(first + 10)!;
    assert.ok(large.length <= 4, `${large.length} messages of 100 kB`);
  });

  test('a clock that is set back makes no message older than the one before it', () => {
    const log = memoryStreamLog(1e9);
    log.append(streamMessage(), 5000);
    log.append(streamMessage(), 1000);
    assert.equal(log.offsetAt(4000), 0);
    assert.equal(log.segments[0]?.lastTimestampMs, 5000);
  });

  test('after its deletion it is empty, and goes on counting', () => {
    const log = memoryStreamLog(1e9);
    log.append(streamMessage(), 0);
    log.delete();
    assert.deepEqual([log.firstOffset, log.nextOffset, log.chunkAt(0)], [1, 1, null]);
  });

  test('a chunk never denies a message that matches', () => {
    const value = fc.option(fc.constantFrom('red', 'green', 'x'.repeat(300)));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 20 }),
        fc.array(fc.constantFrom('red', 'green', 'blue', 'x'.repeat(300))),
        fc.boolean(),
        (present, wanted, matchesUnfiltered) => {
          const log = memoryStreamLog(1e9);
          const messages = present.map((one) => streamMessage(one));
          for (const message of messages) log.append(message, 0);
          const filter: StreamFilter = { values: new Set(wanted), matchesUnfiltered };
          const isAny = messages.some((message) => matchesFilter(filter, message));
          if (isAny) assert.ok(log.chunkAt(0)!.mayMatch(filter));
        },
      ),
    );
  });

  test('a chunk without a message that matches is left out', () => {
    const log = memoryStreamLog(1e9);
    log.append(streamMessage('red'), 0);
    const filterOf = (...values: string[]): StreamFilter => ({
      values: new Set(values),
      matchesUnfiltered: true,
    });
    assert.equal(log.chunkAt(0)!.mayMatch(filterOf('green', 'blue')), false);
    log.append(streamMessage(), 0);
    assert.equal(log.chunkAt(0)!.mayMatch(filterOf('green', 'blue')), true);
  });
  test('chunks remember any number of values in a bounded amount of memory, and deny most others', async () => {
    const values = Array.from({ length: 512 }, (_, i) => `value ${i}`);
    const messages = values.map((value) => streamMessage(value));
    const before = await heapOctets();
    const chunks = Array.from({ length: 100 }, () => {
      const remembered = new FilterValues();
      for (const message of messages) remembered.add(message);
      return remembered;
    });
    assert.ok((await heapOctets()) - before < 1_000_000);
    const others = values.map((value) => ({ values: new Set([`other ${value}`]) }));
    const found = others.filter((other) =>
      chunks[0]!.mayMatch({ ...other, matchesUnfiltered: false }),
    );
    assert.ok(found.length < values.length / 4, `${found.length} are found`);
  });
});
