/** Looking at the messages of a queue without taking them. */
import type { Message } from '../message.ts';

/** Waiting for a consumer; held by one; or waiting for its time. */
export type MessageState = 'ready' | 'unacked' | 'delayed';

export interface BrowsedMessage {
  /** Identifies the message in its queue for as long as it is there; later messages have higher ones. */
  readonly position: number;
  readonly message: Message;
  readonly state: MessageState;
}

/** Someone who holds unacknowledged messages: a channel. */
export interface UnackedHolder {
  /** Calls back with each message of a queue that it holds, in any order. */
  forEachUnacked(queue: object, visit: (message: Message, position: number) => void): void;
}

/** The first of these by position, from a position on. */
export function firstByPosition(
  messages: readonly BrowsedMessage[],
  from: number,
  limit: number,
): readonly BrowsedMessage[] {
  return messages
    .filter(({ position }) => position >= from)
    .sort((a, b) => a.position - b.position)
    .slice(0, limit);
}

/** What the holders have of a queue. */
export function heldMessages(
  queue: object,
  holders: Iterable<UnackedHolder>,
): readonly BrowsedMessage[] {
  const held: BrowsedMessage[] = [];
  for (const holder of holders) {
    holder.forEachUnacked(queue, (message, position) => {
      held.push({ position, message, state: 'unacked' });
    });
  }
  return held;
}
