/** What the files of the journal begin with, and how they are named. */
import { crc32 } from 'node:zlib';

/** Octets of the header; records follow. */
export const FILE_HEADER_SIZE = 64;
/** Raised when records or pages change in a way that older programs would misread. */
const FORMAT_VERSION = 1;

/** Where the checksum of what is before it lies. */
const CHECKSUM_AT = FILE_HEADER_SIZE - 4;

/** A file that is of another kind, or one that a newer Leveret has written. */
export class FileHeaderError extends Error {}

/** `LEVERET` and what kind of file it is: W for the write-ahead log, S for segments. */
export function writeFileHeader(octets: Buffer, kind: 'W' | 'S', number: number): void {
  octets.fill(0, 0, FILE_HEADER_SIZE);
  octets.write(`LEVERET${kind}`, 0, 'latin1');
  octets.writeUInt32LE(FORMAT_VERSION, 8);
  octets.writeUInt32LE(number, 12);
  octets.writeUInt32LE(crc32(octets.subarray(0, CHECKSUM_AT)), CHECKSUM_AT);
}

/**
 * Checks a header. False: it is damaged, or was never written as a whole. What follows has checksums of its own.
 *
 * @throws FileHeaderError when it is of another kind or version
 */
export function checkFileHeader(octets: Buffer, kind: 'W' | 'S', path: string): boolean {
  if (octets.length < FILE_HEADER_SIZE) return false;
  if (crc32(octets.subarray(0, CHECKSUM_AT)) !== octets.readUInt32LE(CHECKSUM_AT)) return false;
  if (octets.toString('latin1', 0, 8) !== `LEVERET${kind}`) {
    throw new FileHeaderError(`${path} is not a file of Leveret's: move it away`);
  }
  const version = octets.readUInt32LE(8);
  if (version > FORMAT_VERSION) {
    throw new FileHeaderError(
      `${path} was written by a newer Leveret (format ${version}, this one reads ${FORMAT_VERSION}): start that one`,
    );
  }
  return true;
}

export function fileName(number: number, extension: 'wal' | 'seg'): string {
  return `${String(number).padStart(10, '0')}.${extension}`;
}

/** The numbers of the files in a listing, ascending. */
export function fileNumbers(names: readonly string[], extension: 'wal' | 'seg'): number[] {
  return names
    .filter((name) => name.endsWith(`.${extension}`) && /^\d{10}\./u.test(name))
    .map((name) => Number(name.slice(0, 10)))
    .sort((a, b) => a - b);
}
