/**
 * Builds the journal from what is on disk: pages from the segments, then everything that the write-ahead log tells of
 * later. What only the log has is moved to pages, so that it begins empty; its old files go when all that is durable.
 */
import type { DiskFile } from '../../runtime/disk.ts';
import { fileNumbers, fileName } from './file-header.ts';
import { LiveSet } from './live-set.ts';
import type { JournalParts, LocalJournalOptions } from './journal-parts.ts';
import type { LocalQueueLog } from './local-queue-log.ts';
import { PageBuilder } from './page-builder.ts';
import type { RecordReader } from './record-reader.ts';
import { AT, DELIVERED, DROPPED, ENQUEUE, HOLE, PAGE_LIVE, SETTLE, SYNCED } from './record.ts';
import { adoptSegments } from './segment-reader.ts';
import type { SegmentPlace } from './segments.ts';
import { recordsOf, scanWalFile, visitRecords, type WalScan } from './wal-reader.ts';

const NOTHING_SYNCED: SegmentPlace = { segment: 0, offset: 0 };
/** Octets that pages to be written may take together before they are written, however short they are. */
const GATHERED_OCTETS_MAX = 64 * 1024 * 1024;

/** Octets in pages that may be on their way to the disk together. */
const WRITING_OCTETS_MAX = 8 * 1024 * 1024;

/** @throws FileHeaderError, DiskError; Error when there is no room for what has to be written */
export async function recover<Journal extends JournalParts>(
  options: LocalJournalOptions,
  create: (firstNumber: number, synced: SegmentPlace) => Journal,
): Promise<Journal> {
  const { disk, walDirectory } = options;
  const numbers = fileNumbers(disk.list(walDirectory), 'wal');
  removeLeftOvers(options, numbers);
  const files = numbers.map((number) =>
    disk.open(`${walDirectory}/${fileName(number, 'wal')}`, 'existing'),
  );
  const scans = files.map((file) => scanWalFile(file));
  // What is said of segments before all is told anew is what was true before.
  const synced = scans.findLast((scan) => scan.synced !== null)?.synced ?? NOTHING_SYNCED;
  const journal = create((numbers.at(-1) ?? 0) + 1, synced);
  adoptSegments(journal, {
    synced,
    dropped: scans.flatMap(({ dropped }) => dropped),
    holes: scans.flatMap(({ holes }) => holes),
  });
  const recovery = new Recovery(journal);
  for (const scan of scans) recovery.replay(scan);
  await recovery.moveToPages(files);
  recovery.adoptPages();
  await recovery.begin();
  for (const file of files) {
    file.close();
    disk.remove(file.path);
  }
  return journal;
}

/**
 * Files are removed oldest first, but a crash may undo that in any order: what lies before a gap was of no use any more,
 * and without the files that are gone it would be misread.
 *
 * @param numbers of the files, ascending; the left-overs are taken out
 */
function removeLeftOvers({ disk, walDirectory }: LocalJournalOptions, numbers: number[]): void {
  const first = numbers.findLastIndex((number, i) => i > 0 && number !== numbers[i - 1]! + 1);
  if (first < 0) return;
  for (const number of numbers.splice(0, first)) {
    disk.remove(`${walDirectory}/${fileName(number, 'wal')}`);
  }
}

class Recovery {
  readonly #journal: JournalParts;
  /** What is alive in the write-ahead log and in no page. */
  readonly #live = new Map<LocalQueueLog, LiveSet>();

  constructor(journal: JournalParts) {
    this.#journal = journal;
  }

  /** Applies what a file of the log tells. */
  replay(scan: WalScan): void {
    visitRecords(scan, (reader, isCertain) => {
      // What is told of a file that is gone is not to be taken for another one.
      if (reader.type === PAGE_LIVE) this.#journal.segments.skipNumber(reader.number(AT.segment));
      // Of what may never have been confirmed only the messages are taken: better one twice than one lost.
      if (isCertain || reader.type === ENQUEUE) this.#apply(reader);
    });
    const { file, damagedOctets, tornOctets } = scan;
    const { log } = this.#journal;
    if (damagedOctets > 0) {
      log.error('the journal is damaged: what these octets held is lost', {
        file: file.path,
        octets: damagedOctets,
      });
    }
    if (tornOctets > 0) {
      log.info('the last batch of the journal is incomplete', { octets: tornOctets });
    }
  }

