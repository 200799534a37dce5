/** A segment file that is of no use, for as long as it may be there: the next start is not to look into it. */
import type { RecordBatch } from './record-batch.ts';
import type { Segment } from './segments.ts';
import type { Carried, WalFile } from './wal-file.ts';

export class DroppedSegment implements Carried {
  carriedIn: WalFile | null = null;
  toldIn: WalFile | null = null;
  readonly #segment: Segment;

  constructor(segment: Segment) {
    this.#segment = segment;
  }

  carry(batch: RecordBatch): boolean {
    if (this.#segment.isRemoved) return false;
    batch.dropped(this.#segment.number);
    return true;
  }
}
