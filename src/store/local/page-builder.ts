/** Makes pages of records that are copied from elsewhere: from the write-ahead log, or from pages that became sparse. */
import { LiveSet } from './live-set.ts';
import type { LocalQueueLog } from './local-queue-log.ts';
import { PAGE_HEADER_SIZE } from './page-header.ts';
import { RecordBatch } from './record-batch.ts';
import type { RecordReader } from './record-reader.ts';
import { AT } from './record.ts';
import type { StoredPage } from './stored-page.ts';

const PAGE_OCTETS_MAX = 256 * 1024;
/** Messages in a page: what is read at once. */
const PAGE_MESSAGES_MAX = 1024;
/** Positions that a page may span: what is live in it is told by a bit for each. */
const PAGE_SPAN_MAX = 16_384;
/** There may be a builder for each of thousands of queues, most with little to write. */
const FIRST_OCTETS = 4096;

export class PageBuilder {
  readonly #log: LocalQueueLog;
  readonly #done: (page: StoredPage | null) => void;
  readonly #isRecovery: boolean;
  #batch: RecordBatch | null = null;
  #positions: LiveSet | null = null;
  #first = 0;
  #end = 0;
  #bodyOctets = 0;
  #firstArrivedAtMs = 0;
  #lastArrivedAtMs = 0;

  /**
   * @param done called later with each page, or with null when it could not be written
   * @param isRecovery the records are all there is: what is live of them is what is added
   */
  constructor(log: LocalQueueLog, done: (page: StoredPage | null) => void, isRecovery: boolean) {
    this.#log = log;
    this.#done = done;
    this.#isRecovery = isRecovery;
  }

  /** Octets gathered and not written. */
  get pendingOctets(): number {
    return this.#batch === null ? 0 : this.#batch.length;
  }

  /** Adds the current record of a reader, an ENQUEUE; positions ascend. */
  add(reader: RecordReader): void {
    const { position } = reader;
    if (position - this.#first >= PAGE_SPAN_MAX || this.#isPageBefore(position)) this.finish();
    if (this.#batch === null) {
      this.#batch = new RecordBatch(FIRST_OCTETS);
      this.#batch.skip(PAGE_HEADER_SIZE);
      this.#positions = new LiveSet(position);
      this.#first = position;
      this.#firstArrivedAtMs = reader.arrivedAtWallMs;
      this.#bodyOctets = 0;
    }
    this.#batch.copy(reader.octets, reader.at, reader.length);
    this.#positions!.add(position);
    this.#end = position + 1;
    this.#lastArrivedAtMs = reader.arrivedAtWallMs;
    this.#bodyOctets += reader.number(AT.bodyLength);
    if (this.#batch.length >= PAGE_OCTETS_MAX || this.#positions!.count >= PAGE_MESSAGES_MAX) {
      this.finish();
    }
  }

  /** Pages do not overlap: one that lies between what is gathered and this position ends what is gathered. */
  #isPageBefore(position: number): boolean {
    const next = this.#log.pageFrom(this.#end);
    return next !== undefined && next.first < position;
  }

  /** Writes what is gathered. */
  finish(): void {
    const batch = this.#batch;
    const positions = this.#positions;
    if (batch === null || positions === null) return;
    this.#batch = null;
    const header = {
      payloadLength: batch.length - PAGE_HEADER_SIZE,
      queueId: this.#log.queueId,
      lane: this.#log.lane,
      first: this.#first,
      end: this.#end,
      keptCount: positions.count,
      bodyOctets: this.#bodyOctets,
      firstArrivedAtMs: this.#firstArrivedAtMs,
      lastArrivedAtMs: this.#lastArrivedAtMs,
    };
    this.#log.appendPage(batch, header, this.#done, this.#isRecovery ? positions : null);
  }
}
