/** Field tables from and to plain JavaScript values, for code that does not care which integer width is on the wire. */
import type { FieldTable, FieldValue } from './field-value.ts';

/** What has a counterpart in a field table. */
export type PlainValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly PlainValue[]
  | PlainTable;

export interface PlainTable {
  readonly [key: string]: PlainValue;
}

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * Strings become S, booleans t, integers I or (beyond 32 bits, and bigints) l, other numbers d, null V, arrays A,
 * Uint8Arrays x, objects F.
 */
export function fromPlain(plain: PlainTable): FieldTable {
  return new Map(Object.entries(plain).map(([key, value]) => [key, valueFromPlain(value)]));
}

function valueFromPlain(plain: PlainValue): FieldValue {
  if (plain === null) return { type: 'V', value: null };
  if (typeof plain === 'string') return { type: 'S', value: plain };
  if (typeof plain === 'boolean') return { type: 't', value: plain };
  if (typeof plain === 'bigint') return { type: 'l', value: plain };
  if (typeof plain === 'number') return numberFromPlain(plain);
  if (plain instanceof Uint8Array) return { type: 'x', value: Buffer.from(plain) };
  if (isArray(plain)) return { type: 'A', value: plain.map(valueFromPlain) };
  return { type: 'F', value: fromPlain(plain) };
}

function numberFromPlain(plain: number): FieldValue {
  // An integer has no negative zero.
  const isInteger = Number.isSafeInteger(plain) && !Object.is(plain, -0);
  if (!isInteger) return { type: 'd', value: plain };
  if (plain >= INT32_MIN && plain <= INT32_MAX) return { type: 'I', value: plain };
  return { type: 'l', value: BigInt(plain) };
}

/** Array.isArray does not narrow a readonly array away from an object. */
function isArray(plain: readonly PlainValue[] | PlainTable): plain is readonly PlainValue[] {
  return Array.isArray(plain);
}

/**
 * The values without their types. 64-bit integers and timestamps become numbers where that is exact and bigints
 * otherwise, decimals become numbers, text that is not UTF-8 stays a Buffer.
 */
export function toPlain(table: FieldTable): PlainTable {
  // fromEntries, not assignment: a key may be `__proto__`.
  return Object.fromEntries([...table].map(([key, value]) => [key, valueToPlain(value)]));
}

function valueToPlain(field: FieldValue): PlainValue {
  switch (field.type) {
    case 'l':
    case 'T': {
      const number = Number(field.value);
      return Number.isSafeInteger(number) ? number : field.value;
    }
    case 'D':
      return field.value.unscaled / 10 ** field.value.scale;
    case 'A':
      return field.value.map(valueToPlain);
    case 'F':
      return toPlain(field.value);
    default:
      return field.value;
  }
}
