// Message lists and stream logs that keep all in memory, for tests of what stands on them.
import { MemoryBudget } from '../../src/broker/memory-budget.ts';
import { ChunkedStreamLog } from '../../src/broker/queue/chunked-stream-log.ts';
import { MessageLists } from '../../src/broker/queue/message-lists.ts';
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts';

export function memoryLists(): MessageLists {
  const budget = new MemoryBudget(Number.POSITIVE_INFINITY);
  return new MessageLists(new MemoryJournal(), 0, 'nothing', budget);
}

/** A log of a stream whose monotonic clock is the wall clock. */
export function memoryStreamLog(segmentOctetsMax: number): ChunkedStreamLog {
  return new ChunkedStreamLog({
    log: new MemoryJournal().openLog(0, 0),
    budget: new MemoryBudget(Number.POSITIVE_INFINITY),
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    segmentOctetsMax,
  });
}
