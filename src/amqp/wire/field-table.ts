/**
 * Field tables on the wire: reading, checking without reading, writing. Comparing values is in field-value.ts,
 * converting them to and from plain JavaScript values in plain-table.ts; all of it is exported here.
 *
 *   table = size (4) { key (shortstr) value }        value = tag (1) octets that the tag tells
 *   array = size (4) { value }                       sizes count the octets behind them
 *
 * Tags are RabbitMQ's, which differ from the specification's: `s` is a 16-bit integer and `U` does not exist
 * (https://www.rabbitmq.com/amqp-0-9-1-errata, section 3).
 */
import { WireDecodeError } from './errors.ts';
import type { FieldTable, FieldValue } from './field-value.ts';

export { EMPTY_TABLE, fieldValuesEqual } from './field-value.ts';
export type { FieldTable, FieldValue } from './field-value.ts';
export { fromPlain, toPlain } from './plain-table.ts';
export type { PlainValue } from './plain-table.ts';

/** Tables and arrays within each other. RabbitMQ has no limit; we recurse, and a hostile peer must not use up the stack. */
const DEPTH_MAX = 128;

/** All voids: the only value that takes one octet, so that a hostile array cannot blow up into objects. */
const VOID: FieldValue = { type: 'V', value: null };

/** What reading needs of a WireReader, which imports this file and so cannot be imported here. */
interface TableSource {
  offset: number;
  end: number;
  octet(): number;
  signedOctet(): number;
  short(): number;
  signedShort(): number;
  long(): number;
  signedLong(): number;
  bigLonglong(): bigint;
  signedBigLonglong(): bigint;
  float(): number;
  double(): number;
  lenientShortString(): string;
  text(): string | Buffer;
  longString(): Buffer;
  skip(byteCount: number): void;
  skipShortString(): void;
  skipLongString(): void;
}

/** The same of a WireWriter. */
interface TableSink {
  readonly length: number;
  octet(value: number): void;
  short(value: number): void;
  long(value: number): void;
  bigLonglong(value: bigint): void;
  signedBigLonglong(value: bigint): void;
  float(value: number): void;
  double(value: number): void;
  shortString(value: string): void;
  longString(value: string | Uint8Array): void;
  patchLong(at: number, value: number): void;
}

/** Reads a table with its size. @throws WireDecodeError; the reader must be reset then */
export function readTable(reader: TableSource): FieldTable {
  return readTableAt(reader, 1);
}

function readTableAt(reader: TableSource, depth: number): FieldTable {
  const outerEnd = enter(reader, depth);
  const table = new Map<string, FieldValue>();
  while (reader.offset < reader.end) {
    const key = reader.lenientShortString();
    const value = readValue(reader, depth);
    if (!table.has(key)) table.set(key, value);
  }
  reader.end = outerEnd;
  return table;
}

function readArray(reader: TableSource, depth: number): FieldValue[] {
  const outerEnd = enter(reader, depth);
  const items: FieldValue[] = [];
  while (reader.offset < reader.end) items.push(readValue(reader, depth));
  reader.end = outerEnd;
  return items;
}

/** Reads the size of a table or array and lets the reader end behind it. Returns where the reader ended before. */
function enter(reader: TableSource, depth: number): number {
  if (depth > DEPTH_MAX) {
    throw new WireDecodeError(`tables are nested more than ${DEPTH_MAX} levels deep`);
  }
  const size = reader.long();
  const outerEnd = reader.end;
  if (size > outerEnd - reader.offset) throw new WireDecodeError('table is cut off');
  reader.end = reader.offset + size;
  return outerEnd;
}

