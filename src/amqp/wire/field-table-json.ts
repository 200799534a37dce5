/** Field tables from and to JSON, as RabbitMQ's HTTP API and its definitions have arguments and headers. */
import type { FieldTable, FieldValue } from './field-value.ts';
import { toPlain } from './plain-table.ts';

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** What no field table can hold. */
export class TableJsonError extends Error {}

/** As in what is read from the wire. */
const DEPTH_MAX = 128;
const KEY_OCTETS_MAX = 255;

/** Whole numbers become 64-bit integers, other numbers doubles, strings S, as RabbitMQ has it. @throws TableJsonError */
export function tableFromJson(json: JsonObject): FieldTable {
  return tableAt(json, 1);
}

/** An empty array is how RabbitMQ writes an empty table now and then. */
function tableAt(json: JsonObject, depth: number): FieldTable {
  const entries = Object.entries(json);
  if (Array.isArray(json) && entries.length > 0) throw new TableJsonError('a table is an object');
  return new Map(
    entries.map(([key, value]) => {
      if (Buffer.byteLength(key) <= KEY_OCTETS_MAX) return [key, valueFromJson(value, depth)];
      throw new TableJsonError(`keys of tables have ${KEY_OCTETS_MAX} octets at most`);
    }),
  );
}

function valueFromJson(json: Json, depth: number): FieldValue {
  if (json === null) return { type: 'V', value: null };
  if (typeof json === 'string') return { type: 'S', value: json };
  if (typeof json === 'boolean') return { type: 't', value: json };
  if (typeof json === 'number') {
    return Number.isSafeInteger(json)
      ? { type: 'l', value: BigInt(json) }
      : { type: 'd', value: json };
  }
  if (depth === DEPTH_MAX) {
    throw new TableJsonError(`tables are nested ${DEPTH_MAX} levels deep at most`);
  }
  if (!isArray(json)) return { type: 'F', value: tableAt(json, depth + 1) };
  return { type: 'A', value: json.map((item) => valueFromJson(item, depth + 1)) };
}

function isArray(json: readonly Json[] | JsonObject): json is readonly Json[] {
  return Array.isArray(json);
}

/** Octets that are no text are shown as one character each; whole numbers that JSON cannot hold as the nearest. */
export function tableToJson(table: FieldTable): JsonObject {
  return plainToJson(toPlain(table)) as JsonObject;
}

function plainToJson(plain: unknown): Json {
  if (typeof plain === 'bigint') return Number(plain);
  if (plain instanceof Uint8Array) return Buffer.from(plain).toString('latin1');
  if (Array.isArray(plain)) return plain.map(plainToJson);
  if (typeof plain === 'object' && plain !== null) {
    return Object.fromEntries(
      Object.entries(plain).map(([key, value]) => [key, plainToJson(value)]),
    );
  }
  if (typeof plain === 'number' && !Number.isFinite(plain)) return null;
  return plain as Json;
}
