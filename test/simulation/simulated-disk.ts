// The simulated twin of the real disk: it keeps everything in memory, does nothing by itself, and loses at a crash what
// was not synced. All that it chooses (the order in which operations end, what survives) follows from its seed.
import { basename, dirname, resolve } from 'node:path';
import type { Disk, DiskFile } from '../../src/runtime/disk.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { FileContent, type Survival } from './file-content.ts';
import { FileNames } from './file-names.ts';
import { diskError, OperationQueue } from './operation-queue.ts';
import { SimulatedFile, type FileHost } from './simulated-file.ts';

export { SimulatedCrash } from './operation-queue.ts';

/** Many more than any test needs: this finds a program that never stops writing. */
const MOST_STEPS = 10_000_000;

export class SimulatedDisk implements Disk {
  readonly #random: SeededRandom;
  readonly #operations: OperationQueue;
  readonly #names: FileNames;
  readonly #directories: Set<string>;
  readonly #openFiles = new Set<SimulatedFile>();
  readonly #host: FileHost;
  #capacity = Number.MAX_SAFE_INTEGER;

  constructor(
    seed: number,
    names: FileNames = new FileNames(),
    directories: Iterable<string> = [],
  ) {
    this.#random = new SeededRandom(seed);
    this.#operations = new OperationQueue(this.#random);
    this.#names = names;
    this.#directories = new Set(directories);
    this.#host = {
      operations: this.#operations,
      random: this.#random,
      freeOctets: () => this.#freeOctets(),
      forget: (file) => void this.#openFiles.delete(file),
    };
  }

  // For the test that owns it.

  /**
   * Ends one of the operations that are under way and calls back; false when there is none. What the callback throws
   * comes out of here. @throws SimulatedCrash
   */
  step(): boolean {
    return this.#operations.step();
  }

  /** Ends all operations, and those that their callbacks begin. @throws SimulatedCrash */
  settle(): void {
    for (let i = 0; i < MOST_STEPS; i++) {
      if (!this.step()) return;
    }
    throw new Error('the disk does not come to rest');
  }

  /**
   * The machine stops, if it has not yet: nothing calls back any more, and everything that is asked of this disk throws
   * SimulatedCrash. Returns a disk with what is left, with the same capacity and none of the failures asked for.
   */
  crash(seed: number = this.#random.below(2 ** 31)): SimulatedDisk {
    this.#operations.crash();
    return this.survivors(seed);
  }

  /** What a crash now would leave, while this disk goes on: for looking at many crashes of one run. */
  survivors(seed: number): SimulatedDisk {
    const random = new SeededRandom(seed);
    const survival = random.pick<Survival>(['nothing', 'some', 'some', 'some', 'everything']);
    const contentAfter = (content: FileContent): FileContent => {
      const writes = this.#operations.underWay(content).map(({ write }) => write);
      return content.survivor(
        writes.filter((write) => write !== null),
        survival,
        random,
      );
    };
    const names = this.#names.survivor(contentAfter, survival, random);
    const disk = new SimulatedDisk(random.below(2 ** 31), names, this.#directories);
    disk.#capacity = this.#capacity;
    return disk;
  }

  /**
   * Lets the machine crash in the middle of the operation with this number (1 is the first; see `operationCount`): it
   * may be done, or a part of it, and nobody learns of it. A write or sync crashes when it would have ended.
   */
  crashAt(number: number): void {
    this.#operations.crashAt(number);
  }

  /** Lets the operation with this number fail: with ENOSPC, EIO, ... What a failed write or sync did is seeded. */
  failAt(number: number, code: string): void {
    this.#operations.failAt(number, code);
  }

  /** Lets the read with this number fail. */
  failReadAt(number: number, code: string): void {
    this.#operations.failReadAt(number, code);
  }

  /** Lets all operations fail that end from now on; null ends that. Reads go on. */
  failAll(code: string | null): void {
    this.#operations.failAll(code);
  }

  /** Octets that all files may take together. What is there stays. */
  setCapacity(octets: number): void {
    this.#capacity = octets;
  }

  /** Turns over one bit (0 to 7) of one octet, for readers and for good. Beyond the file's end it does nothing. */
  flipBit(path: string, position: number, bit: number): void {
    this.#find(path, 'flip').flipBit(position, bit);
  }

  get hasCrashed(): boolean {
    return this.#operations.hasCrashed;
  }

  /** How many operations were begun: everything that changes something (`open` with `create` too), and syncs. */
  get operationCount(): number {
    return this.#operations.operationCount;
  }

  get writeCount(): number {
    return this.#operations.writeCount;
  }

  /** Of files and of directories. */
  get syncCount(): number {
    return this.#operations.syncCount;
  }

  get readCount(): number {
    return this.#operations.readCount;
  }

  /** Writes, syncs and reads that have not ended. */
  get pendingCount(): number {
    return this.#operations.pendingCount;
  }

  get openFileCount(): number {
    return this.#openFiles.size;
  }

  // For the program.

  open(path: string, mode: 'create' | 'existing'): DiskFile {
    this.#operations.assertRunning();
    const content = mode === 'create' ? this.#create(path) : this.#find(path, 'open');
    const file = new SimulatedFile(path, content, this.#host);
    this.#openFiles.add(file);
    return file;
  }

  #create(path: string): FileContent {
    return this.#operations.atOnce('open', path, () => {
      this.#assertDirectory(dirname(resolve(path)), 'open');
      if (this.#exists(path)) throw diskError('EEXIST', 'open', path);
      if (this.#freeOctets() <= 0) throw diskError('ENOSPC', 'open', path);
      const content = new FileContent();
      this.#names.set(resolve(path), content);
      return content;
    });
  }

  list(directory: string): readonly string[] {
    this.#operations.assertRunning();
    const path = resolve(directory);
    if (this.#missing(path) === 'ENOTDIR') throw diskError('ENOTDIR', 'scandir', directory);
    return [...this.#names.paths(), ...this.#directories]
      .filter((name) => dirname(name) === path && name !== path)
      .map((name) => basename(name))
      .sort();
  }

  makeDirectory(path: string): void {
    this.#operations.atOnce('mkdir', path, () => {
      const above: string[] = [];
      for (let next = resolve(path); dirname(next) !== next; next = dirname(next)) {
        if (this.#names.get(next) !== null) {
          throw diskError(next === resolve(path) ? 'EEXIST' : 'ENOTDIR', 'mkdir', path);
        }
        above.push(next);
      }
      for (const directory of above) this.#directories.add(directory);
    });
  }

  remove(path: string): void {
    this.#operations.atOnce('unlink', path, () => {
      this.#find(path, 'unlink');
      this.#names.set(resolve(path), null);
    });
  }

  syncDirectory(path: string): void {
    this.#operations.atOnce('fsync', path, () => {
      this.#assertDirectory(path, 'open');
      this.#names.sync(resolve(path));
    });
  }

  freeOctets(path: string): number {
    this.#operations.assertRunning();
    if (!this.#exists(path)) throw diskError(this.#missing(path), 'statfs', path);
    return this.#freeOctets();
  }

  /** Removed files take space until they are closed. */
  #freeOctets(): number {
    const named = this.#names.paths().map((path) => this.#names.get(path));
    const contents = new Set([...named, ...[...this.#openFiles].map(({ content }) => content)]);
    let taken = 0;
    for (const content of contents) taken += content?.size ?? 0;
    return Math.max(0, this.#capacity - taken);
  }

  #find(path: string, call: string): FileContent {
    const content = this.#names.get(resolve(path));
    if (content !== null) return content;
    throw diskError(this.#exists(path) ? 'EISDIR' : this.#missing(path), call, path);
  }

  #exists(path: string): boolean {
    return this.#names.get(resolve(path)) !== null || this.#isDirectory(path);
  }

  #isDirectory(path: string): boolean {
    const directory = resolve(path);
    return dirname(directory) === directory || this.#directories.has(directory);
  }

  #assertDirectory(path: string, call: string): void {
    if (!this.#isDirectory(path)) throw diskError(this.#missing(path), call, path);
  }

  /** The error for a path that leads nowhere: it may lead through a file. */
  #missing(path: string): 'ENOENT' | 'ENOTDIR' {
    for (let next = resolve(path); dirname(next) !== next; next = dirname(next)) {
      if (this.#names.get(next) !== null) return 'ENOTDIR';
    }
    return 'ENOENT';
  }
}
