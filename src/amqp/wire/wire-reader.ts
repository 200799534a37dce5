/**
 * Reads the data types of AMQP 0-9-1 (section 4.2.5) from a range of a buffer, with bounds checked. It knows neither
 * frames nor methods. Nothing is allocated by a size that the peer announces before that many octets are there.
 */
import { isUtf8 } from 'node:buffer';
import { WireDecodeError } from './errors.ts';
import { readTable, type FieldTable } from './field-table.ts';
import { SHORT_STRING_MAX } from './wire-writer.ts';

const EMPTY = Buffer.alloc(0);
/** Integers are read with shifts: several times as fast as readUInt32BE, and made for the innermost loops. */
const TWO_TO_32 = 2 ** 32;

/** Reusable: `reset` gives it the next range. After an error it stands somewhere inside, and must be reset. */
export class WireReader {
  buffer: Buffer = EMPTY;
  /** What is read next. */
  offset = 0;
  /** Nothing is read from here on. */
  end = 0;

  /** Reads [offset, end) of `buffer` next. */
  reset(buffer: Buffer, offset: number, end: number): this {
    if (offset < 0 || offset > end || end > buffer.length) {
      throw new RangeError(`[${offset}, ${end}) is not within a buffer of ${buffer.length} octets`);
    }
    this.buffer = buffer;
    this.offset = offset;
    this.end = end;
    return this;
  }

  octet(): number {
    return this.buffer[this.#advance(1)]!;
  }

  signedOctet(): number {
    return (this.octet() << 24) >> 24;
  }

  /** Unsigned, 16 bits. */
  short(): number {
    const at = this.#advance(2);
    const { buffer } = this;
    return (buffer[at]! << 8) | buffer[at + 1]!;
  }

  signedShort(): number {
    return (this.short() << 16) >> 16;
  }

  /** Unsigned, 32 bits. */
  long(): number {
    return this.signedLong() >>> 0;
  }

  signedLong(): number {
    const at = this.#advance(4);
    const { buffer } = this;
    return (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!;
  }

  /** Unsigned, 64 bits; exact up to Number.MAX_SAFE_INTEGER. */
  longlong(): number {
    const high = this.long();
    return high * TWO_TO_32 + this.long();
  }

  /** Unsigned, 64 bits, always exact. */
  bigLonglong(): bigint {
    return this.buffer.readBigUInt64BE(this.#advance(8));
  }

  signedBigLonglong(): bigint {
    return this.buffer.readBigInt64BE(this.#advance(8));
  }

  /** 32 bits. */
  float(): number {
    return this.buffer.readFloatBE(this.#advance(4));
  }

  /** 64 bits. */
  double(): number {
    return this.buffer.readDoubleBE(this.#advance(8));
  }

  /** A shortstr that must be UTF-8. */
  shortString(): string {
    const { buffer } = this;
    const start = this.#shortStart();
    const end = this.offset;
    for (let i = start; i < end; i++) {
      if (buffer[i]! >= 0x80) return this.#shortUtf8(start, end);
    }
    return buffer.toString('latin1', start, end);
  }

  #shortUtf8(start: number, end: number): string {
    if (!isUtf8(this.buffer.subarray(start, end))) {
      throw new WireDecodeError('Malformed UTF-8 in shortstr');
    }
    return this.buffer.toString('utf8', start, end);
  }

  /**
   * A shortstr where nobody checks for UTF-8: what is invalid becomes U+FFFD, which takes three octets; what finds no room in a
   * shortstr then is cut off, because messages are written again when they come back or are dead-lettered.
   */
  lenientShortString(): string {
    const start = this.#shortStart();
    const text = this.buffer.toString('utf8', start, this.offset);
    return this.offset - start <= SHORT_STRING_MAX / 3 ? text : cutToFit(text);
  }

  /** A shortstr as a byte string: one character for each octet. */
  shortBytes(): string {
    const start = this.#shortStart();
    return this.buffer.toString('latin1', start, this.offset);
  }

  /** A longstr, as a copy. */
  longString(): Buffer {
    const start = this.#longStart();
    return Buffer.from(this.buffer.subarray(start, this.offset));
  }

  /** A longstr as a string when it is UTF-8, as a copy of the octets otherwise. */
  text(): string | Buffer {
    const start = this.#longStart();
    const octets = this.buffer.subarray(start, this.offset);
    return isUtf8(octets) ? this.buffer.toString('utf8', start, this.offset) : Buffer.from(octets);
  }

  table(): FieldTable {
    return readTable(this);
  }

  skip(byteCount: number): void {
    this.#advance(byteCount);
  }

  skipShortString(): void {
    this.#shortStart();
  }

  skipLongString(): void {
    this.#longStart();
  }

  /** Moves behind the octets of a shortstr and returns where they begin. */
  #shortStart(): number {
    return this.#advance(this.octet());
  }

  #longStart(): number {
    return this.#advance(this.long());
  }

  /** Moves `byteCount` octets on and returns where it stood before. */
  #advance(byteCount: number): number {
    const at = this.offset;
    if (byteCount > this.end - at) this.#refuseEnd(byteCount);
    this.offset = at + byteCount;
    return at;
  }

  #refuseEnd(byteCount: number): never {
    const left = this.end - this.offset;
    throw new WireDecodeError(`cut off: ${byteCount} octets wanted, ${left} left`);
  }
}

function cutToFit(text: string): string {
  let fitting = text;
  while (Buffer.byteLength(fitting) > SHORT_STRING_MAX) fitting = fitting.slice(0, -1);
  return fitting;
}
