/** Field tables from and to octets of their own, for who keeps them and has no use for readers and writers. */
import { readTable, writeTable } from './field-table.ts';
import type { FieldTable, FieldValue } from './field-value.ts';
import { WireReader } from './wire-reader.ts';
import { SHORT_STRING_MAX, WireWriter } from './wire-writer.ts';

/** @throws WireDecodeError */
export function tableFromOctets(octets: Buffer): FieldTable {
  return readTable(new WireReader().reset(octets, 0, octets.length));
}

/**
 * A key that was not UTF-8 may be longer, with its replacement characters, than a key can be: such entries, which no
 * argument with a meaning has, are left out.
 */
export function tableToOctets(table: FieldTable): Buffer {
  const writer = new WireWriter();
  writeTable(writer, withWritableKeys(table));
  return writer.take();
}

function withWritableKeys(table: FieldTable): FieldTable {
  const writable = new Map<string, FieldValue>();
  for (const [key, value] of table) {
    if (Buffer.byteLength(key) > SHORT_STRING_MAX) continue;
    writable.set(key, valueWithWritableKeys(value));
  }
  return writable;
}

function valueWithWritableKeys(field: FieldValue): FieldValue {
  if (field.type === 'F') return { type: 'F', value: withWritableKeys(field.value) };
  if (field.type === 'A') return { type: 'A', value: field.value.map(valueWithWritableKeys) };
  return field;
}
