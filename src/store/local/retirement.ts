/**
 * Lets old files of the write-ahead log go, one at a time and the oldest first: what is still alive in one is written to
 * pages, what it alone tells is told anew, and when all that is durable the file is removed.
 */
import { LiveSet } from './live-set.ts';
import type { JournalParts } from './journal-parts.ts';
import type { LocalQueueLog } from './local-queue-log.ts';
import { PageBuilder } from './page-builder.ts';
import { recordsOf } from './wal-reader.ts';
import type { LiveRange, WalFile } from './wal-file.ts';
import { ENQUEUE } from './record.ts';

/** Files beyond these, the one being written counted, are not kept: younger messages die by themselves first. */
const KEPT_FILES = 4;
/** Queues that write pages at the same time: each takes memory for what it writes. */
const QUEUES_AT_ONCE = 64;
/** How soon it is tried again after the disk refused, in milliseconds. */
const RETRY_MS = 2000;

export class Retirement {
  readonly #journal: JournalParts;
  #isBusy = false;
  #isClosed = false;
  /** How often a page had not been written when this file was begun. */
  #failureCount = 0;
  #whenIdle: (() => void)[] = [];

  constructor(journal: JournalParts) {
    this.#journal = journal;
  }

  /** Looks whether there is a file to be let go. */
  look(): void {
    if (this.#isBusy || this.#isClosed) return;
    const [oldest] = this.#journal.wal.files;
    if (oldest === undefined || oldest === this.#journal.wal.file) return;
    const isEmpty = oldest.liveCount === 0 && oldest.carried.size === 0;
    if (!isEmpty && this.#journal.wal.files.length <= KEPT_FILES) return;
    this.#isBusy = true;
    this.#failureCount = this.#journal.pageFailureCount;
    this.#movePages(oldest, [...oldest.ranges]);
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isBusy) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** What queues hold in memory they write themselves, some queues at a time. */
  #movePages(file: WalFile, ranges: readonly LiveRange[]): void {
    for (const range of ranges.slice(0, QUEUES_AT_ONCE)) {
      if (range.live.count > 0) this.#logOf(range).owner?.writePages(range.end);
    }
    const rest = ranges.slice(QUEUES_AT_ONCE);
    this.#journal.segments.afterPending(() => {
      if (rest.length > 0) this.#movePages(file, rest);
      // What a queue still holds, and could not write, is not to be taken from under it.
      else if (this.#journal.pageFailureCount > this.#failureCount) this.#retryLater();
      else this.#moveStragglers(file);
    });
  }

  /** What is left was delivered and not acknowledged: only the file itself has it. */
  #moveStragglers(file: WalFile): void {
    if (file.liveCount > 0) {
      try {
        this.#copyLive(file);
      } catch (error) {
        this.#journal.log.error('a file of the journal cannot be read back', { error });
      }
    }
    this.#journal.segments.afterPending(() => {
      if (file.liveCount === 0) this.#tellAnew(file);
      else this.#retryLater();
    });
  }

  #logOf({ queueId, lane }: LiveRange): LocalQueueLog {
    return this.#journal.logOf(queueId, lane);
  }

  #copyLive(file: WalFile): void {
    const builders = new Map<LocalQueueLog, { range: LiveRange; builder: PageBuilder }>();
    for (const range of file.ranges) {
      if (range.live.count === 0) continue;
      const log = this.#logOf(range);
      const builder = new PageBuilder(log, (page) => page?.release(), false);
      builders.set(log, { range, builder });
    }
    const found = new Map<LocalQueueLog, LiveSet>();
    for (const reader of recordsOf(file.file!)) {
      if (reader.type !== ENQUEUE) continue;
      const log = this.#journal.findLog(reader.queueId, reader.lane);
      if (log === undefined) continue;
      const entry = builders.get(log);
      if (entry === undefined || !entry.range.live.has(reader.position)) continue;
      entry.builder.add(reader);
      let positions = found.get(log);
      if (positions === undefined) found.set(log, (positions = new LiveSet(reader.position)));
      positions.add(reader.position);
    }
    for (const [log, { range, builder }] of builders) {
      builder.finish();
      this.#forgetDamaged(range, found.get(log));
    }
  }

  /** What cannot be read back is lost for the next process, and holds up nothing. */
  #forgetDamaged(range: LiveRange, found: LiveSet | undefined): void {
    const { live } = range;
    let lostCount = 0;
    for (let at = live.next(range.first); at >= 0; at = live.next(at + 1)) {
      if (found?.has(at) === true) continue;
      range.delete(at);
      lostCount++;
    }
    if (lostCount === 0) return;
    this.#journal.log.error('messages in the journal are damaged', {
      queue: range.queueId,
      messages: lostCount,
    });
  }

  #tellAnew(file: WalFile): void {
    this.#journal.segments.sync((error, place) => {
      if (error !== null) {
        // What was written before may be lost, and nobody has it but this file: it stays.
        this.#journal.log.error(
          'segments cannot be synced: the log grows until the broker is started again',
          { error },
        );
        this.#isClosed = true;
        this.#ended();
        return;
      }
      this.#journal.pagesSynced(place);
      for (const carried of file.carried) {
        const { toldIn } = carried;
        if (toldIn === null || toldIn.number <= file.number) this.#journal.carryNow(carried);
      }
      this.#journal.wal.afterCommit(() => this.#remove(file));
    });
  }

  #remove(file: WalFile): void {
    const { wal, options, log } = this.#journal;
    wal.files.splice(wal.files.indexOf(file), 1);
    for (const range of file.ranges) this.#logOf(range).dropEmptyRanges();
    file.file?.close();
    try {
      if (file.file !== null) options.disk.remove(file.file.path);
    } catch (error) {
      log.warn('a file of the journal cannot be removed', { error });
    }
    this.#journal.compact();
    this.#ended();
    this.look();
  }

  #retryLater(): void {
    this.#journal.options.timers.after(RETRY_MS, () => {
      this.#ended();
      this.look();
    });
  }

  #ended(): void {
    this.#isBusy = false;
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const callback of idle) callback();
  }
}
