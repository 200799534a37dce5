/** The messages of one log in one file of the write-ahead log that are neither settled nor in a page. */
import { LiveSet } from './live-set.ts';
import type { LocalQueueLog } from './local-queue-log.ts';
import type { WalFile } from './wal-file.ts';

export class LiveRange {
  readonly log: LocalQueueLog;
  readonly file: WalFile;
  readonly first: number;
  /** One more than the last position. */
  end: number;
  readonly live: LiveSet;

  constructor(log: LocalQueueLog, file: WalFile, first: number) {
    this.log = log;
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
