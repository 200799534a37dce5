/**
 * The consumers of a queue that can take a message, as a doubly linked ring: round robin is a step of the cursor, and
 * a consumer without credit leaves in O(1), so blocked consumers cost nothing however many there are.
 */
import type { Consumer } from './consumer.ts';

export class ConsumerRing {
  /** Whose turn it is; null when nobody waits. */
  current: Consumer | null = null;

  /** Puts a consumer at the end of the round. Does nothing when it is in already. */
  add(consumer: Consumer): void {
    if (consumer.isWaiting) return;
    consumer.isWaiting = true;
    const current = this.current;
    if (current === null) {
      consumer.next = consumer;
      consumer.previous = consumer;
      this.current = consumer;
      return;
    }
    const last = current.previous!;
    consumer.next = current;
    consumer.previous = last;
    last.next = consumer;
    current.previous = consumer;
  }

  /** Takes a consumer out of the round. Does nothing when it is not in. */
  remove(consumer: Consumer): void {
    if (!consumer.isWaiting) return;
    consumer.isWaiting = false;
    const { next, previous } = consumer;
    if (next === consumer) {
      this.current = null;
    } else {
      previous!.next = next;
      next!.previous = previous;
      if (this.current === consumer) this.current = next;
    }
    consumer.next = null;
    consumer.previous = null;
  }

  /** The current consumer was served: the next one's turn. */
  advance(): void {
    if (this.current !== null) this.current = this.current.next;
  }
}
