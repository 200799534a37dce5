/**
 * A place in a segment file where a write failed: whatever lies there, even a whole page, is of no use, because what it
 * was to hold stayed where it was.
 */
import type { RecordBatch } from './record-batch.ts';
import type { Segment } from './segments.ts';
import type { Carried, WalFile } from './wal-file.ts';

export class Hole implements Carried {
  carriedIn: WalFile | null = null;
  toldIn: WalFile | null = null;
  readonly #segment: Segment;
  readonly #offset: number;

  constructor(segment: Segment, offset: number) {
    this.#segment = segment;
    this.#offset = offset;
  }

  carry(batch: RecordBatch): boolean {
    if (this.#segment.isRemoved) return false;
    batch.hole(this.#segment.number, this.#offset);
    return true;
  }
}
