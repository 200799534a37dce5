/** One file of the write-ahead log, and what of it is still of use. */
import type { DiskFile } from '../../runtime/disk.ts';
import type { LiveRange } from './live-range.ts';
import type { RecordBatch } from './record-batch.ts';

/** Something whose state is told by records of a file: before the file goes, it is written anew. */
export interface Carried {
  /** The newest file that has a record of it; null for none. */
  carriedIn: WalFile | null;
  /** Appends what is still of use; false when nothing is. */
  carry(batch: RecordBatch): boolean;
}

export class WalFile {
  readonly number: number;
  /** Null until something is written. */
  file: DiskFile | null = null;
  /** Octets that are written, or being written. */
  size = 0;
  /** Messages in it that are neither settled nor in a page. */
  liveCount = 0;
  /** Where these are. */
  readonly ranges: Set<LiveRange> = new Set();
  readonly carried: Set<Carried> = new Set();

  constructor(number: number) {
    this.number = number;
  }
}
