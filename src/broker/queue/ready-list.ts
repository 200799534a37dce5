/**
 * The ready messages of a queue that were never delivered, in order of arrival: a ring that grows, because
 * `Array.shift` on a long queue costs microseconds and a ring costs nothing. Positions are consecutive.
 */
import type { Message } from '../message.ts';

const CAPACITY_MIN = 16;

export class ReadyList {
  #slots: (Message | null)[] = Array.from<null>({ length: CAPACITY_MIN }).fill(null);
  #mask: number = CAPACITY_MIN - 1;
  #head = 0;
  /** Messages in the list. */
  length = 0;
  /** Position of the first message, or of the next to come when the list is empty. */
  headPosition = 0;

  /** The first message; null when the list is empty. */
  get head(): Message | null {
    return this.length === 0 ? null : (this.#slots[this.#head] ?? null);
  }

  /** Appends a message and returns its position: 0 for the queue's first message, then one more each time. */
  push(message: Message): number {
    if (this.length > this.#mask) this.#resize((this.#mask + 1) * 2);
    this.#slots[(this.#head + this.length) & this.#mask] = message;
    return this.headPosition + this.length++;
  }

  /** Removes the first message; its position is the `headPosition` before the call. Null when empty. */
  shift(): Message | null {
    if (this.length === 0) return null;
    const head = this.#head;
    const message = this.#slots[head] ?? null;
    this.#slots[head] = null;
    this.#head = (head + 1) & this.#mask;
    this.headPosition++;
    this.length--;
    // A queue that was long once gives its slots back when it has drained.
    if (this.length === 0 && this.#mask > 65_535) this.#resize(CAPACITY_MIN);
    return message;
  }

  #resize(capacity: number): void {
    const slots: (Message | null)[] = Array.from<null>({ length: capacity }).fill(null);
    for (let i = 0; i < this.length; i++) {
      slots[i] = this.#slots[(this.#head + i) & this.#mask] ?? null;
    }
    this.#slots = slots;
    this.#mask = capacity - 1;
    this.#head = 0;
  }
}
