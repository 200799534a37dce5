/** Reads a file of the write-ahead log back. */
import type { DiskFile } from '../../runtime/disk.ts';
import { checkFileHeader, FILE_HEADER_SIZE } from './file-header.ts';
import type { RecordReader } from './record-reader.ts';
import { RecordStream } from './record-stream.ts';
import { AT, COMMIT, DROPPED, HOLE, SYNCED } from './record.ts';
import type { SegmentPlace } from './segments.ts';

/** What a file of the write-ahead log says of itself and of segment files. */
export interface WalScan {
  readonly file: DiskFile;
  /** Behind it lies what may never have been confirmed to anybody. */
  readonly certainEnd: number;
  /** Nothing in the file is damaged or torn. */
  readonly isSound: boolean;
  /** Octets passed over between sound records. */
  readonly damagedOctets: number;
  /** Octets behind the last sound batch: what a crash leaves of one that was being written. */
  readonly tornOctets: number;
  /** All pages before this place are durable; null when the file does not say. */
  readonly synced: SegmentPlace | null;
  /** Numbers of segment files that are of no use. */
  readonly dropped: readonly number[];
  /** Where writes failed. */
  readonly holes: readonly SegmentPlace[];
}

/** Looks through a file, from which `visitRecords` reads afterwards. @throws FileHeaderError, DiskError */
export function scanWalFile(file: DiskFile): WalScan {
  const length = file.size();
  const isHeaderSound = hasHeader(file);
  const commits = new Commits();
  const stream = new RecordStream(file);
  while (stream.next()) commits.add(stream);
  // The header is a part of the first batch.
  const isTorn = !isHeaderSound && commits.lastBatchStart === FILE_HEADER_SIZE;
  // Of a damaged last batch nobody knows whether it was ever confirmed.
  const isLastCertain = !isTorn && !commits.isLastDamaged;
  const certainEnd = isLastCertain ? commits.end : commits.lastBatchStart;
  const told = isLastCertain ? commits.told : commits.toldBefore;
  const damagedHeader = isHeaderSound || certainEnd === FILE_HEADER_SIZE ? 0 : FILE_HEADER_SIZE;
  return {
    file,
    certainEnd,
    isSound: isHeaderSound && stream.damagedOctets === 0,
    damagedOctets: damagedHeader + (isLastCertain ? commits.damaged : commits.damagedBefore),
    tornOctets: length - Math.min(length, certainEnd),
    ...told,
  };
}

/**
 * Calls back with each sound record, in order. `isCertain`: its batch is complete, or damaged and followed by others;
 * false for what may never have been confirmed to anybody.
 *
 * @throws DiskError
 */
export function visitRecords(
  { file, certainEnd, isSound }: WalScan,
  visit: (reader: RecordReader, isCertain: boolean) => void,
): void {
  const stream = new RecordStream(file, isSound);
  while (stream.next()) {
    if (stream.reader.type !== COMMIT) visit(stream.reader, stream.at < certainEnd);
  }
}

/** Each sound record, committed or not. @throws FileHeaderError, DiskError */
export function* recordsOf(file: DiskFile): Generator<RecordReader> {
  const stream = new RecordStream(file);
  while (stream.next()) yield stream.reader;
}

function hasHeader(file: DiskFile): boolean {
  const octets = Buffer.alloc(FILE_HEADER_SIZE);
  const length = file.readSync(octets, 0);
  return checkFileHeader(octets.subarray(0, length), 'W', file.path);
}

type Told = Pick<WalScan, 'synced' | 'dropped' | 'holes'>;

/** The batches of a file, one after the other. */
class Commits {
  /** Where the last complete batch begins and ends. */
  lastBatchStart = FILE_HEADER_SIZE;
  end = FILE_HEADER_SIZE;
  /** Octets passed over up to its end, and up to its beginning. */
  damaged = 0;
  damagedBefore = 0;
  /** What is told up to its end, and up to its beginning. */
  told: Told = { synced: null, dropped: [], holes: [] };
  toldBefore: Told = this.told;
  #synced: SegmentPlace | null = null;
  readonly #dropped: number[] = [];
  readonly #holes: SegmentPlace[] = [];

  get isLastDamaged(): boolean {
    return this.damaged > this.damagedBefore;
  }

  add({ reader, at, damagedOctets }: RecordStream): void {
    switch (reader.type) {
      case SYNCED:
        this.#synced = placeOf(reader);
        break;
      case DROPPED:
        this.#dropped.push(placeOf(reader).segment);
        break;
      case HOLE:
        this.#holes.push(placeOf(reader));
        break;
      case COMMIT:
        this.#commit(at, at + reader.length, reader.number(AT.count), damagedOctets);
        break;
      default:
    }
  }

  #commit(at: number, end: number, length: number, damagedOctets: number): void {
    // A batch whose own commit is damaged is a part of the next one.
    this.lastBatchStart = Math.max(FILE_HEADER_SIZE, Math.min(at - length, this.end));
    this.end = end;
    this.damagedBefore = this.damaged;
    this.damaged = damagedOctets;
    this.toldBefore = this.told;
    this.told = {
      synced: this.#synced,
      dropped: this.#dropped.slice(),
      holes: this.#holes.slice(),
    };
  }
}

function placeOf(reader: RecordReader): SegmentPlace {
  return { segment: reader.number(AT.segment), offset: reader.number(AT.offset) };
}
