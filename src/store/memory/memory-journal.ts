/** A journal that keeps nothing: what the broker holds in memory is all there is, so a commit is done at once. */
import { CommitTimes } from '../commit-times.ts';
import type {
  CommitWaiter,
  Journal,
  JournaledMessage,
  JournalStats,
  LogOwner,
  Page,
  PageContents,
  QueueLog,
} from '../journal.ts';

/** Serves all queues: it remembers nothing. */
class MemoryQueueLog implements QueueLog {
  readonly hasPages = false;
  readonly pages: readonly Page[] = [];
  readonly deliveredEnd = 0;
  readonly nextPosition = 0;
  owner: LogOwner | null = null;
  enqueue(_position: number, _message: JournaledMessage): void {}
  settle(_position: number): void {}
  settleRange(_from: number, _end: number): void {}
  delivered(_end: number): void {}
  pageOf(_position: number): Page | null {
    return null;
  }
  writePage(_contents: PageContents, _done: (page: Page | null) => void): void {}
}

export class MemoryJournal implements Journal {
  /** There is nothing to wait for. */
  readonly stats: JournalStats = { commits: new CommitTimes(), writtenOctets: 0, waitingOctets: 0 };
  readonly nextQueueId = 0;
  onCommitted: () => void = () => {};
  onPressure: (isHigh: boolean) => void = () => {};
  #waiters: CommitWaiter[] = [];
  #tokens: number[] = [];

  openLog(_queueId: number, _lane: number): QueueLog {
    return new MemoryQueueLog();
  }

  lanesOf(_queueId: number): readonly number[] {
    return [];
  }

  deleteQueue(_queueId: number): void {}

  recovered(): void {}

  whenDurable(waiter: CommitWaiter, token: number): void {
    this.#waiters.push(waiter);
    this.#tokens.push(token);
  }

  commit(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    const tokens = this.#tokens;
    this.#waiters = [];
    this.#tokens = [];
    for (let i = 0; i < waiters.length; i++) waiters[i]?.committed(tokens[i] ?? 0);
  }

  rest(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.commit();
  }
}
