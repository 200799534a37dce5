/**
 * Reads records out of octets that came from a disk: nothing in them is trusted before its checksum is right. Where a
 * record is damaged, the next sound one is looked for, octet by octet of eight.
 */
import { viewOf } from '../../runtime/copy-octets.ts';
import type { StoredMessage } from '../journal.ts';
import { checksum } from './checksum.ts';
import {
  aligned,
  AT,
  COMMIT,
  ENQUEUE,
  ENQUEUE_SIZE,
  HEADER_SIZE,
  IS_PERSISTENT,
  IS_TRANSIENT,
} from './record.ts';

const MESSAGE_OCTETS_MAX = 0x7fff_fff8;

/** Octets to read records from: they begin at a multiple of 8 of their memory. */
export class RecordReader {
  octets: Buffer = Buffer.alloc(0);
  #view: DataView = viewOf(this.octets);
  #words: Int32Array = new Int32Array(0);
  /** Where the current record lies. */
  at = 0;
  length = 0;
  /** Octets passed over because they were damaged. */
  damagedOctets = 0;
  /** Where a record begins of which the octets lack the end; -1 for none. */
  missingFrom = -1;
  /** How long that record says that it is. */
  missingLength = 0;
  /** All records were found sound: they are not looked at again. */
  isTrusted = false;

  reset(octets: Buffer): void {
    this.octets = octets;
    this.#view = viewOf(octets);
    this.#words = new Int32Array(octets.buffer, octets.byteOffset, octets.length >> 2);
    this.at = 0;
    this.length = 0;
    this.damagedOctets = 0;
    this.isTrusted = false;
  }

  /**
   * Goes to the next sound record before `end`. False when there is none.
   *
   * @param limit where the octets would end if all of them were here: at a record that may lie in between it stops, and
   *   `missingFrom` tells where
   */
  next(end: number, limit: number = end): boolean {
    let at = this.at + this.length;
    const from = at;
    this.length = 0;
    this.missingFrom = -1;
    while (at + HEADER_SIZE <= end) {
      if (this.#isSound(at, end)) {
        this.damagedOctets += at - from;
        this.at = at;
        this.length = this.#words[at >> 2]!;
        return true;
      }
      if (limit > end && this.#maySpan(at, end, limit)) break;
      at += 8;
    }
    if (limit > end) {
      this.missingFrom = at;
      this.missingLength = at + HEADER_SIZE <= end ? this.#words[at >> 2]! : HEADER_SIZE;
      this.damagedOctets += at - from;
    } else {
      this.damagedOctets += Math.max(0, end - from);
    }
    this.at = end;
    return false;
  }

  /** What is said here may be true, but cannot be checked before more is read. */
  #maySpan(at: number, end: number, limit: number): boolean {
    const length = this.#words[at >> 2]!;
    const type = this.octets[at + AT.type]!;
    const isType = type >= ENQUEUE && type <= COMMIT;
    return isType && (length & 7) === 0 && length > end - at && length <= limit - at;
  }

  #isSound(at: number, end: number): boolean {
    const words = this.#words;
    const from = at >> 2;
    const length = words[from]!;
    if (length < HEADER_SIZE || length > end - at || (length & 7) !== 0) return false;
    const type = this.octets[at + AT.type]!;
    if (type < ENQUEUE || type > COMMIT) return false;
    if (this.isTrusted) return true;
    const sum = checksum(this.octets, words, from + 2, (at + length) >> 2);
    if (sum !== words[from + 1]) return false;
    return type !== ENQUEUE || this.#isEnqueue(at, length);
  }

  /** The lengths in an enqueue record make up its own. */
  #isEnqueue(at: number, length: number): boolean {
    if (length < ENQUEUE_SIZE) return false;
    const view = this.#view;
    const sum =
      ENQUEUE_SIZE +
      view.getUint16(at + AT.small, true) +
      view.getUint32(at + AT.bodyLength, true) +
      view.getUint32(at + AT.propertiesLength, true) +
      view.getUint32(at + AT.extrasLength, true);
    return sum <= MESSAGE_OCTETS_MAX && aligned(sum) === length;
  }

  get type(): number {
    return this.octets[this.at + AT.type]!;
  }

  get lane(): number {
    return this.octets[this.at + AT.lane]!;
  }

  get queueId(): number {
    return this.#view.getUint32(this.at + AT.queueId, true);
  }

  get position(): number {
    return this.#view.getFloat64(this.at + AT.position, true);
  }

  /** A number of four octets; `field` is one of AT. */
  number(field: number): number {
    return this.#view.getUint32(this.at + field, true);
  }

  get isTransient(): boolean {
    return (this.number(AT.flags) & IS_TRANSIENT) !== 0;
  }

  get arrivedAtWallMs(): number {
    return this.#view.getFloat64(this.at + AT.arrivedAtMs, true);
  }

  /** The words of a PAGE_LIVE, copied; none when their number is wrong. */
  liveWords(): Uint32Array {
    const count = this.number(AT.wordCount);
    if (AT.words + count * 4 > this.length) return new Uint32Array(0);
    return Uint32Array.from({ length: count }, (_, i) => this.number(AT.words + i * 4));
  }
}

/** The current record of a reader, an ENQUEUE, as a message. */
export class RecordMessage implements StoredMessage {
  position = 0;
  exchange = '';
  routingKey = '';
  isSameAddress = false;
  isPersistent = false;
  octets: Buffer = Buffer.alloc(0);
  propertiesStart = 0;
  propertiesLength = 0;
  bodyStart = 0;
  bodyLength = 0;
  arrivedAtMs = 0;
  extras: Buffer | null = null;
  #address: Buffer = Buffer.alloc(0);

  /** @param clockOffsetMs wall clock less monotonic clock, in milliseconds */
  read(reader: RecordReader, clockOffsetMs: number): void {
    const { octets, at } = reader;
    const addressLength = octets[at + AT.small]! | (octets[at + AT.small + 1]! << 8);
    const addressStart = at + ENQUEUE_SIZE;
    this.#readAddress(octets, addressStart, addressLength);
    this.isPersistent = (reader.number(AT.flags) & IS_PERSISTENT) !== 0;
    this.position = reader.position;
    this.octets = octets;
    this.propertiesStart = addressStart + addressLength;
    this.propertiesLength = reader.number(AT.propertiesLength);
    const extrasStart = this.propertiesStart + this.propertiesLength;
    const extrasLength = reader.number(AT.extrasLength);
    this.bodyStart = extrasStart + extrasLength;
    this.extras = extrasLength === 0 ? null : octets.subarray(extrasStart, this.bodyStart);
    this.bodyLength = reader.number(AT.bodyLength);
    this.arrivedAtMs = Math.round(reader.arrivedAtWallMs - clockOffsetMs);
  }

  /** Successive messages mostly have the same address. */
  #readAddress(octets: Buffer, start: number, length: number): void {
    const last = this.#address;
    let isSame = last.length === length && length > 0;
    for (let i = 0; isSame && i < length; i++) isSame = last[i] === octets[start + i];
    this.isSameAddress = isSame;
    if (isSame) return;
    this.#address = Buffer.from(octets.subarray(start, start + length));
    const exchangeLength = octets[start] ?? 0;
    const keyAt = start + 1 + exchangeLength;
    this.exchange = octets.toString('utf8', start + 1, keyAt);
    this.routingKey = octets.toString('latin1', keyAt + 1, keyAt + 1 + (octets[keyAt] ?? 0));
  }
}
