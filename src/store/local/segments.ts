/**
 * Segment files: pages of all queues, one after the other. They are appended to without a sync; before a file of the
 * write-ahead log goes, everything written so far is synced, and a record in the log says up to where. A file goes when
 * nothing in it is of use any more.
 */
import type { Disk, DiskError, DiskFile } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/logger.ts';
import { FILE_HEADER_SIZE, fileName, writeFileHeader } from './file-header.ts';
import type { Carried } from './wal-file.ts';

/** A place in the row of all segment files. */
export interface SegmentPlace {
  readonly segment: number;
  readonly offset: number;
}

/** A page, as seen from its file. */
export interface SegmentPage extends Carried {
  readonly isDead: boolean;
  /** All of it as it is on disk, to be written elsewhere. @throws DiskError */
  withHeader(): Buffer;
  /** It was copied: it is read there from now on. */
  moveTo(segment: Segment, offset: number): void;
}

/** Beyond the end of every file. */
const OFFSET_MAX = 0xffff_ffff;

export class Segment {
  readonly number: number;
  readonly file: DiskFile;
  /** Octets written, or being written. */
  size: number = FILE_HEADER_SIZE;
  /** All pages in it, dead ones included. */
  readonly pages: Set<SegmentPage> = new Set();
  /** Where writes failed. */
  readonly holes: Carried[] = [];
  /** Octets of pages that are of use. */
  liveOctets = 0;
  /** Writes and reads under way, and what else needs the file for a while: it must stay, and stay open. */
  pendingCount = 0;
  /** Nothing in it is of use: it goes when what took its place is durable. */
  isLeaving = false;
  /** It is gone for certain. */
  isRemoved = false;

  constructor(number: number, file: DiskFile) {
    this.number = number;
    this.file = file;
  }
}

/** A page that is being written. */
interface PendingWrite {
  readonly sequence: number;
  readonly segment: Segment;
  readonly offset: number;
}

type SyncCallback = (error: DiskError | null, place: SegmentPlace) => void;

export interface SegmentsOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly log: Logger;
  readonly fileSize: number;
  /** Nothing in a file is of use any more: calls back once that is durable, and all that was appended before. */
  readonly afterDropped: (segment: Segment, callback: () => void) => void;
  /** A write failed: what it left there is not to be taken for a page. */
  readonly onHole: (segment: Segment, offset: number) => void;
}

export class Segments {
  readonly #options: SegmentsOptions;
  readonly #byNumber = new Map<number, Segment>();
  #current: Segment | null = null;
  #nextNumber = 1;
  /** Writes under way, in the order of their places. */
  readonly #writing: PendingWrite[] = [];
  #lastSequence = 0;
  readonly #barriers: { readonly sequence: number; readonly callback: () => void }[] = [];
  /** Files written to since they were last synced. */
  readonly #unsynced = new Set<Segment>();
  #isSyncing = false;
  /** A sync failed: what was written before may be lost, whatever a later sync says. */
  #syncFailure: DiskError | null = null;
  #syncWaiters: SyncCallback[] = [];
  /** Writes, reads and syncs under way, and other uses. */
  #holdCount = 0;
  #whenIdle: (() => void)[] = [];
  /** Octets written so far. */
  writtenOctets = 0;

  constructor(options: SegmentsOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<Segment> {
    return this.#byNumber.values();
  }

  /** A file that was there at the start. */
  adopt(segment: Segment): void {
    this.#byNumber.set(segment.number, segment);
    this.skipNumber(segment.number);
  }

  /** It was changed: a sync takes it in. */
  hasChanged(segment: Segment): void {
    this.#unsynced.add(segment);
  }

  /** A file of this number was there: another will not have it. */
  skipNumber(number: number): void {
    this.#nextNumber = Math.max(this.#nextNumber, number + 1);
  }

  /** Everything before this place is written. */
  get place(): SegmentPlace {
    const [writing] = this.#writing;
    if (writing !== undefined) return { segment: writing.segment.number, offset: writing.offset };
    const current = this.#current;
    if (current === null) return { segment: this.#nextNumber - 1, offset: OFFSET_MAX };
    return { segment: current.number, offset: current.size };
  }

  isCurrent(segment: Segment): boolean {
    return segment === this.#current;
  }

  /** Appends a page. `done` is called later, with an error when the disk refuses. @throws nothing */
  append(
    octets: Buffer,
    done: (error: DiskError | null, segment: Segment | null, offset: number) => void,
  ): void {
    let segment: Segment;
    try {
      segment = this.#segmentFor(octets.length);
    } catch (error) {
      done(error as DiskError, null, 0);
      return;
    }
    const isFirst = segment.size === FILE_HEADER_SIZE;
    const writing = this.#begin(segment, octets.length);
    const all = isFirst ? Buffer.concat([headerOf(segment), octets]) : octets;
    segment.file.write(all, isFirst ? 0 : writing.offset, (error) => {
      if (error === null) this.writtenOctets += all.length;
      else this.#failed(segment, writing.offset);
      this.#written(writing);
      done(error, segment, writing.offset);
      this.#ended(writing);
    });
  }

  #failed(segment: Segment, offset: number): void {
    // The file may not come to an end that anybody finds: nothing more is begun behind it.
    if (this.#current === segment) this.#current = null;
    this.#options.onHole(segment, offset);
  }

  #begin(segment: Segment, length: number): PendingWrite {
    const writing = { sequence: ++this.#lastSequence, segment, offset: segment.size };
    segment.size += length;
    this.hold(segment);
    this.#writing.push(writing);
    this.#unsynced.add(segment);
    return writing;
  }

  /** From now on a sync takes it in: also one that is asked for by who is told first. */
  #written(writing: PendingWrite): void {
    this.#writing.splice(this.#writing.indexOf(writing), 1);
  }

  #ended(writing: PendingWrite): void {
    this.release(writing.segment);
    while (this.#barriers.length > 0 && this.#barriers[0]!.sequence < this.#oldestSequence) {
      this.#barriers.shift()!.callback();
    }
  }

