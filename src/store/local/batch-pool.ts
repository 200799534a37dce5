/** Memory for pages that are being written: used again, because garbage of this size is collected late. */
import { RecordBatch } from './record-batch.ts';

const PAGE_OCTETS = 128 * 1024;
const KEPT_MAX = 8;
/** Pages of fewer messages get memory of their own: thousands of short queues may be written at once. */
const FEW_MESSAGES = 128;
const FEW_OCTETS = 8 * 1024;

export class BatchPool {
  readonly #free: RecordBatch[] = [];

  /** An empty batch for a page of some messages. */
  take(messageCount: number): RecordBatch {
    if (messageCount < FEW_MESSAGES) return new RecordBatch(FEW_OCTETS);
    return this.#free.pop() ?? new RecordBatch(PAGE_OCTETS);
  }

  /** Gives back one that nobody reads any more. */
  release(batch: RecordBatch): void {
    batch.clear();
    if (this.#free.length < KEPT_MAX && batch.size >= PAGE_OCTETS) this.#free.push(batch);
  }

  /**
   * Nothing happens: forgets what is kept. What lies between others' memory keeps the allocator from giving that back: 30 MB
   * after two million small messages. False when there was nothing.
   */
  rest(): boolean {
    return this.#free.splice(0).length > 0;
  }
}
