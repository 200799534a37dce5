/**
 * The write-ahead log: what all queues append goes into one batch; one write and one fdatasync make the batch durable,
 * while the next one gathers. Files of limited size follow each other; what becomes of old ones is not decided here.
 */
import type { Clock } from '../../runtime/clock.ts';
import type { Disk, DiskError } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Timer, Timers } from '../../runtime/timers.ts';
import { CommitTimes } from '../commit-times.ts';
import type { CommitWaiter } from '../journal.ts';
import { FILE_HEADER_SIZE, fileName, writeFileHeader } from './file-header.ts';
import { RecordBatch } from './record-batch.ts';
import { WalFile } from './wal-file.ts';

const BATCH_OCTETS = 1024 * 1024;
/** What nobody waits for (settlements, mostly) may gather for this long before it is written, in milliseconds. */
const UNHURRIED_MS = 4;
/** A batch of this size is written although nobody waits. */
const UNHURRIED_OCTETS_MAX = 512 * 1024;
/** A batch of this size, gathered while another is written, is more than the disk keeps up with. */
const PRESSURE_OCTETS = 16 * 1024 * 1024;
/** How soon a write that failed is tried again, in milliseconds. */
const RETRY_MS = 250;

export interface WriteAheadLogOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  /** Number of the first file to be written. */
  readonly firstNumber: number;
  /** Size at which a file is full, in octets. */
  readonly fileSize: number;
  /** Whether a commit waits until the disk has what was written. */
  readonly isSynced: boolean;
  /** Whether `onCut` will add something. */
  readonly hasMore: () => boolean;
  /** Called before a batch is complete: the last chance to add to it. */
  readonly onCut: (batch: RecordBatch) => void;
  /** A new file begins with `batch`: what each file has to tell. */
  readonly onNewFile: (batch: RecordBatch) => void;
  /** Waiters were told. */
  readonly onCommitted: () => void;
  /** The disk refuses to write; null: it writes again. */
  readonly onTrouble: (error: DiskError | null) => void;
  /** Much gathers while a batch is written; false: it is being written now. */
  readonly onPressure: (isHigh: boolean) => void;
}