  /** Of the writes that are under way: those who are told that theirs are done may begin others. */
  get #oldestSequence(): number {
    return this.#writing[0]?.sequence ?? Number.POSITIVE_INFINITY;
  }

  /** It is needed for a while, whether it has live pages or not: `release` follows. */
  hold(segment: Segment): void {
    segment.pendingCount++;
    this.#holdCount++;
  }

  release(segment: Segment): void {
    segment.pendingCount--;
    this.#removeIfUnused(segment);
    if (--this.#holdCount > 0) return;
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const callback of idle) callback();
  }

  /** Resolves when no file is in use. */
  async idle(): Promise<void> {
    if (this.#holdCount > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Calls back when all writes that are under way now are done. */
  afterPending(callback: () => void): void {
    const last = this.#writing.at(-1);
    if (last === undefined) callback();
    else this.#barriers.push({ sequence: last.sequence, callback });
  }

  /**
   * Makes all pages before `place` durable. One at a time: who asks meanwhile shares the next. After it failed once it
   * fails for good: the system may have dropped what it could not write.
   */
  sync(done: SyncCallback): void {
    this.#syncWaiters.push(done);
    if (!this.#isSyncing) this.#syncAll();
  }

  #syncAll(): void {
    const waiters = this.#syncWaiters;
    this.#syncWaiters = [];
    this.#isSyncing = true;
    const { place } = this;
    const segments = [...this.#unsynced];
    this.#unsynced.clear();
    for (const { segment } of this.#writing) this.#unsynced.add(segment);
    let remaining = segments.length + 1;
    const ended = (error: DiskError | null): void => {
      this.#syncFailure ??= error;
      if (--remaining > 0) return;
      this.#isSyncing = false;
      for (const done of waiters) done(this.#syncFailure, place);
      if (!this.#isSyncing && this.#syncWaiters.length > 0) this.#syncAll();
    };
    for (const segment of segments) this.#syncFile(segment, ended);
    ended(null);
  }

  #syncFile(segment: Segment, done: (error: DiskError | null) => void): void {
    this.hold(segment);
    segment.file.sync((error) => {
      this.release(segment);
      done(error);
    });
  }

  /** A page in it came to its end: the file goes when it was the last. */
  pageDied(segment: Segment): void {
    this.#removeIfUnused(segment);
  }

  #removeIfUnused(segment: Segment): void {
    if (segment.liveOctets > 0 || segment.pendingCount > 0 || segment.isLeaving) return;
    if (segment === this.#current && segment.size < this.#options.fileSize) return;
    if (segment === this.#current) this.#current = null;
    segment.isLeaving = true;
    this.#unsynced.delete(segment);
    // What took the place of its messages may not be durable yet.
    this.#options.afterDropped(segment, () => this.#remove(segment));
  }

  #remove(segment: Segment): void {
    this.#byNumber.delete(segment.number);
    segment.file.close();
    segment.isRemoved = this.#removeFile(segment.file.path);
    if (!segment.isRemoved) return;
    // There is nothing left to tell of them, and a file of the log may be filled by telling of very many.
    for (const page of segment.pages) page.carriedIn?.carried.delete(page);
  }

  /** False when it may be there again after a crash. */
  #removeFile(path: string): boolean {
    const { disk, directory, log } = this.#options;
    try {
      disk.remove(path);
      disk.syncDirectory(directory);
      return true;
    } catch (error) {
      log.warn('a segment file cannot be removed', { error });
      return false;
    }
  }

  #segmentFor(length: number): Segment {
    const { disk, directory, fileSize } = this.#options;
    const current = this.#current;
    if (current !== null && current.size + length <= fileSize) return current;
    const number = this.#nextNumber;
    const file = disk.open(`${directory}/${fileName(number, 'seg')}`, 'create');
    // Whatever becomes of this file: the next try is for another one.
    this.#nextNumber++;
    try {
      disk.syncDirectory(directory);
    } catch (error) {
      file.close();
      this.#removeFile(file.path);
      throw error;
    }
    const segment = new Segment(number, file);
    this.#current = segment;
    this.#byNumber.set(number, segment);
    if (current !== null) this.#removeIfUnused(current);
    return segment;
  }

  close(): void {
    for (const { file } of this.#byNumber.values()) file.close();
  }
}

function headerOf({ number }: Segment): Buffer {
  const header = Buffer.alloc(FILE_HEADER_SIZE);
  writeFileHeader(header, 'S', number);
  return header;
}
