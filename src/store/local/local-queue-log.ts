/**
 * The log of a queue on this machine's disk. A message is in the write-ahead log first (a live range remembers in which
 * of its files), then perhaps in a page; what is settled is forgotten in both.
 */
import type { JournaledMessage, LogOwner, Page, PageContents, QueueLog } from '../journal.ts';
import { LiveSet } from './live-set.ts';
import type { Delivering, LogContext } from './log-context.ts';
import { PAGE_HEADER_SIZE, writePageHeader, type PageHeader } from './page-header.ts';
import type { RecordBatch } from './record-batch.ts';
import { StoredPage, type PageLog } from './stored-page.ts';
import { LiveRange, type Carried, type WalFile } from './wal-file.ts';

/** Positions between two messages that are kept, which those take that are not, beyond which a range is worth beginning anew. */
const GAP_MAX = 1024;

export class LocalQueueLog implements QueueLog, PageLog, Carried, Delivering {
  readonly hasPages = true;
  readonly journal: LogContext;
  readonly queueId: number;
  readonly lane: number;
  owner: LogOwner | null = null;
  nextPosition = 0;
  deliveredEnd = 0;
  /** By position, and without overlaps. */
  readonly pages: StoredPage[] = [];
  /** Oldest first. */
  readonly #ranges: LiveRange[] = [];
  #isDelivering = false;
  isGone = false;
  carriedIn: WalFile | null = null;
  toldIn: WalFile | null = null;

  constructor(journal: LogContext, queueId: number, lane: number) {
    this.journal = journal;
    this.queueId = queueId;
    this.lane = lane;
  }

  enqueue(position: number, message: JournaledMessage): void {
    const { journal } = this;
    const { batch, file } = journal.wal;
    const wallMs = message.arrivedAtMs + journal.clockOffsetMs;
    batch.enqueue(this.queueId, this.lane, position, message, wallMs, false);
    let range = this.#ranges.at(-1);
    if (range?.file !== file || position - range.end > GAP_MAX) range = this.#rangeFor(position);
    range.add(position);
    this.nextPosition = position + 1;
  }

