/** Memory for pages that are being written: used again, because garbage of this size is collected late. */
import { RecordBatch } from './record-batch.ts';

const PAGE_OCTETS = 128 * 1024;
const KEPT_MAX = 8;

export class BatchPool {
  readonly #free: RecordBatch[] = [];

  /** An empty batch. */
  take(): RecordBatch {
    return this.#free.pop() ?? new RecordBatch(PAGE_OCTETS);
  }

  /** Gives back one that nobody reads any more. */
  release(batch: RecordBatch): void {
    batch.clear();
    if (this.#free.length < KEPT_MAX) this.#free.push(batch);
  }
}
