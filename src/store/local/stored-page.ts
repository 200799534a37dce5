/** A page in a segment file: how it is read, and what of it is still of use. */
import type { Page, StoredMessage } from '../journal.ts';
import { LiveSet } from './live-set.ts';
import type { LogContext } from './log-context.ts';
import { PAGE_HEADER_SIZE, writePageHeader, type PageHeader } from './page-header.ts';
import type { RecordBatch } from './record-batch.ts';
import { RecordMessage, RecordReader } from './record-reader.ts';
import { AT, ENQUEUE } from './record.ts';
import type { Segment, SegmentPage } from './segments.ts';
import type { WalFile } from './wal-file.ts';

/** Sizes that pages are read into: few different ones, because memory of many sizes is seldom used again. */
const READ_SIZE_STEP = 16 * 1024;

function allocatePage(length: number): Buffer {
  const size = Math.ceil(length / READ_SIZE_STEP) * READ_SIZE_STEP;
  return Buffer.allocUnsafeSlow(size).subarray(0, length);
}

/** The log that a page belongs to. */
export interface PageLog {
  readonly journal: LogContext;
  settle(position: number): void;
  forgetPage(page: StoredPage): void;
}

export class StoredPage implements Page, SegmentPage {
  readonly log: PageLog;
  readonly first: number;
  readonly end: number;
  segment: Segment;
  /** Where its header lies. */
  offset: number;
  payloadLength: number;
  readonly header: PageHeader;
  /** Positions that are not settled; null while that is every position from `first` to `end`. */
  live: LiveSet | null = null;
  /** Found at the start: what was for the earlier process only does not count. */
  readonly isRecovered: boolean;
  bodyOctets: number;
  /** The queue will read it. */
  isHeld = false;
  /** It does not count any more. */
  isDead = false;
  carriedIn: WalFile | null = null;
  toldIn: WalFile | null = null;
  #prefetched: Buffer | null = null;
  #isPrefetching = false;
  /** What is being prefetched will be read; false when the page was read without waiting for it. */
  #isAwaited = false;

  constructor(
    log: PageLog,
    header: PageHeader,
    place: { readonly segment: Segment; readonly offset: number },
    isRecovered: boolean,
  ) {
    this.log = log;
    this.header = header;
    this.first = header.first;
    this.end = header.end;
    this.segment = place.segment;
    this.offset = place.offset;
    this.payloadLength = header.payloadLength;
    this.isRecovered = isRecovered;
    this.bodyOctets = header.bodyOctets;
    place.segment.pages.add(this);
    place.segment.liveOctets += this.payloadLength;
  }

  get count(): number {
    return this.live === null ? this.header.keptCount : this.live.count;
  }

  get firstArrivedAtMs(): number {
    return Math.floor(this.header.firstArrivedAtMs - this.log.journal.clockOffsetMs);
  }

  get lastArrivedAtMs(): number {
    return Math.floor(this.header.lastArrivedAtMs - this.log.journal.clockOffsetMs);
  }

  has(position: number): boolean {
    if (position < this.first || position >= this.end) return false;
    return this.live === null || this.live.has(position);
  }

  /** A message of it is settled. False when it was not in it, or settled before. */
  settle(position: number): boolean {
    if (!this.liveSet().delete(position)) return false;
    this.#changed();
    return true;
  }

  settleRange(from: number, end: number): void {
    if (this.liveSet().deleteRange(from, end) > 0) this.#changed();
  }

