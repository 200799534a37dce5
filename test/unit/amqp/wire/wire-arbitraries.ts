// What fast-check is to try as fields, values and tables, and the few ways the wire tests turn values into octets.
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import type { FieldTable, FieldValue } from '../../../../src/amqp/wire/field-table.ts';
import type { Domain, FieldDefinition } from '../../../../src/amqp/wire/protocol.ts';
import { WireReader } from '../../../../src/amqp/wire/wire-reader.ts';
import { WireWriter } from '../../../../src/amqp/wire/wire-writer.ts';

/** Well-formed text of at most 255 octets in UTF-8. */
export const shortText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 255 }),
  fc.string({ unit: 'binary', maxLength: 120 }).filter((text) => Buffer.byteLength(text) <= 255),
);

/** A byte string: characters 0 to 255. */
export const byteString: fc.Arbitrary<string> = fc
  .uint8Array({ maxLength: 255 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

export const octets: fc.Arbitrary<Buffer> = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => Buffer.from(bytes));

const notText: fc.Arbitrary<Buffer> = octets.filter((bytes) => !isUtf8(bytes));

const scalar: fc.Arbitrary<FieldValue> = fc.oneof(
  record({ type: fc.constant('t' as const), value: fc.boolean() }),
  integer('b', -(2 ** 7), 2 ** 7 - 1),
  integer('B', 0, 2 ** 8 - 1),
  integer('s', -(2 ** 15), 2 ** 15 - 1),
  integer('u', 0, 2 ** 16 - 1),
  integer('I', -(2 ** 31), 2 ** 31 - 1),
  integer('i', 0, 2 ** 32 - 1),
  record({
    type: fc.constant('l' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  record({
    type: fc.constant('T' as const),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  }),
  record({ type: fc.constant('f' as const), value: fc.float() }),
  record({ type: fc.constant('d' as const), value: fc.double() }),
  record({
    type: fc.constant('D' as const),
    value: record({ scale: fc.nat({ max: 255 }), unscaled: fc.nat({ max: 2 ** 32 - 1 }) }),
  }),
  record({ type: fc.constant('S' as const), value: fc.string({ unit: 'binary' }) }),
  record({ type: fc.constant('S' as const), value: notText }),
  record({ type: fc.constant('x' as const), value: octets }),
  fc.constant<FieldValue>({ type: 'V', value: null }),
);

/** Objects as literals make them: deepEqual counts the prototype. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

function integer(
  type: 'b' | 'B' | 's' | 'u' | 'I' | 'i',
  min: number,
  max: number,
): fc.Arbitrary<FieldValue> {
  return record({ type: fc.constant(type), value: fc.integer({ min, max }) });
}

const { table: anyTable, value: anyValue } = fc.letrec<{ table: FieldTable; value: FieldValue }>(
  (tie) => ({
    table: fc
      .array(fc.tuple(shortText, tie('value')), { maxLength: 6 })
      .map((entries) => new Map(entries)),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      record({
        type: fc.constant('A' as const),
        value: fc.array(tie('value'), { maxLength: 6 }),
      }),
      record({ type: fc.constant('F' as const), value: tie('table') }),
    ),
  }),
);

export const fieldTable: fc.Arbitrary<FieldTable> = anyTable;
export const fieldValue: fc.Arbitrary<FieldValue> = anyValue;

const DOMAINS: Readonly<Record<Domain, fc.Arbitrary<unknown>>> = {
  octet: fc.nat({ max: 2 ** 8 - 1 }),
  short: fc.nat({ max: 2 ** 16 - 1 }),
  long: fc.nat({ max: 2 ** 32 - 1 }),
  longlong: fc.maxSafeNat(),
  bit: fc.boolean(),
  shortstr: shortText,
  'lenient-shortstr': shortText,
  shortbytes: byteString,
  longstr: octets,
  timestamp: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  table: fieldTable,
};

/** The spec's `no-wait` as our `noWait`. */
export function camelCase(name: string): string {
  return name.replaceAll(/-(?<letter>[a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

/** Values for all fields that are not reserved, by their names in TypeScript. */
export function fieldsOf(
  definitions: readonly FieldDefinition[],
): fc.Arbitrary<Record<string, unknown>> {
  return record(arbitrariesOf(definitions));
}

/** The same, with any of them absent. */
export function someFieldsOf(
  definitions: readonly FieldDefinition[],
): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(arbitrariesOf(definitions), { noNullPrototype: true, requiredKeys: [] });
}

function arbitrariesOf(
  definitions: readonly FieldDefinition[],
): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(
    definitions
      .filter((definition) => !definition.isReserved)
      .map((definition) => [camelCase(definition.name), DOMAINS[definition.domain]]),
  );
}

/** The octets that `write` writes. */
export function written(write: (writer: WireWriter) => void): Buffer {
  const writer = new WireWriter();
  write(writer);
  return writer.take();
}

/** Octets written in hexadecimal; spaces do not count. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/gu, ''), 'hex');
}

/** A reader of exactly these octets, which lie in the middle of a larger buffer, as they do in a socket's chunk. */
export function readerOf(bytes: Uint8Array): WireReader {
  const before = 7;
  const pool = Buffer.alloc(before + bytes.length + 9, 0xa5).subarray(2);
  pool.set(bytes, before - 2);
  return new WireReader().reset(pool, before - 2, before - 2 + bytes.length);
}
