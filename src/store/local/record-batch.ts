/**
 * Records gathered to be written at once. Everything here is on the way of each persistent message: numbers are written
 * with a DataView, short octets by words, and checksums are made in one pass when the batch is complete.
 */
import { copyOctets, viewOf } from '../../runtime/copy-octets.ts';
import type { JournaledMessage } from '../journal.ts';
import { checksum } from './checksum.ts';
import {
  aligned,
  AT,
  COMMIT,
  DROPPED,
  DELIVERED,
  ENQUEUE,
  ENQUEUE_SIZE,
  HEADER_SIZE,
  HOLE,
  IS_PERSISTENT,
  IS_TRANSIENT,
  PAGE_LIVE,
  SETTLE,
  SYNCED,
} from './record.ts';

/** A batch that grew beyond this gives its memory back. */
const KEPT_OCTETS_MAX = 8 * 1024 * 1024;

export class RecordBatch {
  readonly #initialSize: number;
  #buffer: Buffer;
  #view: DataView;
  #words: Int32Array;
  /** Octets gathered. */
  length = 0;
  /** Where the last SETTLE record lies when the next may only count on in it; -1 otherwise. */
  #settleAt = -1;
  #settleQueue = -1;
  #settleLane = -1;
  #settleNext = -1;

  /** @param size octets to begin with */
  constructor(size: number) {
    this.#initialSize = size;
    this.#buffer = Buffer.allocUnsafeSlow(size);
    this.#view = viewOf(this.#buffer);
    this.#words = new Int32Array(this.#buffer.buffer);
  }

  /** Octets that there is room for. */
  get size(): number {
    return this.#buffer.length;
  }

  enqueue(
    queueId: number,
    lane: number,
    position: number,
    message: JournaledMessage,
    arrivedAtWallMs: number,
    isTransient: boolean,
  ): void {
    const { address, extras, bodyLength, propertiesLength } = message;
    const { octets } = address;
    const extrasLength = extras === null ? 0 : extras.length;
    const bodyAt = ENQUEUE_SIZE + octets.length + propertiesLength + extrasLength;
    const at = this.#begin(ENQUEUE, queueId, lane, position, bodyAt + bodyLength);
    const view = this.#view;
    view.setUint16(at + AT.small, octets.length, true);
    view.setFloat64(at + AT.arrivedAtMs, arrivedAtWallMs, true);
    view.setUint32(at + AT.bodyLength, bodyLength, true);
    view.setUint32(at + AT.propertiesLength, propertiesLength, true);
    view.setUint32(at + AT.extrasLength, extrasLength, true);
    const flags = (isTransient ? IS_TRANSIENT : 0) | (message.isPersistent ? IS_PERSISTENT : 0);
    view.setUint32(at + AT.flags, flags, true);
    let to = at + ENQUEUE_SIZE;
    const buffer = this.#buffer;
    for (let i = 0; i < octets.length; i++) buffer[to++] = octets[i]!;
    const { properties, propertiesStart } = message;
    copyOctets(properties, propertiesStart, buffer, view, to, propertiesLength);
    to += propertiesLength;
    if (extras !== null) to += extras.copy(buffer, to);
    if (message.bodyPieces === null) {
      copyOctets(message.body, message.bodyStart, buffer, view, to, bodyLength);
    } else {
      for (const piece of message.bodyPieces) to += piece.copy(buffer, to);
    }
  }

  /** A message left. Of messages that leave in order only the number is counted on. */
  settle(queueId: number, lane: number, position: number): void {
    if (
      position === this.#settleNext &&
      queueId === this.#settleQueue &&
      lane === this.#settleLane
    ) {
      const count = this.#settleAt + AT.count;
      this.#view.setUint32(count, this.#view.getUint32(count, true) + 1, true);
      this.#settleNext++;
      return;
    }
    this.settleRange(queueId, lane, position, 1);
  }

  settleRange(queueId: number, lane: number, position: number, count: number): void {
    const at = this.#begin(SETTLE, queueId, lane, position, HEADER_SIZE + 8);
    this.#view.setUint32(at + AT.count, count, true);
    this.#settleAt = at;
    this.#settleQueue = queueId;
    this.#settleLane = lane;
    this.#settleNext = position + count;
  }