  #changed(): void {
    this.log.journal.carryLater(this);
    if (this.count === 0) this.dieIfUnused();
  }

  /** All of it is live until something is settled: then it takes a set to tell. */
  liveSet(): LiveSet {
    if (this.live !== null) return this.live;
    const live = new LiveSet(this.first, this.end - this.first);
    for (let position = this.first; position < this.end; position++) live.add(position);
    this.live = live;
    return live;
  }

  prefetch(): void {
    if (this.#prefetched !== null || this.#isPrefetching || this.isDead) return;
    this.#isPrefetching = true;
    this.#isAwaited = true;
    const octets = allocatePage(this.payloadLength);
    const { segment } = this;
    const { segments } = this.log.journal;
    segments.hold(segment);
    segment.file.read(octets, this.offset + PAGE_HEADER_SIZE, (error, count) => {
      this.#isPrefetching = false;
      // What is wrong shows again, and is told, when the page is read.
      if (error === null && count === octets.length && this.#isAwaited) this.#prefetched = octets;
      segments.release(segment);
    });
  }

  read(visit: (message: StoredMessage) => void): void {
    const octets = this.#prefetched ?? this.#tryToRead();
    this.#forgetPrefetched();
    if (octets === null) return;
    const reader = new RecordReader();
    reader.reset(octets);
    const message = new RecordMessage();
    const { clockOffsetMs, log } = this.log.journal;
    let foundCount = 0;
    while (reader.next(octets.length)) {
      if (reader.type !== ENQUEUE) continue;
      const isTransient = reader.isTransient;
      if (isTransient ? this.isRecovered : !this.has(reader.position)) continue;
      message.read(reader, clockOffsetMs);
      if (!isTransient) foundCount++;
      visit(message);
    }
    if (foundCount >= this.count) return;
    log.error('messages on disk are damaged and lost', {
      file: this.segment.file.path,
      queue: this.header.queueId,
      messages: this.count - foundCount,
      octets: reader.damagedOctets,
    });
    this.#forgetDamaged(octets);
  }

  /** What cannot be read will never be acknowledged. */
  #forgetDamaged(octets: Buffer): void {
    const reader = new RecordReader();
    reader.reset(octets);
    const sound = new Set<number>();
    while (reader.next(octets.length)) sound.add(reader.position);
    const live = this.liveSet();
    for (let at = live.next(this.first); at >= 0; at = live.next(at + 1)) {
      if (!sound.has(at)) this.log.settle(at);
    }
  }

  /** Null when the disk refuses: what it has it may give after the next start. */
  #tryToRead(): Buffer | null {
    try {
      return this.#readOctets();
    } catch (error) {
      const { queueId } = this.header;
      const { log } = this.log.journal;
      log.error('messages cannot be read from the disk', {
        error,
        queue: queueId,
        messages: this.count,
      });
      return null;
    }
  }

  /** The records, as they are on disk. @throws DiskError */
  #readOctets(): Buffer {
    const octets = allocatePage(this.payloadLength);
    octets.fill(0, this.segment.file.readSync(octets, this.offset + PAGE_HEADER_SIZE));
    return octets;
  }

  release(): void {
    this.isHeld = false;
    this.#forgetPrefetched();
    this.dieIfUnused();
  }

  /** Also what is still on its way: a page lasts longer than its use. */
  #forgetPrefetched(): void {
    this.#prefetched = null;
    this.#isAwaited = false;
  }

  dieIfUnused(): void {
    if (this.isDead || this.isHeld || this.count > 0) return;
    this.isDead = true;
    this.log.forgetPage(this);
    this.segment.liveOctets -= this.payloadLength;
    this.log.journal.segments.pageDied(this.segment);
  }

  /** All of it is of no use any more, whoever held it. */
  die(): void {
    this.isHeld = false;
    this.#forgetPrefetched();
    if (this.count > 0) {
      this.live = new LiveSet(this.first, 0);
      this.log.journal.carryNow(this);
    }
    this.dieIfUnused();
  }

  /** At the start: there is a copy that counts. */
  replaced(): void {
    this.live = new LiveSet(this.first, 0);
    this.dieIfUnused();
  }

  /** Says which of its messages are left: also when none is, for as long as its file is there. */
  carry(batch: RecordBatch): boolean {
    if (this.segment.isRemoved || (this.live === null && !this.isDead)) return false;
    const { queueId, lane } = this.header;
    const positions: number[] = [];
    const { live } = this;
    if (live !== null) {
      for (let at = live.next(this.first); at >= 0; at = live.next(at + 1)) positions.push(at);
    }
    const words = new Uint32Array(positions.length === 0 ? 0 : (this.end - this.first + 31) >> 5);
    for (const position of positions) {
      const bit = position - this.first;
      words[bit >> 5] = words[bit >> 5]! | (1 << (bit & 31));
    }
    batch.pageLive(queueId, lane, this.first, this.segment.number, this.offset, words);
    return true;
  }

  /** At the start: of a page with gaps, which positions it has. @throws DiskError */
  findLive(): void {
    const live = new LiveSet(this.first, this.end - this.first);
    const reader = this.#reader();
    while (reader.next(reader.octets.length)) {
      if (reader.type === ENQUEUE && !reader.isTransient) live.add(reader.position);
    }
    this.live = live;
  }

  /** At the start: counts the octets of what is left. @throws DiskError */
  countLive(): void {
    if (this.live === null || this.live.count === this.header.keptCount) return;
    let octets = 0;
    const reader = this.#reader();
    while (reader.next(reader.octets.length)) {
      if (reader.type !== ENQUEUE || reader.isTransient || !this.has(reader.position)) continue;
      octets += reader.number(AT.bodyLength);
    }
    this.bodyOctets = octets;
  }

  #reader(): RecordReader {
    const reader = new RecordReader();
    reader.reset(this.#readOctets());
    return reader;
  }

  /** All of it as it is on disk, to be written elsewhere. @throws DiskError */
  withHeader(): Buffer {
    const octets = Buffer.allocUnsafeSlow(PAGE_HEADER_SIZE + this.payloadLength);
    writePageHeader(octets, this.header);
    this.#readOctets().copy(octets, PAGE_HEADER_SIZE);
    return octets;
  }

  /** It was copied, durably: it is read there from now on. */
  moveTo(segment: Segment, offset: number): void {
    if (this.isDead) {
      this.#leaveDead({ segment, offset });
      return;
    }
    const from = { segment: this.segment, offset: this.offset };
    from.segment.pages.delete(this);
    from.segment.liveOctets -= this.payloadLength;
    this.segment = segment;
    this.offset = offset;
    segment.pages.add(this);
    segment.liveOctets += this.payloadLength;
    this.log.journal.carryNow(this);
    this.#leaveDead(from);
  }

  /** What lies there is of no use: that has to be told for as long as it is there. */
  #leaveDead(place: { readonly segment: Segment; readonly offset: number }): void {
    const left = new StoredPage(this.log, this.header, place, true);
    left.live = new LiveSet(this.first, 0);
    this.log.journal.carryNow(left);
    left.dieIfUnused();
  }

  /** What a record of `carry` said. */
  restoreLive(words: Uint32Array): void {
    const live = new LiveSet(this.first, this.end - this.first);
    for (const [i, word] of words.entries()) {
      for (let bit = 0; bit < 32; bit++) {
        const position = this.first + i * 32 + bit;
        if ((word & (1 << bit)) !== 0 && position < this.end) live.add(position);
      }
    }
    this.live = live;
  }
}