  #apply(reader: RecordReader): void {
    const { type } = reader;
    if (type === SYNCED || type === DROPPED || type === HOLE) return;
    const log = this.#journal.logOf(reader.queueId, reader.lane);
    switch (type) {
      case ENQUEUE:
        this.#enqueue(log, reader.position);
        break;
      case SETTLE:
        this.#settle(log, reader.position, reader.number(AT.count));
        break;
      case DELIVERED:
        log.deliveredEnd = Math.max(log.deliveredEnd, reader.position);
        log.nextPosition = Math.max(log.nextPosition, reader.position);
        break;
      case PAGE_LIVE:
        this.#restorePage(log, reader);
        break;
      default:
    }
  }

  #enqueue(log: LocalQueueLog, position: number): void {
    log.nextPosition = Math.max(log.nextPosition, position + 1);
    if (log.pageAt(position) !== undefined) return;
    let live = this.#live.get(log);
    if (live === undefined) this.#live.set(log, (live = new LiveSet(position)));
    live.add(position);
  }

  #settle(log: LocalQueueLog, from: number, count: number): void {
    const end = from + count;
    this.#live.get(log)?.deleteRange(from, end);
    for (let page = log.pageFrom(from); page !== undefined && page.first < end; ) {
      page.liveSet().deleteRange(from, end);
      page = log.pageFrom(page.end);
    }
  }

  #restorePage(log: LocalQueueLog, reader: RecordReader): void {
    const page = log.pageAt(reader.position);
    const isSame =
      page?.first === reader.position &&
      page.segment.number === reader.number(AT.segment) &&
      page.offset === reader.number(AT.offset);
    if (isSame) page.restoreLive(reader.liveWords());
  }

  /** Copies what only the log has into pages. */
  async moveToPages(files: readonly DiskFile[]): Promise<void> {
    const builders = new Map<LocalQueueLog, PageBuilder>();
    let failureCount = 0;
    const done = (page: unknown): void => {
      if (page === null) failureCount++;
    };
    const liveCount = [...this.#live.values()].reduce((sum, { count }) => sum + count, 0);
    for (const file of liveCount === 0 ? [] : files) {
      let movedOctets = 0;
      for (const reader of recordsOf(file)) {
        if (reader.type !== ENQUEUE) continue;
        const log = this.#journal.logOf(reader.queueId, reader.lane);
        // Deleting it keeps one that the log has twice from being kept twice.
        if (this.#live.get(log)?.delete(reader.position) !== true) continue;
        let builder = builders.get(log);
        if (builder === undefined) builders.set(log, (builder = new PageBuilder(log, done, true)));
        builder.add(reader);
        movedOctets += reader.length;
        if (movedOctets < WRITING_OCTETS_MAX) continue;
        movedOctets = 0;
        await this.#pagesWritten();
      }
      const gathered = [...builders.values()].reduce((sum, next) => sum + next.pendingOctets, 0);
      if (gathered > GATHERED_OCTETS_MAX) for (const builder of builders.values()) builder.finish();
      await this.#pagesWritten();
    }
    for (const builder of builders.values()) builder.finish();
    await this.#pagesWritten();
    if (failureCount === 0) return;
    throw new Error('the journal cannot be recovered: the disk has no room or cannot be written');
  }

  #pagesWritten(): Promise<void> {
    return new Promise<void>((resolve) => this.#journal.segments.afterPending(resolve));
  }

  /** Counts what is left in pages; those with nothing left are dead. */
  adoptPages(): void {
    for (const log of this.#journal.allLogs()) {
      for (const page of log.pages.slice()) {
        if (page.count === 0) page.dieIfUnused();
        else page.countLive();
      }
    }
  }

  /** Tells everything anew, in the first batch of the new log. */
  async begin(): Promise<void> {
    const journal = this.#journal;
    await new Promise<void>((resolve, reject) => {
      journal.segments.sync((error, place) => {
        journal.pagesSynced(place);
        if (error === null) resolve();
        else reject(error);
      });
    });
    for (const segment of journal.segments) {
      for (const page of segment.pages) journal.carryNow(page);
      for (const hole of segment.holes) journal.carryNow(hole);
    }
    for (const log of journal.allLogs()) {
      if (log.deliveredEnd > 0) journal.carryNow(log);
    }
    await journal.wal.flush();
  }
}
