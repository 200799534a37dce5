// Reads files that people write, such as configuration: whole, and never more than they can sensibly be.
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';

/** Why a file or directory cannot be read, in a few words that follow its name. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}

/**
 * Devices and pipes are refused: they might never end.
 *
 * @throws UnreadableFileError
 */
export function readSmallFile(path: string, longestOctets: number): Buffer {
  let descriptor: number | null = null;
  try {
    // Looked at first: opening a pipe would wait for who writes into it.
    if (!statSync(path).isFile()) throw new UnreadableFileError('is not a file');
    descriptor = openSync(path, 'r');
    const { size } = fstatSync(descriptor);
    if (size > longestOctets) throw tooLarge(longestOctets);
    // One more than there should be, to notice a file that grows. Some do not tell their size.
    const octets = Buffer.alloc((size === 0 ? longestOctets : size) + 1);
    let length = 0;
    for (let count = 1; count > 0 && length < octets.length; length += count) {
      count = readSync(descriptor, octets, length, octets.length - length, null);
    }
    if (length > longestOctets) throw tooLarge(longestOctets);
    if (size > 0 && length > size) throw new UnreadableFileError('grows while it is read');
    return octets.subarray(0, length);
  } catch (error) {
    throw unreadable(error);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

export type KindOfPath = 'file' | 'directory' | 'absent';

/** @throws UnreadableFileError when the system will not tell */
export function kindOfPath(path: string): KindOfPath {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return 'absent';
    throw unreadable(error);
  }
}

/**
 * The names in a directory, in lexical order.
 *
 * @throws UnreadableFileError
 */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (error) {
    throw unreadable(error);
  }
}

/** Why a file cannot be read, in words that follow its name; null when it can. */
export function whyUnreadable(path: string): string | null {
  try {
    if (!statSync(path).isFile()) return 'is not a file';
    accessSync(path, constants.R_OK);
    return null;
  } catch (error) {
    return unreadable(error).message;
  }
}

function tooLarge(longestOctets: number): UnreadableFileError {
  return new UnreadableFileError(`is larger than ${longestOctets / 1024} KiB`);
}

function unreadable(error: unknown): UnreadableFileError {
  if (error instanceof UnreadableFileError) return error;
  const code = codeOf(error);
  return new UnreadableFileError(PROBLEMS[code] ?? `cannot be read (${code})`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is not a directory',
  EACCES: 'is not readable for this user',
  EPERM: 'is not readable for this user',
  ELOOP: 'is a link that leads nowhere',
  ENAMETOOLONG: 'has a name that is too long for a path',
};
