/**
 * The Journal keeps the messages of durable queues, and what memory has no room for. This file is the seam: queues know
 * these interfaces and never a file. Engines: `memory/` keeps nothing beyond the process, `local/` a write-ahead log and
 * segments on this machine's disk.
 */
import type { CommitTimes } from './commit-times.ts';

/** What the journal needs of a message: its octets where they lie, read during the call only. */
export interface JournaledMessage {
  /** `octets`: exchange and routing key, each behind an octet that tells its length. */
  readonly address: { readonly octets: Buffer };
  /** Delivery mode 2. */
  readonly isPersistent: boolean;
  readonly properties: Buffer;
  readonly propertiesStart: number;
  readonly propertiesLength: number;
  readonly body: Buffer;
  readonly bodyStart: number;
  readonly bodyLength: number;
  /** The pieces of a body that arrived in several chunks, in order; null when it lies in `body`. */
  readonly bodyPieces: readonly Buffer[] | null;
  /** On the monotonic clock, in milliseconds. */
  readonly arrivedAtMs: number;
  /** What else is to be kept with the message; null for nothing. */
  readonly extras: Buffer | null;
}

/** A message as it is read back. One object serves all of them: who wants more than a glance copies the fields. */
export interface StoredMessage {
  readonly position: number;
  /** As in a message's address. */
  readonly exchange: string;
  /** A byte string. */
  readonly routingKey: string;
  /** The address is that of the message before: it need not be made anew. */
  readonly isSameAddress: boolean;
  readonly isPersistent: boolean;
  /** Holds properties and body. It stays as it is for as long as somebody holds it. */
  readonly octets: Buffer;
  readonly propertiesStart: number;
  readonly propertiesLength: number;
  readonly bodyStart: number;
  readonly bodyLength: number;
  /** On this process's monotonic clock, in milliseconds: below zero when it is older than the clock. */
  readonly arrivedAtMs: number;
  readonly extras: Buffer | null;
}

/** A run of messages that can be read back. */
export interface Page {
  /** Position of the first message. */
  readonly first: number;
  /** One more than the position of the last. */
  readonly end: number;
  /** Messages that are neither settled nor forgotten with the process that wrote them. */
  readonly count: number;
  /** Octets in the bodies of these. */
  readonly bodyOctets: number;
  /** When the first and the last message arrived, as in StoredMessage. */
  readonly firstArrivedAtMs: number;
  readonly lastArrivedAtMs: number;
  /** Starts to read, so that `read` will not have to wait. */
  prefetch(): void;
  /** Calls back with each message that is left, in order. Damaged ones are reported and skipped. */
  read(visit: (message: StoredMessage) => void): void;
  /** Nobody will read the page again in this process. What is not settled is kept for the next. */
  release(): void;
}

/** Who uses a log: asked to write down what memory holds, so that a file of the write-ahead log can go. */
export interface LogOwner {
  /** Write pages of everything in memory below position `end` that is in no page yet. */
  writePages(end: number): void;
}

/** What a page is made of. */
export interface PageContents {
  readonly first: number;
  /** Consecutive positions; null for one that is not there. */
  readonly messages: readonly (JournaledMessage | null)[];
  /** Index of the first to be written. */
  readonly from: number;
  /** One more than the index of the last. */
  readonly to: number;
  /** Whether a message is kept for the next process; others are read back only by this one. */
  isKept(message: JournaledMessage): boolean;
}

/** The log of a queue, or of one priority of a queue: messages under ascending positions. */
export interface QueueLog {
  /** False: this engine cannot write pages, so everything has to stay in memory. */
  readonly hasPages: boolean;
  /** What was found at the start, by position. */
  readonly pages: readonly Page[];
  /** Everything below this position may have been delivered before the start. */
  readonly deliveredEnd: number;
  /** Lowest position that was never used. */
  readonly nextPosition: number;
  owner: LogOwner | null;
  /** Message `position` entered: it is to survive. */
  enqueue(position: number, message: JournaledMessage): void;
  /** Message `position` left for good: acknowledged, dropped or purged. Harmless for one that was never kept. */
  settle(position: number): void;
  /** All messages from `from` on and before `end` left for good. */
  settleRange(from: number, end: number): void;
  /** Everything below `end` has been delivered at least once. */
  delivered(end: number): void;
  /** The page that has an unsettled message; null when none has. */
  pageOf(position: number): Page | null;
  /** Writes messages out. `done` is called later: with the page, or with null when the disk has no room. */
  writePage(contents: PageContents, done: (page: Page | null) => void): void;
}

/** Waits for a commit. One waiter may wait several times; the calls come in the order of the waits. */
export interface CommitWaiter {
  /** Everything appended before the wait is durable. `token` is what was given to `whenDurable`. */
  committed(token: number): void;
}

export interface JournalStats {
  /** From the beginning of a write until all of it is durable. */
  readonly commits: CommitTimes;
  readonly writtenOctets: number;
  /** What is gathered and not being written yet. */
  readonly waitingOctets: number;
}

/**
 * Appending only copies into the current batch. A commit makes the batch durable and then tells who waits; commits
 * complete in order.
 */
export interface Journal {
  readonly stats: JournalStats;
  /** One more than the highest number of a queue that was ever used. */
  readonly nextQueueId: number;
  /** Called after waiters were told outside of `commit`. */
  onCommitted: () => void;
  /** Called when much more is appended than the disk takes, and when that is over: who appends had better wait. */
  onPressure: (isHigh: boolean) => void;
  /** The log of a queue; the same lane is opened once. `lane` is 0 to 255. */
  openLog(queueId: number, lane: number): QueueLog;
  /** The lanes of a queue that had messages at the start. */
  lanesOf(queueId: number): readonly number[];
  /** A queue is gone, with all that its logs hold. */
  deleteQueue(queueId: number): void;
  /** All queues have opened their logs: what is left of others is of no use. */
  recovered(): void;
  /** Calls `waiter.committed(token)` once everything appended so far is durable. */
  whenDurable(waiter: CommitWaiter, token: number): void;
  /** The turn ends: starts to make the current batch durable, if there is anything in it or anyone waits. */
  commit(): void;
  /** Nothing happens: memory that is kept to be used again is given up. False when there was none. */
  rest(): boolean;
  /** Completes what is under way and releases what is held. */
  close(): Promise<void>;
}
