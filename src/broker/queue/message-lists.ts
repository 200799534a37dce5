/** Opens the message lists of one queue: one, or one for each priority. */
import type { Journal } from '../../store/journal.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import { MessageList, type KeepRule } from './message-list.ts';

export class MessageLists {
  /** Lanes that had messages at the start. */
  readonly storedLanes: readonly number[];
  readonly #journal: Journal;
  readonly #queueId: number;
  readonly #keeps: KeepRule;
  readonly #budget: MemoryBudget;
  /** Octets in the bodies of messages that were there at the start, in the lists opened so far. */
  storedOctets = 0;

  constructor(journal: Journal, queueId: number, keeps: KeepRule, budget: MemoryBudget) {
    this.storedLanes = journal.lanesOf(queueId);
    this.#journal = journal;
    this.#queueId = queueId;
    this.#keeps = keeps;
    this.#budget = budget;
  }

  /** The list of a lane, which is opened once. */
  open(lane: number): MessageList {
    const log = this.#journal.openLog(this.#queueId, lane);
    for (const { bodyOctets } of log.pages) this.storedOctets += bodyOctets;
    return new MessageList(log, this.#keeps, this.#budget);
  }
}
