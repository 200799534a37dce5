/**
 * Writes the data types of AMQP 0-9-1 (section 4.2.5) into a buffer that grows. It knows neither methods nor sockets: a
 * subclass may say where room comes from.
 */
import { writeTable, type FieldTable } from './field-table.ts';

const EMPTY = Buffer.alloc(0);
export const SHORT_STRING_MAX = 255;
const GROWTH_MIN = 256;
const TWO_TO_32 = 2 ** 32;

/**
 * Integers are written modulo their width. A value that cannot be written gives a RangeError and takes back the frame
 * being written, so that never half a frame is sent.
 */
export class WireWriter {
  buffer: Buffer;
  /** Octets written. What lies behind them in `buffer` is room. */
  length = 0;
  /** Where the frame being written begins; -1 between frames. Kept by `beginFrame` and `endFrame`. */
  frameStart = -1;

  /** @param initialCapacity room that is there from the beginning, in octets */
  constructor(initialCapacity = 0) {
    this.buffer = initialCapacity === 0 ? EMPTY : Buffer.allocUnsafeSlow(initialCapacity);
  }

  /** Makes room for `byteCount` more octets. */
  reserve(byteCount: number): void {
    if (byteCount > this.buffer.length - this.length) this.grow(byteCount);
  }

  /** Gets a buffer with room for `byteCount` more octets, and what is written at its beginning. */
  protected grow(byteCount: number): void {
    const old = this.buffer;
    const capacity = Math.max(this.length + byteCount, old.length * 2, GROWTH_MIN);
    this.buffer = Buffer.allocUnsafeSlow(capacity);
    old.copy(this.buffer, 0, 0, this.length);
  }

  octet(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** 16 bits. */
  short(value: number): void {
    this.reserve(2);
    const { buffer, length } = this;
    buffer[length] = value >> 8;
    buffer[length + 1] = value;
    this.length = length + 2;
  }

  /** 32 bits. */
  long(value: number): void {
    this.reserve(4);
    this.patchLong(this.length, value);
    this.length += 4;
  }

  /** 64 bits: any integer from 0 to Number.MAX_SAFE_INTEGER. */
  longlong(value: number): void {
    this.long(Math.floor(value / TWO_TO_32));
    this.long(value);
  }

  /** Unsigned, 64 bits. */
  bigLonglong(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) this.#refuse(`${value} does not fit 64 bits`);
    this.reserve(8);
    this.length = this.buffer.writeBigUInt64BE(value, this.length);
  }

  signedBigLonglong(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) this.#refuse(`${value} does not fit signed 64 bits`);
    this.reserve(8);
    this.length = this.buffer.writeBigInt64BE(value, this.length);
  }

  /** 32 bits. */
  float(value: number): void {
    this.reserve(4);
    this.length = this.buffer.writeFloatBE(value, this.length);
  }

  /** 64 bits. */
  double(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleBE(value, this.length);
  }

  /** A shortstr in UTF-8. @throws RangeError when it has more than 255 octets */
  shortString(value: string): void {
    const size = value.length;
    if (size > SHORT_STRING_MAX) this.#refuseShortString(value);
    this.reserve(size + 1);
    const { buffer } = this;
    const start = this.length + 1;
    for (let i = 0; i < size; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) {
        this.#shortUtf8(value);
        return;
      }
      buffer[start + i] = code;
    }
    buffer[start - 1] = size;
    this.length = start + size;
  }

  #shortUtf8(value: string): void {
    const size = Buffer.byteLength(value);
    if (size > SHORT_STRING_MAX) this.#refuseShortString(value);
    this.reserve(size + 1);
    this.buffer[this.length] = size;
    this.buffer.write(value, this.length + 1, size, 'utf8');
    this.length += size + 1;
  }

  /** A shortstr from a byte string. @throws RangeError for more than 255 octets, or a character that is no octet */
  shortBytes(value: string): void {
    const size = value.length;
    if (size > SHORT_STRING_MAX) this.#refuseShortString(value);
    this.reserve(size + 1);
    const { buffer } = this;
    const start = this.length + 1;
    for (let i = 0; i < size; i++) {
      const code = value.charCodeAt(i);
      if (code > 0xff) this.#refuse('a byte string has a character above 255');
      buffer[start + i] = code;
    }
    buffer[start - 1] = size;
    this.length = start + size;
  }

  /** A longstr; a string is written in UTF-8. */
  longString(value: string | Uint8Array): void {
    if (typeof value !== 'string') {
      this.long(value.length);
      this.bytes(value);
      return;
    }
    const size = Buffer.byteLength(value);
    this.long(size);
    this.reserve(size);
    this.buffer.write(value, this.length, size, 'utf8');
    this.length += size;
  }

  table(table: FieldTable): void {
    writeTable(this, table);
  }

  /** Octets as they are, without a length. */
  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Overwrites 16 bits that were written before. */
  patchShort(at: number, value: number): void {
    this.buffer[at] = value >> 8;
    this.buffer[at + 1] = value;
  }

  /** Overwrites 32 bits that were written before. */
  patchLong(at: number, value: number): void {
    const { buffer } = this;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
  }

  /** What was written. The writer begins anew in another buffer, so the result stays as it is. */
  take(): Buffer {
    const taken = this.buffer.subarray(0, this.length);
    this.buffer = EMPTY;
    this.length = 0;
    return taken;
  }

  #refuseShortString(value: string): never {
    this.#refuse(`a short string has ${Buffer.byteLength(value)} octets, 255 fit`);
  }

  #refuse(reason: string): never {
    if (this.frameStart >= 0) this.length = this.frameStart;
    this.frameStart = -1;
    throw new RangeError(reason);
  }
}
