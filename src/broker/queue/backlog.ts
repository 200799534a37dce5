/** The ready messages of a queue: what the kinds of backlogs have in common. */
import type { Message } from '../message.ts';
import type { BrowsedMessage } from './browsed-message.ts';

export interface Backlog {
  /** Ready messages. */
  readonly length: number;
  /** Where the message stood that `shift` returned last. */
  readonly position: number;
  /** Whether that message had been delivered before. */
  readonly isRedelivered: boolean;
  /** Adds a message and returns its position, under which the queue and its journal know it from now on. */
  push(message: Message): number;
  /** Takes the next message to be delivered; null when there is none. */
  shift(): Message | null;
  /** Takes a message back that was delivered. */
  putBack(message: Message, position: number): void;
  /** The message that `shift` would take: only that one can expire. Null when there is none. */
  readonly head: Message | null;
  /** `head`, unless it would have to be read from disk. */
  readonly loadedHead: Message | null;
  /** Ready messages that are in memory. */
  readonly inMemoryCount: number;
  /** A message that was taken is gone for good. */
  settle(position: number): void;
  /** All ready messages are gone for good. Returns how many there were. */
  clear(): number;
  /** Ready messages from position `from` on, `limit` at most: looked at, not taken. */
  browse(from: number, limit: number): readonly BrowsedMessage[];
}

/** When a message expires in a queue with this time to live: its own limit or the queue's, whichever is shorter. */
export function deadlineOf(message: Message, ttlMs: number): number {
  const ownMs = message.traits?.expirationMs ?? -1;
  if (ownMs < 0 && ttlMs < 0) return Number.POSITIVE_INFINITY;
  const waitMs = ownMs < 0 || (ttlMs >= 0 && ttlMs < ownMs) ? ttlMs : ownMs;
  return message.arrivedAtMs + waitMs;
}
