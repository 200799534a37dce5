/** What a queue of this process is made with. */
import type { Clock } from '../../runtime/clock.ts';
import type { Journal } from '../../store/journal.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { Deadlines } from '../deadlines.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { Turn } from '../turn.ts';
import type { Backlog } from './backlog.ts';
import type { UnackedHolder } from './browsed-message.ts';
import type { KeepRule } from './message-list.ts';
import type { MessageLists } from './message-lists.ts';
import type { QueueIdentity } from './queue-base.ts';
import type { QueueTypeName } from './queue-arguments.ts';
import type { ServingRule } from './queue-consumers.ts';

export interface LocalQueueOptions extends QueueIdentity {
  readonly journal: Journal;
  readonly memoryBudget: MemoryBudget;
  readonly turn: Turn;
  readonly deadlines: Deadlines;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  /** All who may hold messages of the queue. */
  readonly holders: ReadonlySet<UnackedHolder>;
  /** Called when the last consumer has left a queue that had one. */
  readonly onUnused: () => void;
  /** Called when nobody has used the queue for the time that `x-expires` gives it. */
  readonly onExpired: () => void;
}

/** How a type of queue differs from the others. */
export interface QueueTraits {
  readonly type: QueueTypeName;
  readonly makeBacklog: (lists: MessageLists) => Backlog;
  readonly serves: ServingRule;
  /** Which messages survive when the queue does. */
  readonly keeps: KeepRule;
}
