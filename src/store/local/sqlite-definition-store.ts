/**
 * Definitions on disk. Changes gather while earlier ones are being written; each group is one transaction of SQLite
 * and one sync in the thread pool, and only then do its promises resolve:
 *
 *   put, delete -> group -> COMMIT (into SQLite's log, unsynced) -> fdatasync of the log -> promises resolve
 *
 * SQLite with `synchronous=FULL` does the same two steps, but with the sync in this thread. What is ours to get right
 * is a sync that fails: the system then takes the log's octets for written, so that a second sync succeeds without
 * doing anything. The octets of the group are therefore kept until they are durable, and written again before
 * the next attempt.
 */
import type { Disk, DiskError, DiskFile } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Timers } from '../../runtime/timers.ts';
import type { Definition, DefinitionKind, DefinitionStore } from '../definition-store.ts';
import { DefinitionDatabase, type DefinitionChange } from './definition-database.ts';

/** Where the log is moved into the database, in octets: this thread does that, which takes some milliseconds. */
const LOG_SIZE_MAX = 4 * 1024 * 1024;

/** The first pause after an error, and the longest, in milliseconds. */
const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 5000;

/** The log is read in pieces of this many octets. */
const PIECE_SIZE = 64 * 1024;

export interface SqliteDefinitionStoreOptions {
  /** The database file. */
  readonly path: string;
  readonly disk: Disk;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Changes that become durable together. */
interface Group {
  readonly changes: DefinitionChange[];
  readonly durable: PromiseWithResolvers<void>;
}

export class SqliteDefinitionStore implements DefinitionStore {
  readonly #database: DefinitionDatabase;
  readonly #timers: Timers;
  readonly #log: Logger;
  /** SQLite's log, opened a second time to sync it. */
  readonly #file: DiskFile;
  /** The group that is being written. */
  #writing: Group | null = null;
  /** What comes after it. */
  #gathering: Group | null = null;
  /** The work that is under way; resolves when there is none left. */
  #work: Promise<void> | null = null;
  /** Octets at the log's start that are durable. */
  #durableSize = 0;
  /** False after an error: what was not committed may lie behind what was. True again once the log is empty. */
  #isLogExact = true;
  #isFailing = false;
  #isCheckpointFailing = false;
  #isClosing = false;
  #endPause: (() => void) | null = null;

  /** @throws DataDirectoryError */
  constructor(options: SqliteDefinitionStoreOptions) {
    this.#timers = options.timers;
    this.#log = options.log;
    this.#database = new DefinitionDatabase(options.path);
    try {
      this.#checkpoint();
      this.#file = options.disk.open(this.#database.logPath, 'existing');
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  load(kind: DefinitionKind): readonly Definition[] {
    const found = this.#database.load(kind, (key) => {
      this.#log.error('a definition cannot be read and is left out', { kind, key });
    });
    const pending = [this.#writing, this.#gathering].flatMap((group) => group?.changes ?? []);
    if (!pending.some((change) => change.kind === kind)) return found;
    const byKey = new Map(found.map((definition) => [definition.key, definition]));
    for (const change of pending) {
      if (change.kind !== kind) continue;
      const { key, json } = change;
      if (json === null) byKey.delete(key);
      else byKey.set(key, { kind, key, value: JSON.parse(json) });
    }
    return [...byKey.values()];
  }

  put({ kind, key, value }: Definition): Promise<void> {
    return this.#add({ kind, key, json: JSON.stringify(value) });
  }

  delete(kind: DefinitionKind, key: string): Promise<void> {
    return this.#add({ kind, key, json: null });
  }

  /** Nobody else can open the database, so there is never a change to tell. */
  watch(_listener: (kind: DefinitionKind, key: string) => void): () => void {
    return () => {};
  }

  /** Writes what is still to be written. Where that fails now, it is given up, and its promises stay pending. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#endPause?.();
    await this.#work;
    this.#file.close();
    this.#database.close();
  }

  #add(change: DefinitionChange): Promise<void> {
    if (this.#isClosing) return Promise.reject(new Error('the definitions are closed'));
    this.#gathering ??= { changes: [], durable: Promise.withResolvers<void>() };
    this.#gathering.changes.push(change);
    this.#work ??= this.#writeAll();
    return this.#gathering.durable.promise;
  }

  async #writeAll(): Promise<void> {
    // What is changed without a pause belongs together.
    await Promise.resolve();
    while (this.#gathering !== null) {
      const group = this.#gathering;
      this.#writing = group;
      this.#gathering = null;
      const isDurable = await this.#write(group);
      if (!isDurable) break;
      this.#writing = null;
      group.durable.resolve();
      if (this.#durableSize >= LOG_SIZE_MAX || !this.#isLogExact) this.#checkpoint();
    }
    this.#work = null;
  }

  async #write({ changes }: Group): Promise<boolean> {
    const isCommitted = await this.#insist(() => this.#database.apply(changes));
    if (!isCommitted) return false;
    let octets: Buffer | null = null;
    let isAgain = false;
    return this.#insist(async () => {
      octets ??= this.#readLog();
      if (isAgain) await writeFile(this.#file, octets, this.#durableSize);
      isAgain = true;
      await syncFile(this.#file);
      if (this.#isLogExact) this.#durableSize += octets.length;
    });
  }

  /** What SQLite has logged since the last sync. */
  #readLog(): Buffer {
    const pieces: Buffer[] = [];
    for (let position = this.#durableSize; ; position += PIECE_SIZE) {
      const piece = Buffer.allocUnsafe(PIECE_SIZE);
      const length = this.#file.readSync(piece, position);
      pieces.push(piece.subarray(0, length));
      if (length < PIECE_SIZE) return Buffer.concat(pieces);
    }
  }

  /** Tries until it works. False when the store is being closed and it still does not. */
  async #insist(action: () => Promise<void> | void): Promise<boolean> {
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      try {
        await action();
        if (this.#isFailing) this.#log.info('definitions can be written again');
        this.#isFailing = false;
        return true;
      } catch (error) {
        this.#isLogExact = false;
        this.#tell(error);
        if (this.#isClosing) return false;
        await this.#pause(pauseMs);
      }
    }
  }

  /** Once until it works again. */
  #tell(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#log.error('definitions cannot be written: who declares or deletes waits until they can', {
      path: this.#database.path,
      reason: textOf(error),
    });
  }

  async #pause(durationMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#timers.after(durationMs, resolve);
      this.#endPause = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#endPause = null;
  }

  /** Where it fails, the log goes on growing, and all is tried again after the next group. */
  #checkpoint(): void {
    this.#durableSize = 0;
    try {
      this.#database.checkpoint();
      this.#isLogExact = true;
      this.#isCheckpointFailing = false;
    } catch (error) {
      this.#isLogExact = false;
      if (this.#isCheckpointFailing) return;
      this.#isCheckpointFailing = true;
      this.#log.warn('definitions cannot be moved into the database file yet', {
        reason: textOf(error),
      });
    }
  }
}

function syncFile(file: DiskFile): Promise<void> {
  return new Promise((resolve, reject) => file.sync(settle(resolve, reject)));
}

function writeFile(file: DiskFile, octets: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => file.write(octets, position, settle(resolve, reject)));
}

function settle(
  resolve: () => void,
  reject: (error: DiskError) => void,
): (error: DiskError | null) => void {
  return (error) => {
    if (error === null) resolve();
    else reject(error);
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
