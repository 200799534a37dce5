/**
 * The values of field tables (0-9-1 section 4.2.5.5, with RabbitMQ's corrections) and when two of them are equal. How
 * they lie on the wire is the business of field-table.ts.
 */

/** Kept in wire order. Where a key stands twice on the wire, the first counts. */
export type FieldTable = ReadonlyMap<string, FieldValue>;

/** `type` is the tag on the wire; numbers must fit what it says. */
export type FieldValue =
  | { readonly type: 't'; readonly value: boolean }
  /** Integers, signed and unsigned: 8 bits (b B), 16 (s u), 32 (I i). */
  | { readonly type: 'b' | 'B' | 's' | 'u' | 'I' | 'i'; readonly value: number }
  /** Signed, 64 bits. */
  | { readonly type: 'l'; readonly value: bigint }
  /** Seconds since 1970, unsigned, 64 bits. */
  | { readonly type: 'T'; readonly value: bigint }
  /** Floating point of 32 (f) and 64 bits (d). */
  | { readonly type: 'f' | 'd'; readonly value: number }
  | { readonly type: 'D'; readonly value: Decimal }
  /** Text; a Buffer when it is not valid UTF-8. */
  | { readonly type: 'S'; readonly value: string | Buffer }
  | { readonly type: 'x'; readonly value: Buffer }
  | { readonly type: 'A'; readonly value: readonly FieldValue[] }
  | { readonly type: 'F'; readonly value: FieldTable }
  | { readonly type: 'V'; readonly value: null };

/** `unscaled` (unsigned, 32 bits) divided by 10 to the power of `scale` (8 bits). */
export interface Decimal {
  readonly scale: number;
  readonly unscaled: number;
}

export const EMPTY_TABLE: FieldTable = new Map<string, FieldValue>();

/**
 * Whether a header meets the value of a binding's argument. As in RabbitMQ, the width of a number and the difference
 * between text and bytes do not count, but integers never equal floats, and a timestamp equals nothing, because
 * RabbitMQ converts only one of the two sides. Inside arrays and tables the types count too.
 */
export function fieldValuesEqual(a: FieldValue, b: FieldValue): boolean {
  switch (a.type) {
    case 't':
      return b.type === 't' && a.value === b.value;
    case 'b':
    case 'B':
    case 's':
    case 'u':
    case 'I':
    case 'i':
    case 'l':
      return isInteger(b) && integersEqual(a.value, b.value);
    case 'f':
    case 'd':
      return (b.type === 'f' || b.type === 'd') && a.value === b.value;
    case 'T':
      return false;
    case 'D':
      return b.type === 'D' && decimalsEqual(a.value, b.value);
    case 'S':
    case 'x':
      return (b.type === 'S' || b.type === 'x') && octetsEqual(a.value, b.value);
    case 'A':
      return b.type === 'A' && arraysIdentical(a.value, b.value);
    case 'F':
      return b.type === 'F' && tablesIdentical(a.value, b.value);
    case 'V':
      return b.type === 'V';
  }
}

type IntegerValue = Extract<FieldValue, { readonly type: 'b' | 'l' }>;

function isInteger(value: FieldValue): value is IntegerValue {
  return 'bBsuIil'.includes(value.type);
}

function integersEqual(a: number | bigint, b: number | bigint): boolean {
  return typeof a === typeof b ? a === b : BigInt(a) === BigInt(b);
}

function decimalsEqual(a: Decimal, b: Decimal): boolean {
  return a.scale === b.scale && a.unscaled === b.unscaled;
}

function octetsEqual(a: string | Buffer, b: string | Buffer): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  return Buffer.from(a).equals(Buffer.from(b));
}

function arraysIdentical(a: readonly FieldValue[], b: readonly FieldValue[]): boolean {
  return a.length === b.length && a.every((item, index) => isIdentical(item, b[index]));
}

function tablesIdentical(a: FieldTable, b: FieldTable): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (!isIdentical(value, b.get(key))) return false;
  return true;
}

/** Equal, and of the same type: the rule inside arrays and tables. Timestamps are not converted there. */
function isIdentical(a: FieldValue, b: FieldValue | undefined): boolean {
  if (b === undefined || a.type !== b.type) return false;
  return a.type === 'T' ? a.value === b.value : fieldValuesEqual(a, b);
}
