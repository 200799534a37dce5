/**
 * The backlog of a plain queue: in order of arrival, and what comes back takes the place that it had.
 *
 *   returned (delivered before)      ready (never delivered)
 *   [ 3 . 5 ]                        [ 8 9 10 11 ]              every position on the left is lower
 */
import type { Message } from '../message.ts';
import type { Backlog } from './backlog.ts';
import { firstByPosition, type BrowsedMessage } from './browsed-message.ts';
import { KeyedHeap } from './keyed-heap.ts';
import type { MessageList } from './message-list.ts';

export class FifoBacklog implements Backlog {
  position = 0;
  isRedelivered = false;
  readonly #ready: MessageList;
  readonly #returned = new KeyedHeap<Message>();

  constructor(ready: MessageList) {
    this.#ready = ready;
  }

  get length(): number {
    return this.#ready.length + this.#returned.length;
  }

  get head(): Message | null {
    return this.#returned.head ?? this.#ready.head;
  }

  get loadedHead(): Message | null {
    return this.#returned.head ?? this.#ready.loadedHead;
  }

  get inMemoryCount(): number {
    return this.#returned.length + this.#ready.length - this.#ready.onDiskCount;
  }

  push(message: Message): number {
    return this.#ready.push(message);
  }

  shift(): Message | null {
    if (this.#returned.length > 0) {
      this.position = this.#returned.headKey!;
      this.isRedelivered = true;
      return this.#returned.shift();
    }
    const message = this.#ready.shift();
    this.position = this.#ready.position;
    this.isRedelivered = this.#ready.wasDelivered;
    return message;
  }

  putBack(message: Message, position: number): void {
    this.#returned.insert(message, position);
  }

  settle(position: number): void {
    this.#ready.settle(position);
  }

  clear(): number {
    const count = this.length;
    while (this.#returned.length > 0) {
      this.settle(this.#returned.headKey!);
      this.#returned.shift();
    }
    this.#ready.clear();
    return count;
  }

  /** As of the list. */
  isStored(position: number): boolean {
    return this.#ready.isStored(position);
  }

  /** As of the list. */
  leaveOut(position: number): boolean {
    return this.#ready.leaveOut(position);
  }

  /** As of the list. */
  readStored(positions: readonly number[]): ReadonlyMap<number, Message> {
    return this.#ready.readStored(positions);
  }

  browse(from: number, limit: number): readonly BrowsedMessage[] {
    const returned: BrowsedMessage[] = [];
    this.#returned.forEach((message, position) => {
      returned.push({ position, message, state: 'ready' });
    });
    return firstByPosition([...returned, ...this.#ready.browse(from, limit)], from, limit);
  }
}
