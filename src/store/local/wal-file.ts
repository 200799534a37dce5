/** One file of the write-ahead log, and what of it is still of use. */
import type { DiskFile } from '../../runtime/disk.ts';
import { LiveSet } from './live-set.ts';
import type { RecordBatch } from './record-batch.ts';

/** Something whose state is told by records of a file: before the file goes, it is written anew. */
export interface Carried {
  /** The newest file that has a record of it; null for none. */
  carriedIn: WalFile | null;
  /** The newest file that tells all that is of use: what older ones tell of it does not count. */
  toldIn: WalFile | null;
  /** Appends what is still of use; false when nothing is. */
  carry(batch: RecordBatch): boolean;
}

export class WalFile {
  readonly number: number;
  /** Null until something is written. */
  file: DiskFile | null = null;
  /** Its name is durable. */
  isListed = false;
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

/** The messages of one log in one file that are neither settled nor in a page. */
export class LiveRange {
  readonly queueId: number;
  readonly lane: number;
  readonly file: WalFile;
  readonly first: number;
  /** One more than the last position. */
  end: number;
  readonly live: LiveSet;

  constructor(queueId: number, lane: number, file: WalFile, first: number) {
    this.queueId = queueId;
    this.lane = lane;
    this.file = file;
    this.first = first;
    this.end = first;
    this.live = new LiveSet(first);
    file.ranges.add(this);
  }

  add(position: number): void {
    this.live.add(position);
    this.end = position + 1;
    this.file.liveCount++;
  }

  delete(position: number): boolean {
    if (!this.live.delete(position)) return false;
    this.file.liveCount--;
    return true;
  }

  deleteRange(from: number, end: number): void {
    this.file.liveCount -= this.live.deleteRange(from, end);
  }
}
