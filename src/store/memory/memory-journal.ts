/** A journal that keeps nothing: what the broker holds in memory is all there is, so a commit is done at once. */
import type { CommitWaiter, Journal, JournaledMessage } from '../journal.ts';

export class MemoryJournal implements Journal {
  #waiters: CommitWaiter[] = [];
  #tokens: number[] = [];

  appendEnqueue(_queueId: number, _position: number, _message: JournaledMessage): void {}

  appendSettle(_queueId: number, _position: number): void {}

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

  async close(): Promise<void> {
    this.commit();
  }
}