  /** There is one for each file. It has a bit for each position: while it is empty it may as well begin at this one. */
  #rangeFor(position: number): LiveRange {
    const { file } = this.journal.wal;
    const last = this.#ranges.at(-1);
    if (last?.file === file) {
      if (last.live.count > 0) return last;
      this.#ranges.pop();
      file.ranges.delete(last);
    }
    const range = new LiveRange(this.queueId, this.lane, file, position);
    this.#ranges.push(range);
    return range;
  }

  settle(position: number): void {
    if (!this.#forget(position)) return;
    this.journal.wal.batch.settle(this.queueId, this.lane, position);
  }

  settleRange(from: number, end: number): void {
    if (end <= from) return;
    this.journal.wal.batch.settleRange(this.queueId, this.lane, from, end - from);
    for (const page of this.pages.slice(this.#pageIndex(from))) {
      if (page.first >= end) break;
      page.settleRange(from, end);
    }
    for (const range of this.#ranges) range.deleteRange(from, end);
    this.dropEmptyRanges();
  }

  /** False when there is no such message. */
  #forget(position: number): boolean {
    if (this.pages.length > 0) {
      const page = this.pages[this.#pageIndex(position)];
      if (page !== undefined && page.first <= position && page.settle(position)) return true;
    }
    const ranges = this.#ranges;
    for (let i = 0; i < ranges.length; i++) {
      const range = ranges[i]!;
      if (position >= range.end) continue;
      if (!range.delete(position)) return false;
      if (range.live.count === 0 && range.file !== this.journal.wal.file) this.dropEmptyRanges();
      return true;
    }
    return false;
  }

  /** Also called when a file goes: what was settled before it was full has left its range behind. */
  dropEmptyRanges(): void {
    const { file } = this.journal.wal;
    for (let i = this.#ranges.length - 1; i >= 0; i--) {
      const range = this.#ranges[i]!;
      if (range.live.count > 0 || range.file === file) continue;
      range.file.ranges.delete(range);
      this.#ranges.splice(i, 1);
    }
  }

  delivered(end: number): void {
    // Behind what an earlier process delivered nothing is new.
    if (end <= this.deliveredEnd) return;
    this.deliveredEnd = end;
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    this.journal.delivering.push(this);
  }

  /** The batch is complete: it tells what was delivered meanwhile, unless that is settled already. */
  tellDelivered(batch: RecordBatch): void {
    this.#isDelivering = false;
    if (this.isGone) return;
    batch.delivered(this.queueId, this.lane, this.deliveredEnd);
    this.journal.carryLater(this);
  }

  carry(batch: RecordBatch): boolean {
    if (this.isGone) return false;
    batch.delivered(this.queueId, this.lane, this.deliveredEnd);
    return true;
  }

  // Pages ----------------------------------------------------------------------------------------

  writePage(contents: PageContents, done: (page: Page | null) => void): void {
    const { journal } = this;
    const { first, messages, from, to } = contents;
    const batch = journal.pageBatches.take(to - from);
    batch.skip(PAGE_HEADER_SIZE);
    let keptCount = 0;
    let bodyOctets = 0;
    let firstArrivedAtMs = Number.POSITIVE_INFINITY;
    let lastArrivedAtMs = 0;
    for (let i = from; i < to; i++) {
      const message = messages[i] ?? null;
      if (message === null) continue;
      const isKept = contents.isKept(message);
      const wallMs = message.arrivedAtMs + journal.clockOffsetMs;
      batch.enqueue(this.queueId, this.lane, first + i, message, wallMs, !isKept);
      firstArrivedAtMs = Math.min(firstArrivedAtMs, wallMs);
      lastArrivedAtMs = wallMs;
      if (!isKept) continue;
      keptCount++;
      bodyOctets += message.bodyLength;
    }
    const header: PageHeader = {
      payloadLength: batch.length - PAGE_HEADER_SIZE,
      queueId: this.queueId,
      lane: this.lane,
      first: first + from,
      end: first + to,
      keptCount,
      bodyOctets,
      firstArrivedAtMs,
      lastArrivedAtMs,
    };
    this.appendPage(batch, header, done);
  }

  /**
   * Writes a page whose records are in `batch`, behind room for the header.
   *
   * @param contents the positions in it, at the start; null: what is live of it is known from the write-ahead log
   */
  appendPage(
    batch: RecordBatch,
    header: PageHeader,
    done: (page: StoredPage | null) => void,
    contents: LiveSet | null = null,
  ): void {
    const octets = batch.seal(PAGE_HEADER_SIZE);
    writePageHeader(octets, header);
    this.journal.pageBegun(octets.length);
    this.journal.segments.append(octets, (error, segment, offset) => {
      this.journal.pageBatches.release(batch);
      this.journal.pageWritten(octets.length, error);
      if (error !== null || segment === null) {
        done(null);
        return;
      }
      const page = new StoredPage(this, header, { segment, offset }, contents !== null);
      if (contents === null) this.#install(page);
      else this.#installRecovered(page, contents);
      done(page);
    });
  }

  /** At the start: nothing else knows of its messages any more. */
  #installRecovered(page: StoredPage, contents: LiveSet): void {
    if (contents.count < page.end - page.first) page.live = contents;
    this.adopt(page);
  }

  /** The page is written: from now on its messages are in it, not in the write-ahead log. */
  #install(page: StoredPage): void {
    page.isHeld = true;
    if (this.isGone) {
      page.die();
      return;
    }
    const live = new LiveSet(page.first, page.end - page.first);
    page.live = live;
    for (const range of this.#ranges) {
      for (let at = range.live.next(page.first); at >= 0 && at < page.end; ) {
        live.add(at);
        range.delete(at);
        at = range.live.next(at + 1);
      }
    }
    this.dropEmptyRanges();
    if (live.count === page.end - page.first) page.live = null;
    // Some were settled, or are in no log at all: the page itself does not tell which.
    else this.journal.carryNow(page);
    this.pages.splice(this.#pageIndex(page.first), 0, page);
  }

  /** A page that was found at the start. */
  adopt(page: StoredPage): void {
    this.pages.splice(this.#pageIndex(page.first), 0, page);
    this.nextPosition = Math.max(this.nextPosition, page.end);
  }

  /** A page that has some of the same positions. */
  pageOverlapping(page: StoredPage): StoredPage | undefined {
    const other = this.pages[this.#pageIndex(page.first)];
    return other !== undefined && other.first < page.end ? other : undefined;
  }

  /** The first page that ends behind `position`, whether it has that or begins later. */
  pageFrom(position: number): StoredPage | undefined {
    return this.pages[this.#pageIndex(position)];
  }

  forgetPage(page: StoredPage): void {
    const index = this.pages.indexOf(page, Math.max(0, this.#pageIndex(page.first) - 1));
    if (index >= 0) this.pages.splice(index, 1);
  }

  pageOf(position: number): StoredPage | null {
    const page = this.pageFrom(position);
    return page?.has(position) === true ? page : null;
  }

  /** The page that has or had this position; undefined when none. */
  pageAt(position: number): StoredPage | undefined {
    const page = this.pageFrom(position);
    return page !== undefined && page.first <= position ? page : undefined;
  }

  /** Index of the first page that ends behind `position`. Messages mostly leave in order: the first page is likely. */
  #pageIndex(position: number): number {
    const { pages } = this;
    if (pages.length === 0 || position < pages[0]!.end) return 0;
    let low = 1;
    let high = pages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pages[middle]!.end <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The queue is gone. */
  delete(): void {
    this.isGone = true;
    this.owner = null;
    this.carriedIn?.carried.delete(this);
    for (const page of this.pages.slice()) page.die();
    for (const range of this.#ranges) {
      range.deleteRange(range.first, range.end);
      range.file.ranges.delete(range);
    }
    this.#ranges.length = 0;
  }
}
