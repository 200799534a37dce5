// An open file of the simulated disk. It checks beside that a program keeps to what it promised: octets that are being
// written do not change, and a file that is in use is not closed.
import type { DiskCallback, DiskError, DiskFile } from '../../src/runtime/disk.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { FileContent } from './file-content.ts';
import { diskError, type OperationQueue } from './operation-queue.ts';
import { partsOf, type Write } from './torn-write.ts';

/** What a file needs of its disk. */
export interface FileHost {
  readonly operations: OperationQueue;
  readonly random: SeededRandom;
  freeOctets(path: string): number;
  /** The file was closed. */
  forget(file: SimulatedFile): void;
}

/** What a buffer holds while it is being read into: a program that looks too early finds this. */
const UNREAD = 0xa5;

export class SimulatedFile implements DiskFile {
  readonly path: string;
  readonly content: FileContent;
  readonly #host: FileHost;
  #isClosed = false;
  #underWay = 0;

  constructor(path: string, content: FileContent, host: FileHost) {
    this.path = path;
    this.content = content;
    this.#host = host;
  }

  size(): number {
    this.#assertOpen();
    return this.content.size;
  }

  write(octets: Uint8Array, position: number, done: DiskCallback): void {
    const write = { position, octets: new Uint8Array(octets) };
    this.#begin('write', write, (code) => {
      if (Buffer.compare(octets, write.octets) !== 0) {
        throw new Error(`${this.path}: octets at ${position} were changed while they were written`);
      }
      done(this.#endWrite(write, code));
    });
  }

  #endWrite(write: Write, code: string | null): DiskError | null {
    const { position, octets } = write;
    if (code === 'ENOSPC') return this.#writeBeginning(write, this.#below(octets.length));
    if (code !== null) {
      for (const part of partsOf(write, this.#host.random)) this.content.change(part);
      return diskError(code, 'write', this.path);
    }
    const growth = position + octets.length - this.content.size;
    const missing = growth - this.#host.freeOctets(this.path);
    if (octets.length > 0 && growth > 0 && missing > 0) {
      return this.#writeBeginning(write, Math.max(0, octets.length - missing));
    }
    this.content.change(write);
    return null;
  }

  #writeBeginning({ position, octets }: Write, length: number): DiskError {
    if (length > 0) this.content.change({ position, octets: octets.subarray(0, length) });
    return diskError('ENOSPC', 'write', this.path);
  }

  #below(length: number): number {
    return length === 0 ? 0 : this.#host.random.below(length);
  }

  sync(done: DiskCallback): void {
    const { changeCount } = this.content;
    this.#begin('sync', null, (code) => {
      if (code === null) this.content.sync(changeCount);
      else this.content.failSync(changeCount, this.#host.random);
      done(code === null ? null : diskError(code, 'fdatasync', this.path));
    });
  }

  readSync(target: Uint8Array, position: number): number {
    this.#assertOpen();
    return this.#host.operations.readAtOnce(this.path, () => this.content.read(target, position));
  }

  read(
    target: Uint8Array,
    position: number,
    done: (error: DiskError | null, count: number) => void,
  ): void {
    this.#begin('read', null, (code) => {
      if (code === null) done(null, this.content.read(target, position));
      else done(diskError(code, 'read', this.path), 0);
    });
    target.fill(UNREAD);
  }

  truncate(size: number): void {
    this.#assertOpen();
    this.#host.operations.atOnce('ftruncate', this.path, () => {
      if (size - this.content.size > this.#host.freeOctets(this.path)) {
        throw diskError('ENOSPC', 'ftruncate', this.path);
      }
      this.content.change({ size });
    });
  }

  close(): void {
    if (this.#isClosed || this.#host.operations.hasCrashed) return;
    if (this.#underWay > 0) throw new Error(`${this.path} is closed while it is in use`);
    this.#isClosed = true;
    this.#host.forget(this);
  }

  #begin(
    kind: 'write' | 'sync' | 'read',
    write: Write | null,
    end: (code: string | null) => void,
  ): void {
    this.#assertOpen();
    const endAndCount = (code: string | null): void => {
      this.#underWay--;
      end(code);
    };
    this.#host.operations.begin({ kind, content: this.content, write, end: endAndCount });
    this.#underWay++;
  }

  #assertOpen(): void {
    this.#host.operations.assertRunning();
    if (this.#isClosed) throw new Error(`${this.path} is closed`);
  }
}
