// Message lists that keep all in memory, for tests of what stands on them.
import { MemoryBudget } from '../../src/broker/memory-budget.ts';
import { MessageLists } from '../../src/broker/queue/message-lists.ts';
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts';

export function memoryLists(): MessageLists {
  const budget = new MemoryBudget(Number.POSITIVE_INFINITY);
  return new MessageLists(new MemoryJournal(), 0, 'nothing', budget);
}
