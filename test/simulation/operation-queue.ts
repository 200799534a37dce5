// The operations of a simulated disk: counted, ended one by one in an order that the seed chooses, failing and stopping
// where a test says so.
import type { DiskError } from '../../src/runtime/disk.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { FileContent } from './file-content.ts';
import type { Write } from './torn-write.ts';

/** Thrown by whatever is asked of a disk whose machine has crashed: the end of a run. */
export class SimulatedCrash extends Error {}

/** What is done in the background. */
export interface Operation {
  readonly kind: 'write' | 'sync' | 'read';
  readonly content: FileContent;
  /** What a write writes; of this a crash may leave a part. */
  readonly write: Write | null;
  /** Does it, or as much as is done where it fails with `code`, and calls back. */
  end(code: string | null): void;
}

interface Pending extends Operation {
  /** Changes and syncs are counted together from 1, reads by themselves. */
  readonly number: number;
}

const TEXTS: Readonly<Record<string, string>> = {
  EEXIST: 'file already exists',
  EIO: 'i/o error',
  EISDIR: 'illegal operation on a directory',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
};

/** An error as the system gives it. */
export function diskError(code: string, call: string, path: string): DiskError {
  const message = `${code}: ${TEXTS[code] ?? 'error'}, ${call} '${path}'`;
  return Object.assign(new Error(message), { code, syscall: call, path });
}

export class OperationQueue {
  readonly #random: SeededRandom;
  readonly #pending: Pending[] = [];
  /** Codes of errors by the number of the operation, or of the read, that they are for. */
  readonly #failures = new Map<number, string>();
  readonly #readFailures = new Map<number, string>();
  #failureOfAll: string | null = null;
  /** The operation in which the machine crashes; 0: in none. */
  #crashNumber = 0;
  #hasCrashed = false;
  operationCount = 0;
  writeCount = 0;
  syncCount = 0;
  readCount = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get hasCrashed(): boolean {
    return this.#hasCrashed;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** What has been begun on a file and not ended. */
  underWay(content: FileContent): Operation[] {
    return this.#pending.filter((operation) => operation.content === content);
  }

  begin(operation: Operation): void {
    this.assertRunning();
    const number = operation.kind === 'read' ? ++this.readCount : ++this.operationCount;
    if (operation.kind === 'write') this.writeCount++;
    if (operation.kind === 'sync') this.syncCount++;
    this.#pending.push({ ...operation, number, end: (code) => operation.end(code) });
  }

  /** Makes a change that nobody has to wait for. @throws DiskError, SimulatedCrash */
  atOnce<T>(call: string, path: string, change: () => T): T {
    this.assertRunning();
    const number = ++this.operationCount;
    if (call === 'fsync') this.syncCount++;
    if (number === this.#crashNumber) this.#crashWithin(change);
    const code = this.#failureOf(this.#failures, number);
    if (code !== null) throw diskError(code, call, path);
    return change();
  }

  /** The program does not learn of it, but the change may have been made. */
  #crashWithin(change: () => unknown): void {
    try {
      if (this.#random.oneIn(2)) change();
    } catch {
      // Refused: then there is nothing that could survive.
    }
    this.crash();
    this.assertRunning();
  }

  /** A read that somebody waits for. @throws DiskError, SimulatedCrash */
  readAtOnce<T>(path: string, read: () => T): T {
    this.assertRunning();
    const code = this.#readFailures.get(++this.readCount);
    if (code !== undefined) throw diskError(code, 'read', path);
    return read();
  }

  /** Ends one operation; false when there is none. @throws SimulatedCrash */
  step(): boolean {
    this.assertRunning();
    if (this.#pending.length === 0) return false;
    // Disks are mostly fair: half of the time it is the oldest one's turn.
    const index = this.#random.oneIn(2) ? 0 : this.#random.below(this.#pending.length);
    const operation = this.#pending[index]!;
    const { kind, number } = operation;
    if (kind !== 'read' && number === this.#crashNumber) {
      // It is still under way then, so that a part of it may survive.
      this.crash();
      this.assertRunning();
    }
    this.#pending.splice(index, 1);
    if (kind === 'read') operation.end(this.#readFailures.get(number) ?? null);
    else operation.end(this.#failureOf(this.#failures, number));
    return true;
  }

  #failureOf(failures: ReadonlyMap<number, string>, number: number): string | null {
    return failures.get(number) ?? this.#failureOfAll;
  }

  failAt(number: number, code: string): void {
    this.#failures.set(number, code);
  }

  failReadAt(number: number, code: string): void {
    this.#readFailures.set(number, code);
  }

  failAll(code: string | null): void {
    this.#failureOfAll = code;
  }

  crashAt(number: number): void {
    this.#crashNumber = number;
  }

  crash(): void {
    this.#hasCrashed = true;
  }

  assertRunning(): void {
    if (this.#hasCrashed) throw new SimulatedCrash('the machine of this disk has crashed');
  }
}
