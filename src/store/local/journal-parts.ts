/** What the parts of the journal that see all of it know of it: recovery, retirement, compaction. */
import type { Clock } from '../../runtime/clock.ts';
import type { Disk, DiskError } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Timers } from '../../runtime/timers.ts';
import type { LocalQueueLog } from './local-queue-log.ts';
import type { LogContext } from './log-context.ts';
import type { SegmentPlace } from './segments.ts';

export interface LocalJournalOptions {
  readonly disk: Disk;
  /** Where the files of the write-ahead log are. */
  readonly walDirectory: string;
  readonly segmentDirectory: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  /** Whether a commit waits until the disk has what was written; true when left out. */
  readonly isSynced?: boolean;
  /** Told when the disk refuses to write, and with null when it writes again. */
  readonly onTrouble?: (error: DiskError | null) => void;
  /** Size at which files are full, in octets; smaller ones are for tests. */
  readonly fileSize?: number;
}

export interface JournalParts extends LogContext {
  readonly options: LocalJournalOptions;
  /** How often a page could not be written. */
  readonly pageFailureCount: number;
  /** The log of a queue and lane; made where there is none. */
  logOf(queueId: number, lane: number): LocalQueueLog;
  /** The same, unless there is none: also where the queue is gone. */
  findLog(queueId: number, lane: number): LocalQueueLog | undefined;
  allLogs(): Iterable<LocalQueueLog>;
  /** Pages were synced up to this place. */
  pagesSynced(place: SegmentPlace): void;
  /** Looks whether segment files have become sparse. */
  compact(): void;
}
