// What a backlog makes of messages that cannot be read back from the disk: they are not there.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryBudget } from '../../../../src/broker/memory-budget.ts';
import type { Backlog } from '../../../../src/broker/queue/backlog.ts';
import { FifoBacklog } from '../../../../src/broker/queue/fifo-backlog.ts';
import { MessageLists } from '../../../../src/broker/queue/message-lists.ts';
import { PriorityBacklog } from '../../../../src/broker/queue/priority-backlog.ts';
import { QuorumBacklog } from '../../../../src/broker/queue/quorum-backlog.ts';
import type { Page, QueueLog } from '../../../../src/store/journal.ts';
import { MemoryJournal } from '../../../../src/store/memory/memory-journal.ts';

/** A page with three messages, of which nothing can be read. */
const UNREADABLE: Page = {
  first: 0,
  end: 3,
  count: 3,
  bodyOctets: 0,
  firstArrivedAtMs: 0,
  lastArrivedAtMs: 0,
  prefetch: () => {},
  read: () => {},
  release: () => {},
};

class DamagedJournal extends MemoryJournal {
  override openLog(queueId: number, lane: number): QueueLog {
    return Object.assign(super.openLog(queueId, lane), { pages: [UNREADABLE], nextPosition: 3 });
  }

  override lanesOf(): readonly number[] {
    return [0];
  }
}

const KINDS: Readonly<Record<string, (lists: MessageLists) => Backlog>> = {
  'a plain backlog': (lists) => new FifoBacklog(lists.open(0)),
  'a backlog with priorities': (lists) => new PriorityBacklog(lists, 5, 0),
  'the backlog of a quorum queue': (lists) => new QuorumBacklog(lists),
};

describe('of messages that cannot be read back', () => {
  for (const [name, create] of Object.entries(KINDS)) {
    test(`${name} counts none once it was looked for the first`, () => {
      const budget = new MemoryBudget(Number.POSITIVE_INFINITY);
      const backlog = create(new MessageLists(new DamagedJournal(), 0, 'everything', budget));
      assert.equal(backlog.length, 3);
      assert.equal(backlog.head, null);
      assert.equal(backlog.length, 0);
    });
  }
});
