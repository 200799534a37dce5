/** Reads a file of the write-ahead log back. */
import type { DiskFile } from '../../runtime/disk.ts';
import { checkFileHeader, FILE_HEADER_SIZE } from './file-header.ts';
import type { RecordReader } from './record-reader.ts';
import { RecordStream } from './record-stream.ts';
import { AT, COMMIT } from './record.ts';

export interface WalContents {
  /** Octets passed over between sound records. */
  readonly damagedOctets: number;
  /** Octets behind the last sound batch: what a crash leaves of one that was being written. */
  readonly tornOctets: number;
}

/**
 * Calls back with each sound record, in order. `isCommitted`: its batch is complete, or damaged and followed by others;
 * false for what may never have been confirmed to anybody.
 *
 * @throws FileHeaderError, DiskError
 */
export function readWalFile(
  file: DiskFile,
  visit: (reader: RecordReader, isCommitted: boolean) => void,
): WalContents {
  const length = file.size();
  const isHeaderSound = hasHeader(file);
  const { committedEnd, lastBatchStart, isSound, ...commits } = findCommits(file);
  // The header is a part of the first batch.
  const isLastDamaged =
    commits.isLastDamaged || (!isHeaderSound && lastBatchStart === FILE_HEADER_SIZE);
  // Of a damaged last batch nobody knows whether it was ever confirmed.
  const certainEnd = isLastDamaged ? lastBatchStart : committedEnd;
  const stream = new RecordStream(file, isSound);
  let damagedBeforeEnd = 0;
  const damagedHeader = isHeaderSound || certainEnd === FILE_HEADER_SIZE ? 0 : FILE_HEADER_SIZE;
  while (stream.next()) {
    if (stream.reader.type !== COMMIT) visit(stream.reader, stream.at < certainEnd);
    if (stream.at < certainEnd) damagedBeforeEnd = stream.damagedOctets;
  }
  const damagedOctets = damagedHeader + damagedBeforeEnd;
  return { damagedOctets, tornOctets: length - Math.min(length, certainEnd) };
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

interface Commits {
  /** Where the last complete batch begins and ends. */
  readonly committedEnd: number;
  readonly lastBatchStart: number;
  readonly isLastDamaged: boolean;
  /** Nothing in the file is damaged or torn. */
  readonly isSound: boolean;
}

function findCommits(file: DiskFile): Commits {
  const stream = new RecordStream(file);
  let committedEnd = FILE_HEADER_SIZE;
  let lastBatchStart = FILE_HEADER_SIZE;
  let damagedBefore = 0;
  let isLastDamaged = false;
  while (stream.next()) {
    const { reader, at, damagedOctets } = stream;
    if (reader.type !== COMMIT) continue;
    const start = at - reader.number(AT.count);
    // A batch whose own commit is damaged is a part of the next one.
    lastBatchStart = Math.max(FILE_HEADER_SIZE, Math.min(start, committedEnd));
    committedEnd = at + reader.length;
    isLastDamaged = damagedOctets > damagedBefore;
    damagedBefore = damagedOctets;
  }
  return { committedEnd, lastBatchStart, isLastDamaged, isSound: stream.damagedOctets === 0 };
}
