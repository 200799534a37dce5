// A file that a log goes to. It is begun anew when it has grown, if that is wanted: the old ones are kept as FILE.0, the
// youngest, FILE.1 and so on, as RabbitMQ names them.
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { LogDestination } from './create-logger.ts';

export interface LogFileOptions {
  /** Its directory is made where it is missing. */
  readonly path: string;
  /** In octets; 0 for no rotation. */
  readonly rotationSize: number;
  /** Old files that are kept. */
  readonly rotationCount: number;
  readonly isCompressed: boolean;
  /** Told what went wrong, once until something is written again: a broker without a log is better than none. */
  readonly onTrouble: (error: unknown) => void;
}

export class LogFile implements LogDestination {
  readonly #options: LogFileOptions;
  #descriptor: number;
  #size: number;
  #isInTrouble = false;
  #isCompressing = false;

  /** @throws the system's error when the file cannot be opened */
  constructor(options: LogFileOptions) {
    this.#options = options;
    mkdirSync(dirname(options.path), { recursive: true });
    this.#descriptor = openSync(options.path, 'a', 0o640);
    this.#size = fstatSync(this.#descriptor).size;
  }

  write(text: string): void {
    this.#guard(() => {
      const octets = Buffer.from(text);
      const { rotationSize } = this.#options;
      const isFull =
        rotationSize > 0 && this.#size > 0 && this.#size + octets.length > rotationSize;
      if (isFull && !this.#isCompressing) this.#rotate();
      for (let written = 0; written < octets.length; ) {
        written += writeSync(this.#descriptor, octets, written);
      }
      this.#size += octets.length;
    });
  }

  /** Never: what fails goes to `onTrouble`. */
  on(): void {}

  /** For who moved the file away: goes on in one of the same name. */
  reopen(): void {
    this.#guard(() => {
      const next = openSync(this.#options.path, 'a', 0o640);
      closeSync(this.#descriptor);
      this.#descriptor = next;
      this.#size = fstatSync(next).size;
    });
  }

  #rotate(): void {
    const { path, rotationCount, isCompressed } = this.#options;
    for (let index = rotationCount - 1; index >= 0; index -= 1) {
      for (const ending of ['', '.gz']) {
        const old = `${path}.${index}${ending}`;
        if (!existsSync(old)) continue;
        if (index + 1 >= rotationCount) rmSync(old);
        else renameSync(old, `${path}.${index + 1}${ending}`);
      }
    }
    if (rotationCount === 0) rmSync(path, { force: true });
    else renameSync(path, `${path}.0`);
    this.reopen();
    if (isCompressed && rotationCount > 0) void this.#compress(`${path}.0`);
  }

  async #compress(path: string): Promise<void> {
    this.#isCompressing = true;
    try {
      const target = createWriteStream(`${path}.gz`, { mode: 0o640 });
      await pipeline(createReadStream(path), createGzip(), target);
      rmSync(path);
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#isCompressing = false;
    }
  }

  #guard(action: () => void): void {
    try {
      action();
      this.#isInTrouble = false;
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (!this.#isInTrouble) this.#options.onTrouble(error);
    this.#isInTrouble = true;
  }
}
