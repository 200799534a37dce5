/**
 * The Journal keeps the messages of durable queues. This file is the seam: queues know this interface and never a
 * file. Engines: `memory/` (keeps nothing beyond the process); others take its place without the broker noticing.
 */

/** What a journal needs of a message: its octets where they lie, read during the call only. */
export interface JournaledMessage {
  readonly address: { readonly exchange: string; readonly routingKey: string };
  readonly properties: Buffer;
  readonly propertiesStart: number;
  readonly propertiesLength: number;
  readonly body: Buffer;
  readonly bodyStart: number;
  readonly bodyLength: number;
  /** The pieces of a body that arrived in several chunks, in order; null when it lies in `body`. */
  readonly bodyPieces: readonly Buffer[] | null;
}

/** Waits for a commit. One waiter may wait several times; the calls come in the order of the waits. */
export interface CommitWaiter {
  /** Everything appended before the wait is durable. `token` is what was given to `whenDurable`. */
  committed(token: number): void;
}

/**
 * Appending only copies into the current batch. A commit makes the batch durable and then tells who waits; commits
 * complete in order.
 */
export interface Journal {
  /** Message `position` entered queue `queueId`. */
  appendEnqueue(queueId: number, position: number, message: JournaledMessage): void;
  /** Message `position` left queue `queueId` for good: acknowledged, dropped or purged. */
  appendSettle(queueId: number, position: number): void;
  /** Calls `waiter.committed(token)` once everything appended so far is durable. */
  whenDurable(waiter: CommitWaiter, token: number): void;
  /** Starts to make the current batch durable, if there is anything in it or anyone waits. Once a turn. */
  commit(): void;
  /** Completes what is under way and releases what is held. */
  close(): Promise<void>;
}
