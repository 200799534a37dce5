/** What the logs of queues, and their pages, know of the journal that they are a part of. */
import type { DiskError } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { BatchPool } from './batch-pool.ts';
import type { RecordBatch } from './record-batch.ts';
import type { Segments } from './segments.ts';
import type { Carried } from './wal-file.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

/** A log that has something to tell before the batch is complete. */
export interface Delivering {
  tellDelivered(batch: RecordBatch): void;
}

export interface LogContext {
  readonly wal: WriteAheadLog;
  readonly segments: Segments;
  readonly pageBatches: BatchPool;
  readonly log: Logger;
  /** Wall clock less monotonic clock, in milliseconds. */
  readonly clockOffsetMs: number;
  /** Logs that have to tell what was delivered. */
  readonly delivering: Delivering[];
  /** The batch has a record that tells of this: it has to be told again before the file goes. */
  carryLater(carried: Carried): void;
  /** Tells of this in the batch. */
  carryNow(carried: Carried): void;
  /** A page is about to be written. */
  pageBegun(octets: number): void;
  /** A page was written, or could not be: then its messages are where they were. */
  pageWritten(octets: number, error: DiskError | null): void;
}
