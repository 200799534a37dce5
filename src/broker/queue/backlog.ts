/** The ready messages of a queue: what the kinds of backlogs have in common. */
import type { Message } from '../message.ts';

export interface Backlog {
  /** Ready messages. */
  readonly length: number;
  /** Where the message stood that `shift` or `takeExpired` returned last. */
  readonly position: number;
  /** Whether that message had been delivered before. */
  readonly isRedelivered: boolean;
  /** Adds a message and returns its position, under which the queue and its journal know it from now on. */
  push(message: Message): number;
  /** Takes the next message to be delivered; null when there is none. */
  shift(): Message | null;
  /** Takes a message back that was delivered. */
  putBack(message: Message, position: number): void;
  /**
   * Takes a message that has reached a head and whose time is up; null when there is none.
   *
   * @param ttlMs how long the queue lets messages wait; -1 for ever
   */
  takeExpired(nowMs: number, ttlMs: number): Message | null;
  /** When the next message expires of those that have reached a head; Infinity for never. */
  nextDeadline(ttlMs: number): number;
}

/** When a message expires in a queue with this time to live: its own limit or the queue's, whichever is shorter. */
export function deadlineOf(message: Message, ttlMs: number): number {
  const ownMs = message.traits?.expirationMs ?? -1;
  if (ownMs < 0 && ttlMs < 0) return Number.POSITIVE_INFINITY;
  const waitMs = ownMs < 0 || (ttlMs >= 0 && ttlMs < ownMs) ? ttlMs : ownMs;
  return message.arrivedAtMs + waitMs;
}