  delivered(queueId: number, lane: number, end: number): void {
    this.#begin(DELIVERED, queueId, lane, end, HEADER_SIZE);
  }

  pageLive(
    queueId: number,
    lane: number,
    first: number,
    segment: number,
    offset: number,
    words: Uint32Array,
  ): void {
    const at = this.#begin(PAGE_LIVE, queueId, lane, first, AT.words + words.length * 4);
    this.#view.setUint32(at + AT.segment, segment, true);
    this.#view.setUint32(at + AT.offset, offset, true);
    this.#view.setUint32(at + AT.wordCount, words.length, true);
    for (const [i, word] of words.entries()) {
      this.#view.setUint32(at + AT.words + i * 4, word, true);
    }
  }

  /** All pages before `offset` of segment file `segment` are durable. */
  synced(segment: number, offset: number): void {
    this.#place(SYNCED, segment, offset);
  }

  dropped(segment: number): void {
    this.#place(DROPPED, segment, 0);
  }

  hole(segment: number, offset: number): void {
    this.#place(HOLE, segment, offset);
  }

  #place(type: number, segment: number, offset: number): void {
    const at = this.#begin(type, 0, 0, 0, HEADER_SIZE + 8);
    this.#view.setUint32(at + AT.segment, segment, true);
    this.#view.setUint32(at + AT.offset, offset, true);
  }

  /** Copies a record as it is. */
  copy(source: Buffer, start: number, length: number): void {
    this.#settleNext = -1;
    this.#reserve(length);
    source.copy(this.#buffer, this.length, start, start + length);
    this.length += length;
  }

  /** Ends the batch with a COMMIT record. */
  commit(): void {
    const { length } = this;
    const at = this.#begin(COMMIT, 0, 0, 0, HEADER_SIZE + 8);
    this.#view.setUint32(at + AT.count, length, true);
  }

  /** Makes the checksums, from the record at `start` on. Returns all octets, which are those of this batch until `clear`. */
  seal(start = 0): Buffer {
    const words = this.#words;
    const end = this.length >> 2;
    let at = start >> 2;
    while (at < end) {
      const next = at + (words[at]! >> 2);
      words[at + 1] = checksum(this.#buffer, words, at + 2, next);
      at = next;
    }
    return this.#buffer.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
    this.#settleNext = -1;
    if (this.#buffer.length > KEPT_OCTETS_MAX) this.#allocate(this.#initialSize);
  }

  /** Leaves `length` octets for what the caller writes there later, itself. */
  skip(length: number): void {
    this.#reserve(length);
    this.#buffer.fill(0, this.length, this.length + length);
    this.length += length;
  }

  /** Starts a record and returns where; its last octets, beyond `length`, are zero. */
  #begin(type: number, queueId: number, lane: number, position: number, length: number): number {
    const size = aligned(length);
    if (this.length + size > this.#buffer.length) this.#reserve(size);
    const at = this.length;
    const view = this.#view;
    // The padding, before the fields: it may overlap with none of them.
    view.setUint32(at + size - 8, 0, true);
    view.setUint32(at + size - 4, 0, true);
    view.setUint32(at, size, true);
    view.setUint8(at + AT.type, type);
    view.setUint8(at + AT.lane, lane);
    view.setUint16(at + AT.small, 0, true);
    view.setUint32(at + AT.queueId, queueId, true);
    view.setFloat64(at + AT.position, position, true);
    this.length = at + size;
    this.#settleNext = -1;
    return at;
  }

  #reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.#buffer.length) return;
    const old = this.#buffer;
    this.#allocate(Math.max(aligned(needed), old.length * 2));
    old.copy(this.#buffer, 0, 0, this.length);
  }

  #allocate(size: number): void {
    this.#buffer = Buffer.allocUnsafeSlow(size);
    this.#view = viewOf(this.#buffer);
    this.#words = new Int32Array(this.#buffer.buffer);
  }
}
