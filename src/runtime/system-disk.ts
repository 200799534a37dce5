// The real disk. What need not be waited for (writes, syncs, reads on behalf of consumers) runs in the thread pool of
// Node; what is rare, or happens before clients are served, is done at once.
import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  readSync,
  statfsSync,
  unlinkSync,
  write,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Disk, DiskCallback, DiskError, DiskFile } from './disk.ts';

/** Messages are nobody's business but the broker's: others on the machine do not read them. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

class SystemFile implements DiskFile {
  readonly path: string;
  #descriptor: number;
  /** Operations that the thread pool has: closing before they are done would let them meet another file. */
  #underWay = 0;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  size(): number {
    this.#assertOpen();
    return fstatSync(this.#descriptor).size;
  }

  write(octets: Uint8Array, position: number, done: DiskCallback): void {
    this.#begin();
    this.#writeFrom(0, octets, position, done);
  }

  /** The system may write less than it was given; what is left is written next. */
  #writeFrom(start: number, octets: Uint8Array, position: number, done: DiskCallback): void {
    const length = octets.length - start;
    write(this.#descriptor, octets, start, length, position + start, (error, count) => {
      if (error === null && count < length && count > 0) {
        this.#writeFrom(start + count, octets, position, done);
        return;
      }
      this.#underWay--;
      done(error ?? (count < length ? nothingWritten(this.path) : null));
    });
  }

  sync(done: DiskCallback): void {
    this.#begin();
    fdatasync(this.#descriptor, (error) => {
      this.#underWay--;
      done(error);
    });
  }

  readSync(target: Uint8Array, position: number): number {
    this.#assertOpen();
    let count = 0;
    while (count < target.length) {
      const length = target.length - count;
      const more = readSync(this.#descriptor, target, count, length, position + count);
      if (more === 0) break;
      count += more;
    }
    return count;
  }

  read(
    target: Uint8Array,
    position: number,
    done: (error: DiskError | null, count: number) => void,
  ): void {
    this.#begin();
    this.#readFrom(0, target, position, done);
  }

  #readFrom(
    start: number,
    target: Uint8Array,
    position: number,
    done: (error: DiskError | null, count: number) => void,
  ): void {
    const length = target.length - start;
    read(this.#descriptor, target, start, length, position + start, (error, count) => {
      if (error === null && count < length && count > 0) {
        this.#readFrom(start + count, target, position, done);
        return;
      }
      this.#underWay--;
      done(error, error === null ? start + count : start);
    });
  }

  truncate(size: number): void {
    this.#assertOpen();
    ftruncateSync(this.#descriptor, size);
  }

  close(): void {
    if (this.#descriptor === CLOSED) return;
    if (this.#underWay > 0) throw new Error(`${this.path} is closed while it is in use`);
    const descriptor = this.#descriptor;
    this.#descriptor = CLOSED;
    closeSync(descriptor);
  }

  #begin(): void {
    this.#assertOpen();
    this.#underWay++;
  }

  #assertOpen(): void {
    if (this.#descriptor === CLOSED) throw new Error(`${this.path} is closed`);
  }
}

const CLOSED = -1;

/** Neither an error nor progress: without this a write would be tried for ever. */
function nothingWritten(path: string): DiskError {
  return Object.assign(new Error(`EIO: ${path} takes no more octets`), { code: 'EIO', path });
}

export const systemDisk: Disk = {
  open(path, mode) {
    const create = mode === 'create' ? constants.O_CREAT | constants.O_EXCL : 0;
    return new SystemFile(path, openSync(path, constants.O_RDWR | create, FILE_MODE));
  },

  list(directory) {
    try {
      return readdirSync(directory).sort();
    } catch (error) {
      if ((error as DiskError).code === 'ENOENT') return [];
      throw error;
    }
  },

  makeDirectory(path) {
    const first = mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
    if (first === undefined) return;
    // Each new directory is an entry of the one above it.
    for (let made = path; ; made = dirname(made)) {
      this.syncDirectory(dirname(made));
      if (made === first || dirname(made) === made) return;
    }
  },

  remove(path) {
    unlinkSync(path);
  },

  syncDirectory(path) {
    // Windows cannot sync directories, and NTFS keeps a journal of them.
    if (process.platform === 'win32') return;
    const descriptor = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },

  freeOctets(path) {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  },
};