function readValue(reader: TableSource, depth: number): FieldValue {
  const tag = reader.octet();
  switch (tag) {
    case 0x53: // S
      return { type: 'S', value: reader.text() };
    case 0x49: // I
      return { type: 'I', value: reader.signedLong() };
    case 0x74: // t
      return { type: 't', value: reader.octet() !== 0 };
    case 0x6c: // l
    case 0x4c: // L: unsigned in the specification, but RabbitMQ reads both as signed and writes l.
      return { type: 'l', value: reader.signedBigLonglong() };
    case 0x46: // F
      return { type: 'F', value: readTableAt(reader, depth + 1) };
    case 0x41: // A
      return { type: 'A', value: readArray(reader, depth + 1) };
    case 0x54: // T
      return { type: 'T', value: reader.bigLonglong() };
    case 0x64: // d
      return { type: 'd', value: reader.double() };
    case 0x66: // f
      return { type: 'f', value: reader.float() };
    case 0x62: // b
      return { type: 'b', value: reader.signedOctet() };
    case 0x42: // B
      return { type: 'B', value: reader.octet() };
    case 0x73: // s
      return { type: 's', value: reader.signedShort() };
    case 0x75: // u
      return { type: 'u', value: reader.short() };
    case 0x69: // i
      return { type: 'i', value: reader.long() };
    case 0x44: // D
      return { type: 'D', value: { scale: reader.octet(), unscaled: reader.long() } };
    case 0x78: // x
      return { type: 'x', value: reader.longString() };
    case 0x56: // V
      return VOID;
    default:
      return refuseTag(tag);
  }
}

function refuseTag(tag: number): never {
  throw new WireDecodeError(`unknown field type ${tag} in a table`);
}

/**
 * Moves behind a table, checking all that `readTable` checks.
 *
 * @param onKey told where each key of the table itself begins: at its length octet
 * @throws WireDecodeError; the reader must be reset then
 */
export function skipTable(reader: TableSource, onKey?: (offset: number) => void): void {
  const outerEnd = enter(reader, 1);
  while (reader.offset < reader.end) {
    if (onKey !== undefined) onKey(reader.offset);
    reader.skipShortString();
    skipValue(reader, 1);
  }
  reader.end = outerEnd;
}

function skipEntries(reader: TableSource, depth: number, hasKeys: boolean): void {
  const outerEnd = enter(reader, depth);
  while (reader.offset < reader.end) {
    if (hasKeys) reader.skipShortString();
    skipValue(reader, depth);
  }
  reader.end = outerEnd;
}

function skipValue(reader: TableSource, depth: number): void {
  const tag = reader.octet();
  switch (tag) {
    case 0x53: // S
    case 0x78: // x
      return reader.skipLongString();
    case 0x46: // F
      return skipEntries(reader, depth + 1, true);
    case 0x41: // A
      return skipEntries(reader, depth + 1, false);
    case 0x56: // V
      return undefined;
    case 0x74: // t
    case 0x62: // b
    case 0x42: // B
      return reader.skip(1);
    case 0x73: // s
    case 0x75: // u
      return reader.skip(2);
    case 0x49: // I
    case 0x69: // i
    case 0x66: // f
      return reader.skip(4);
    case 0x44: // D
      return reader.skip(5);
    case 0x6c: // l
    case 0x4c: // L
    case 0x54: // T
    case 0x64: // d
      return reader.skip(8);
    default:
      return refuseTag(tag);
  }
}

/** Writes a table with its size. @throws RangeError for a key over 255 octets or an integer over 64 bits */
export function writeTable(writer: TableSink, table: FieldTable): void {
  const start = writer.length;
  writer.long(0);
  for (const [key, value] of table) {
    writer.shortString(key);
    writeValue(writer, value);
  }
  writer.patchLong(start, writer.length - start - 4);
}

function writeArray(writer: TableSink, items: readonly FieldValue[]): void {
  const start = writer.length;
  writer.long(0);
  for (const item of items) writeValue(writer, item);
  writer.patchLong(start, writer.length - start - 4);
}

function writeValue(writer: TableSink, field: FieldValue): void {
  writer.octet(field.type.charCodeAt(0));
  switch (field.type) {
    case 'S':
    case 'x':
      return writer.longString(field.value);
    case 't':
      return writer.octet(field.value ? 1 : 0);
    case 'b':
    case 'B':
      return writer.octet(field.value);
    case 's':
    case 'u':
      return writer.short(field.value);
    case 'I':
    case 'i':
      return writer.long(field.value);
    case 'l':
      return writer.signedBigLonglong(field.value);
    case 'T':
      return writer.bigLonglong(field.value);
    case 'f':
      return writer.float(field.value);
    case 'd':
      return writer.double(field.value);
    case 'D':
      writer.octet(field.value.scale);
      return writer.long(field.value.unscaled);
    case 'A':
      return writeArray(writer, field.value);
    case 'F':
      return writeTable(writer, field.value);
    case 'V':
      return undefined;
  }
}
