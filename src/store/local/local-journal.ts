/**
 * The journal on this machine's disk: a write-ahead log that all queues share, and segments with pages of what lives
 * longer or has no room in memory.
 *
 *   enqueue, settle -> batch -> write-ahead log (write + fdatasync) -> confirms
 *                                    | a file is old: what is still alive in it
 *                                    v
 *   out of memory -----------> pages in segments -> read back
 */
import type { DiskError } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Timer } from '../../runtime/timers.ts';
import type { CommitWaiter, Journal, JournalStats, QueueLog } from '../journal.ts';
import { BatchPool } from './batch-pool.ts';
import { Compaction } from './compaction.ts';
import type { JournalParts, LocalJournalOptions } from './journal-parts.ts';
import { DroppedSegment } from './dropped-segment.ts';
import { Hole } from './hole.ts';
import { LocalQueueLog } from './local-queue-log.ts';
import type { Delivering } from './log-context.ts';
import { Pressure } from './pressure.ts';
import { recover } from './recovery.ts';
import type { RecordBatch } from './record-batch.ts';
import { Retirement } from './retirement.ts';
import { Segments, type SegmentPlace } from './segments.ts';
import type { Carried } from './wal-file.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

const FILE_SIZE = 64 * 1024 * 1024;
/** Octets of pages that are being written beyond which publishers wait, and below which they go on. */
const PAGE_OCTETS_MAX = 8 * 1024 * 1024;
const PAGE_OCTETS_MIN = 2 * 1024 * 1024;
/** How long the disk counts as full after a page could not be written, while none is, in milliseconds. */
const PAGE_RETRY_MS = 10_000;

export class LocalJournal implements Journal, JournalParts {
  readonly wal: WriteAheadLog;
  readonly segments: Segments;
  readonly pageBatches: BatchPool = new BatchPool();
  readonly log: Logger;
  /** Wall clock less monotonic clock, in milliseconds. */
  readonly clockOffsetMs: number;
  /** Logs that have to tell what was delivered. */
  readonly delivering: Delivering[] = [];
  /** All pages before this place are durable. */
  synced: SegmentPlace;
  nextQueueId = 0;
  onCommitted: () => void = () => {};
  onPressure: (isHigh: boolean) => void = () => {};
  readonly options: LocalJournalOptions;
  readonly #logs = new Map<number, Map<number, LocalQueueLog>>();
  readonly #opened = new Set<LocalQueueLog>();
  readonly #retirement: Retirement;
  readonly #compaction: Compaction;
  readonly #pressure = new Pressure((isHigh) => this.onPressure(isHigh));
  /** Octets of pages that are being written. */
  #pageOctets = 0;
  pageFailureCount = 0;
  #hasPageFailed = false;
  #pageRetry: Timer | null = null;

  private constructor(options: LocalJournalOptions, firstNumber: number, synced: SegmentPlace) {
    this.synced = synced;
    this.options = options;
    this.log = options.log;
    const { clock, disk, timers, log, fileSize = FILE_SIZE, isSynced = true } = options;
    this.clockOffsetMs = clock.nowMs() - clock.monotonicMs();
    this.wal = new WriteAheadLog({
      disk,
      directory: options.walDirectory,
      clock,
      timers,
      log,
      firstNumber,
      fileSize,
      isSynced,
      hasMore: () => this.delivering.length > 0,
      onCut: (batch) => this.#tellDelivered(batch),
      onNewFile: (batch) => {
        batch.synced(this.synced.segment, this.synced.offset);
      },
      onCommitted: () => {
        this.onCommitted();
        this.#retirement.look();
      },
      onTrouble: (error) => options.onTrouble?.(error),
      onPressure: (isHigh) => this.#pressure.set('log', isHigh),
    });
    this.segments = new Segments({
      disk,
      directory: options.segmentDirectory,
      log,
      fileSize,
      afterDropped: (segment, callback) => {
        this.carryNow(new DroppedSegment(segment));
        this.wal.soonAfterCommit(callback);
      },
      onHole: (segment, offset) => {
        const hole = new Hole(segment, offset);
        segment.holes.push(hole);
        this.carryNow(hole);
      },
    });
    this.#retirement = new Retirement(this);
    this.#compaction = new Compaction(this);
  }

  /**
   * Opens the journal in its directories, with everything that is of use from before.
   *
   * @throws FileHeaderError, DiskError
   */
  static async open(options: LocalJournalOptions): Promise<LocalJournal> {
    const { disk, walDirectory, segmentDirectory } = options;
    disk.makeDirectory(walDirectory);
    disk.makeDirectory(segmentDirectory);
    return recover(
      options,
      (firstNumber, synced) => new LocalJournal(options, firstNumber, synced),
    );
  }

