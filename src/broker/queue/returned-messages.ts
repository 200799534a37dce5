/** Messages that came back, in the order in which they did. */
import type { Message } from '../message.ts';

/** Slots before the head that are worth moving the rest. */
const EMPTY_SLOTS_MAX = 1024;

export class ReturnedMessages {
  readonly #messages: (Message | null)[] = [];
  readonly #positions: number[] = [];
  /** Slot of the first. */
  #head = 0;

  get length(): number {
    return this.#messages.length - this.#head;
  }

  get head(): Message | null {
    return this.#messages[this.#head] ?? null;
  }

  /** Position of the first; undefined when there is none. */
  get headPosition(): number | undefined {
    return this.#positions[this.#head];
  }

  push(message: Message, position: number): void {
    this.#messages.push(message);
    this.#positions.push(position);
  }

  /** Removes the first. Null when there is none. */
  shift(): Message | null {
    const { head } = this;
    if (head === null) return null;
    this.#messages[this.#head++] = null;
    if (this.length === 0) this.clear();
    else if (this.#head > EMPTY_SLOTS_MAX && this.#head > this.length) this.#closeUp();
    return head;
  }

  #closeUp(): void {
    this.#messages.splice(0, this.#head);
    this.#positions.splice(0, this.#head);
    this.#head = 0;
  }

  clear(): void {
    this.#messages.length = 0;
    this.#positions.length = 0;
    this.#head = 0;
  }

  /** Calls back with each, the first first. */
  forEach(callback: (message: Message, position: number) => void): void {
    for (let slot = this.#head; slot < this.#messages.length; slot++) {
      callback(this.#messages[slot]!, this.#positions[slot]!);
    }
  }
}
