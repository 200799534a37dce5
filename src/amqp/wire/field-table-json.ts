/** Field tables from and to JSON, as RabbitMQ's HTTP API and its definitions have arguments and headers. */
import type { FieldTable, FieldValue } from './field-value.ts';
import { toPlain } from './plain-table.ts';

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whole numbers become 64-bit integers, other numbers doubles, strings S, as RabbitMQ has it. */
export function tableFromJson(json: JsonObject): FieldTable {
  return new Map(Object.entries(json).map(([key, value]) => [key, valueFromJson(value)]));
}

function valueFromJson(json: Json): FieldValue {
  if (json === null) return { type: 'V', value: null };
  if (typeof json === 'string') return { type: 'S', value: json };
  if (typeof json === 'boolean') return { type: 't', value: json };
  if (typeof json === 'number') {
    return Number.isSafeInteger(json)
      ? { type: 'l', value: BigInt(json) }
      : { type: 'd', value: json };
  }
  if (isArray(json)) return { type: 'A', value: json.map(valueFromJson) };
  return { type: 'F', value: tableFromJson(json) };
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
