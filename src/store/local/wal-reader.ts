/** Reads a file of the write-ahead log back. */
import type { DiskFile } from '../../runtime/disk.ts';
import { checkFileHeader, FILE_HEADER_SIZE } from './file-header.ts';
import { RecordReader } from './record-reader.ts';
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
  const octets = Buffer.allocUnsafeSlow((file.size() + 7) & ~7);
  const length = file.readSync(octets, 0);
  octets.fill(0, length);
  if (!checkFileHeader(octets.subarray(0, FILE_HEADER_SIZE), 'W', file.path)) {
    return { damagedOctets: 0, tornOctets: length };
  }
  const reader = new RecordReader();
  const { committedEnd, lastBatchStart, isLastDamaged } = findCommits(reader, octets);
  const isSound = reader.damagedOctets === 0;
  rewind(reader, octets);
  reader.isTrusted = isSound;
  // Of a damaged last batch nobody knows whether it was ever confirmed.
  const certainEnd = isLastDamaged ? lastBatchStart : committedEnd;
  let damagedBeforeEnd = 0;
  while (reader.next(octets.length)) {
    if (reader.type !== COMMIT) visit(reader, reader.at < certainEnd);
    if (reader.at < certainEnd) damagedBeforeEnd = reader.damagedOctets;
  }
  return { damagedOctets: damagedBeforeEnd, tornOctets: length - Math.min(length, certainEnd) };
}

function rewind(reader: RecordReader, octets: Buffer): void {
  reader.reset(octets);
  reader.at = FILE_HEADER_SIZE;
}

/** Where the last complete batch begins and ends. */
function findCommits(
  reader: RecordReader,
  octets: Buffer,
): { committedEnd: number; lastBatchStart: number; isLastDamaged: boolean } {
  rewind(reader, octets);
  let committedEnd = FILE_HEADER_SIZE;
  let lastBatchStart = FILE_HEADER_SIZE;
  let damagedBefore = 0;
  let isLastDamaged = false;
  while (reader.next(octets.length)) {
    if (reader.type !== COMMIT) continue;
    const start = reader.at - reader.number(AT.count);
    // A batch whose own commit is damaged is a part of the next one.
    lastBatchStart = Math.max(FILE_HEADER_SIZE, Math.min(start, committedEnd));
    committedEnd = reader.at + reader.length;
    isLastDamaged = reader.damagedOctets > damagedBefore;
    damagedBefore = reader.damagedOctets;
  }
  return { committedEnd, lastBatchStart, isLastDamaged };
}
