/** The content properties of a message from and to octets, for who has no use for readers and writers. */
import { skipTable } from './field-table.ts';
import {
  decodeProperties,
  encodeProperties,
  type BasicProperties,
} from './generated/properties.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const HAS_CONTENT_TYPE = 0x80;
const HAS_CONTENT_ENCODING = 0x40;
/** These three are in the first octet of the flags. */
const HAS_HEADERS = 0x20;
const TEXT = 0x53;
const INT_64 = 0x6c;

const reader = new WireReader();

/** Decodes [start, end). @throws WireDecodeError */
export function readProperties(buffer: Buffer, start: number, end: number): BasicProperties {
  return decodeProperties(new WireReader().reset(buffer, start, end));
}

/** @throws RangeError for text over 255 octets */
export function writeProperties(properties: BasicProperties): Buffer {
  const writer = new WireWriter();
  encodeProperties(writer, properties);
  return writer.take();
}

/**
 * One header of encoded properties, found or added where they lie: for what is done to every message, and so has no time
 * for decoding. The properties must be well formed.
 */
export class HeaderSplice {
  readonly #name: string;
  /** The name as it stands in a table: its length, then its octets. */
  readonly #key: Buffer;
  /** Where the key was found. */
  #foundAt = -1;
  readonly #onKey = (offset: number): void => {
    if (this.#foundAt < 0 && isAt(reader.buffer, offset, this.#key)) this.#foundAt = offset;
  };

  /** @param name in ASCII, at most 255 characters */
  constructor(name: string) {
    this.#name = name;
    this.#key = Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1')]);
  }

  /** The text of this header as a byte string; null when there is none, or it is no text. */
  readText(buffer: Buffer, start: number, end: number): string | null {
    if ((buffer[start]! & HAS_HEADERS) === 0) return null;
    const at = this.#find(buffer, headersStart(buffer, start), end);
    if (at < 0 || buffer[at + this.#key.length] !== TEXT) return null;
    const text = at + this.#key.length + 5;
    return buffer.toString('latin1', text, text + buffer.readUInt32BE(text - 4));
  }

  /** A copy of the properties in which this header has an integer value (64 bits), whatever it had before. */
  withInteger(buffer: Buffer, start: number, end: number, value: number): Buffer {
    const hasHeaders = (buffer[start]! & HAS_HEADERS) !== 0;
    const table = headersStart(buffer, start);
    if (hasHeaders && this.#find(buffer, table, end) >= 0) {
      return this.withInteger(...this.#without(buffer, start, end), value);
    }
    const key = this.#key;
    const entryLength = key.length + 9;
    const tableSize = hasHeaders ? buffer.readUInt32BE(table) : 0;
    const rest = hasHeaders ? table + 4 : table;
    const before = table - start;
    const result = Buffer.allocUnsafe(before + 4 + entryLength + end - rest);
    buffer.copy(result, 0, start, table);
    result[0] = buffer[start]! | HAS_HEADERS;
    result.writeUInt32BE(tableSize + entryLength, before);
    key.copy(result, before + 4);
    const tag = before + 4 + key.length;
    result[tag] = INT_64;
    result.writeUInt32BE(Math.floor(value / 2 ** 32), tag + 1);
    result.writeUInt32BE(value % 2 ** 32, tag + 5);
    buffer.copy(result, tag + 9, rest, end);
    return result;
  }

  /** Where the key stands in the table at `table`; -1 when it does not. */
  #find(buffer: Buffer, table: number, end: number): number {
    this.#foundAt = -1;
    skipTable(reader.reset(buffer, table, end), this.#onKey);
    return this.#foundAt;
  }

  #without(buffer: Buffer, start: number, end: number): [Buffer, number, number] {
    const properties = readProperties(buffer, start, end);
    const headers = new Map(properties.headers);
    headers.delete(this.#name);
    const encoded = writeProperties({ ...properties, headers });
    return [encoded, 0, encoded.length];
  }
}

/** Where the headers stand, or would: behind the flags, the content type and the content encoding. */
function headersStart(buffer: Buffer, start: number): number {
  const flags = buffer[start]!;
  let at = start + 2;
  if ((flags & HAS_CONTENT_TYPE) !== 0) at += 1 + buffer[at]!;
  if ((flags & HAS_CONTENT_ENCODING) !== 0) at += 1 + buffer[at]!;
  return at;
}

function isAt(buffer: Buffer, offset: number, octets: Buffer): boolean {
  for (let i = 0; i < octets.length; i++) if (buffer[offset + i] !== octets[i]) return false;
  return true;
}