  openLog(queueId: number, lane: number): QueueLog {
    const log = this.logOf(queueId, lane);
    this.#opened.add(log);
    return log;
  }

  /** The log of a queue and lane; made where there is none. */
  logOf(queueId: number, lane: number): LocalQueueLog {
    let lanes = this.#logs.get(queueId);
    if (lanes === undefined) {
      lanes = new Map();
      this.#logs.set(queueId, lanes);
      this.nextQueueId = Math.max(this.nextQueueId, queueId + 1);
    }
    let log = lanes.get(lane);
    if (log === undefined) {
      log = new LocalQueueLog(this, queueId, lane);
      lanes.set(lane, log);
    }
    return log;
  }

  findLog(queueId: number, lane: number): LocalQueueLog | undefined {
    return this.#logs.get(queueId)?.get(lane);
  }

  *allLogs(): Generator<LocalQueueLog> {
    for (const lanes of this.#logs.values()) yield* lanes.values();
  }

  lanesOf(queueId: number): readonly number[] {
    return [...(this.#logs.get(queueId)?.keys() ?? [])];
  }

  deleteQueue(queueId: number): void {
    const lanes = this.#logs.get(queueId);
    this.#logs.delete(queueId);
    for (const log of lanes?.values() ?? []) {
      log.delete();
      this.#opened.delete(log);
    }
  }

  recovered(): void {
    for (const log of this.allLogs()) {
      if (!this.#opened.has(log)) this.deleteQueue(log.queueId);
    }
  }

  get stats(): JournalStats {
    const { commitTimes: commits, writtenOctets, batch } = this.wal;
    return { commits, writtenOctets, waitingOctets: batch.length };
  }

  whenDurable(waiter: CommitWaiter, token: number): void {
    this.wal.whenDurable(waiter, token);
  }

  commit(): void {
    this.wal.commit();
  }

  async close(): Promise<void> {
    await Promise.race([this.#complete(), this.wal.failed()]);
    if (this.wal.isFailing) {
      this.log.warn('the journal is closed, and what could not be written is given up');
    }
    this.wal.close();
    await this.segments.idle();
    this.#pageRetry?.cancel();
    this.segments.close();
  }

  /** Does what is under way, and writes what is gathered. */
  async #complete(): Promise<void> {
    await this.#retirement.close();
    await this.#compaction.close();
    await this.segments.idle();
    await this.wal.flush();
  }

  #tellDelivered(batch: RecordBatch): void {
    for (const log of this.delivering) log.tellDelivered(batch);
    this.delivering.length = 0;
  }

  /** The batch has a record that tells of this: it has to be told again before the file goes. */
  carryLater(carried: Carried): void {
    const { file } = this.wal;
    if (carried.carriedIn === file) return;
    carried.carriedIn = file;
    file.carried.add(carried);
  }

  carryNow(carried: Carried): void {
    if (!carried.carry(this.wal.batch)) return;
    this.carryLater(carried);
    carried.toldIn = this.wal.file;
  }

  /** Pages were synced up to this place. */
  pagesSynced(place: SegmentPlace): void {
    this.synced = place;
    this.wal.batch.synced(place.segment, place.offset);
    // In the same batch: else a copy of a page counts, and nothing tells what of it is still alive.
    this.#compaction.synced(place);
  }

  rest(): boolean {
    return this.pageBatches.rest();
  }

  /** Looks whether segment files have become sparse. */
  compact(): void {
    this.#compaction.look();
  }

  pageBegun(octets: number): void {
    this.#pageOctets += octets;
    if (this.#pageOctets > PAGE_OCTETS_MAX) this.#pressure.set('pages', true);
  }

  pageWritten(octets: number, error: DiskError | null): void {
    this.#pageOctets -= octets;
    if (this.#pageOctets < PAGE_OCTETS_MIN) this.#pressure.set('pages', false);
    if (error !== null) this.pageFailureCount++;
    if (error === null && !this.#hasPageFailed) return;
    if (error !== null && !this.#hasPageFailed) {
      this.log.error('a page cannot be written', { error });
    }
    this.#hasPageFailed = error !== null;
    this.options.onTrouble?.(error);
    this.#pageRetry?.cancel();
    this.#pageRetry = error === null ? null : this.#retryPagesLater();
  }

  /** While publishers wait perhaps nobody writes a page that would show that the disk takes it again: they may try. */
  #retryPagesLater(): Timer {
    return this.options.timers.after(PAGE_RETRY_MS, () => {
      if (this.wal.isFailing) this.#pageRetry = this.#retryPagesLater();
      else this.pageWritten(0, null);
    });
  }
}
