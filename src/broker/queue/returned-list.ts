/**
 * The ready messages of a queue that were delivered before and came back: a heap ordered by position, so that each
 * is delivered again where it stood. All of them stand before the first message of the ReadyList, because they left
 * it once; that is also why `redelivered` needs no field: it is true for the messages in here.
 */
import type { Message } from '../message.ts';

export class ReturnedList {
  readonly #messages: Message[] = [];
  readonly #positions: number[] = [];

  get length(): number {
    return this.#messages.length;
  }

  /** Position of the first message. Undefined when the list is empty. */
  get headPosition(): number | undefined {
    return this.#positions[0];
  }

  /** Adds a message in O(log n); O(1) when they come in order. */
  insert(message: Message, position: number): void {
    const messages = this.#messages;
    const positions = this.#positions;
    let hole = messages.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (positions[parent]! <= position) break;
      messages[hole] = messages[parent]!;
      positions[hole] = positions[parent]!;
      hole = parent;
    }
    messages[hole] = message;
    positions[hole] = position;
  }

  /** Removes the message with the lowest position, in O(log n). Null when empty. */
  shift(): Message | null {
    const first = this.#messages[0];
    if (first === undefined) return null;
    const lastMessage = this.#messages.pop()!;
    const lastPosition = this.#positions.pop()!;
    if (this.#messages.length > 0) this.#sink(lastMessage, lastPosition);
    return first;
  }

  /** Puts a message into the hole at the top. */
  #sink(message: Message, position: number): void {
    const messages = this.#messages;
    const positions = this.#positions;
    const length = messages.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && positions[child + 1]! < positions[child]!) child++;
      if (positions[child]! >= position) break;
      messages[hole] = messages[child]!;
      positions[hole] = positions[child]!;
      hole = child;
    }
    messages[hole] = message;
    positions[hole] = position;
  }
}