export class WriteAheadLog {
  /** What is gathered. */
  batch: RecordBatch = new RecordBatch(BATCH_OCTETS);
  /** The file that `batch` will be written to. */
  file: WalFile;
  /** Files that still exist, oldest first; the last is `file`. */
  readonly files: WalFile[] = [];
  /** Octets written so far. */
  writtenOctets = 0;
  readonly commitTimes: CommitTimes = new CommitTimes();
  readonly #options: WriteAheadLogOptions;
  #spare: RecordBatch = new RecordBatch(BATCH_OCTETS);
  /** Length of a batch that has nothing in it yet. */
  #emptyLength = 0;
  #isWriting = false;
  #hasFailed = false;
  #isPressed = false;
  #timer: Timer | null = null;
  #retry: Timer | null = null;
  readonly #whenFailed: (() => void)[] = [];
  #waiters: CommitWaiter[] = [];
  #tokens: number[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(options: WriteAheadLogOptions) {
    this.#options = options;
    this.file = this.#newFile(options.firstNumber);
  }

  whenDurable(waiter: CommitWaiter, token: number): void {
    this.#waiters.push(waiter);
    this.#tokens.push(token);
  }

  /** Calls back once everything appended so far is durable. */
  afterCommit(callback: () => void): void {
    this.whenDurable({ committed: callback }, 0);
    this.commit();
  }

  /** The same, for who is called while others append: what belongs together stays in one batch. */
  soonAfterCommit(callback: () => void): void {
    this.whenDurable({ committed: callback }, 0);
    this.#commitSoon();
  }

  /** Starts to write what is gathered: at once when somebody waits. */
  commit(): void {
    const { length } = this.batch;
    if (this.#isWriting) this.#press(length > PRESSURE_OCTETS);
    else if (this.#isEmpty()) this.#tellWaiters();
    else if (this.#waiters.length > 0) this.#cut();
    else if (length > UNHURRIED_OCTETS_MAX) this.#cut();
    else this.#commitSoon();
  }

  #press(isHigh: boolean): void {
    if (isHigh === this.#isPressed) return;
    this.#isPressed = isHigh;
    this.#options.onPressure(isHigh);
  }

  #commitSoon(): void {
    this.#timer ??= this.#options.timers.after(UNHURRIED_MS, () => {
      this.#timer = null;
      if (this.#isWriting) return;
      if (this.#isEmpty()) this.#tellWaiters();
      else this.#cut();
    });
  }

  #isEmpty(): boolean {
    return this.batch.length === this.#emptyLength && !this.#options.hasMore();
  }

  /** Nothing is gathered or under way: all that they wait for is durable. */
  #tellWaiters(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    const tokens = this.#tokens;
    this.#waiters = [];
    this.#tokens = [];
    for (let i = 0; i < waiters.length; i++) waiters[i]!.committed(tokens[i]!);
  }

  /** Resolves when everything is durable. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => this.afterCommit(resolve));
    if (this.#isWriting) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Resolves when the disk refuses (again): what is gathered may never be written. */
  async failed(): Promise<void> {
    await new Promise<void>((resolve) => this.#whenFailed.push(resolve));
  }

  get isFailing(): boolean {
    return this.#hasFailed;
  }

  close(): void {
    this.#timer?.cancel();
    this.#retry?.cancel();
    for (const { file } of this.files) file?.close();
  }

  #newFile(number: number): WalFile {
    const file = new WalFile(number);
    this.files.push(file);
    this.batch.skip(FILE_HEADER_SIZE);
    this.#options.onNewFile(this.batch);
    this.#emptyLength = this.batch.length;
    return file;
  }

  /** The batch is complete: it is written, and the next begins. */
  #cut(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const { batch, file } = this;
    const waiters = this.#waiters;
    const tokens = this.#tokens;
    this.#waiters = [];
    this.#tokens = [];
    this.#isWriting = true;
    this.#options.onCut(batch);
    batch.commit();
    const isFirst = file.size === 0;
    const octets = batch.seal(isFirst ? FILE_HEADER_SIZE : 0);
    if (isFirst) writeFileHeader(octets, 'W', file.number);
    const position = file.size;
    file.size += octets.length;
    this.writtenOctets += octets.length;
    this.batch = this.#spare;
    this.#emptyLength = 0;
    if (file.size >= this.#options.fileSize) this.file = this.#newFile(file.number + 1);
    const { clock } = this.#options;
    const startMs = clock.monotonicMs();
    this.#write(file, octets, position, () => {
      this.commitTimes.add(clock.monotonicMs() - startMs);
      batch.clear();
      this.#spare = batch;
      this.#isWriting = false;
      this.#press(false);
      for (let i = 0; i < waiters.length; i++) waiters[i]!.committed(tokens[i]!);
      // What the waiters did belongs into the next batch: first its turn ends.
      this.#options.onCommitted();
      this.commit();
      if (this.#isWriting) return;
      const idle = this.#whenIdle;
      this.#whenIdle = [];
      for (const callback of idle) callback();
    });
  }

  /** Writes and syncs, again and again until it works: there is nothing else that would keep the promise. */
  #write(file: WalFile, octets: Buffer, position: number, done: () => void): void {
    const fail = (error: DiskError): void => {
      if (!this.#hasFailed) this.#options.log.error('the journal cannot be written', { error });
      this.#hasFailed = true;
      this.#options.onTrouble(error);
      const again = (): void => this.#write(file, octets, position, done);
      this.#retry = this.#options.timers.after(RETRY_MS, again);
      for (const callback of this.#whenFailed.splice(0)) callback();
    };
    const succeed = (): void => {
      if (this.#hasFailed) {
        this.#hasFailed = false;
        this.#options.log.info('the journal is written again');
        this.#options.onTrouble(null);
      }
      done();
    };
    try {
      this.#create(file);
    } catch (error) {
      fail(error as DiskError);
      return;
    }
    const target = file.file!;
    target.write(octets, position, (writeError) => {
      if (writeError !== null) {
        fail(writeError);
      } else if (this.#options.isSynced) {
        // After a failed sync what was written may be lost: it is all written again.
        target.sync((syncError) => (syncError === null ? succeed() : fail(syncError)));
      } else {
        succeed();
      }
    });
  }

  /** Makes sure that the file is there, and durably so. @throws DiskError; then it is to be called again */
  #create(file: WalFile): void {
    const { disk, directory } = this.#options;
    file.file ??= disk.open(`${directory}/${fileName(file.number, 'wal')}`, 'create');
    if (file.isListed) return;
    disk.syncDirectory(directory);
    file.isListed = true;
  }
}
