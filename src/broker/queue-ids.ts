/**
 * The numbers under which the journal knows queues. None is ever given twice, not even after a restart and not even
 * when its queue is long gone, because the journal may still have records of that queue. To write seldom, numbers are
 * reserved in blocks; a restart skips what is left of one.
 */
import type { DefinitionStore } from '../store/definition-store.ts';

const BLOCK_SIZE = 1000;
const KEY = 'next-queue-id';

export class QueueIds {
  readonly #definitions: DefinitionStore;
  #next = 0;
  /** The first number that is not reserved. */
  #reservedEnd = 0;

  constructor(definitions: DefinitionStore) {
    this.#definitions = definitions;
    for (const { key, value } of definitions.load('counter')) {
      if (key === KEY && Number.isSafeInteger(value)) this.#next = Number(value);
    }
    this.#reservedEnd = this.#next;
  }

  /** A queue that is already there has this one. */
  exclude(id: number): void {
    this.#next = Math.max(this.#next, id + 1);
  }

  /** The reservation is durable before the definition of the queue, which is written after it. */
  take(): number {
    const id = this.#next++;
    if (id >= this.#reservedEnd) {
      this.#reservedEnd = id + BLOCK_SIZE;
      const value = this.#reservedEnd;
      const reserved = this.#definitions.put({ kind: 'counter', key: KEY, value });
      // Where this fails, so does the queue's definition, and its client is told.
      reserved?.catch(() => {});
    }
    return id;
  }
}
