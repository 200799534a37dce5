/**
 * Where a stream consumer begins: the values of `x-stream-offset`, and the ages that these and `x-max-age` are given in
 * (https://www.rabbitmq.com/docs/streams#consuming).
 */
import type { FieldValue } from '../../amqp/wire/field-table.ts';
import { INTEGER_TYPES, plainText } from '../equivalence.ts';

/** Where to begin, before it is looked up in a log. */
export type StreamOffset =
  | { readonly from: 'first' | 'last' | 'next' }
  | { readonly from: 'offset'; readonly offset: number }
  /** What was published at this time or later: wall clock, in milliseconds. */
  | { readonly from: 'time'; readonly timestampMs: number }
  | { readonly from: 'age'; readonly ageMs: number };

const HOUR_MS = 3_600_000;
const UNITS_MS: Readonly<Record<string, number>> = {
  Y: 365 * 24 * HOUR_MS,
  M: 30 * 24 * HOUR_MS,
  D: 24 * HOUR_MS,
  h: HOUR_MS,
  m: 60_000,
  s: 1000,
};

/** A whole number from 1 and a unit, such as `7D`, in milliseconds; null for anything else. */
export function parseAge(text: string): number | null {
  const match = /^(?<count>\d+)(?<unit>[YMDhms])$/u.exec(text);
  const { count = '', unit = '' } = match?.groups ?? {};
  const ageMs = Number(count) * (UNITS_MS[unit] ?? 0);
  return ageMs > 0 ? ageMs : null;
}

/** The value of `x-stream-offset`; null for one that means nothing. */
export function parseStreamOffset(value: FieldValue | undefined): StreamOffset | null {
  if (value === undefined || value.type === 'V') return { from: 'next' };
  if (INTEGER_TYPES.has(value.type)) return { from: 'offset', offset: Number(value.value) };
  if (value.type === 'T') return { from: 'time', timestampMs: Number(value.value) * 1000 };
  if (value.type !== 'S') return null;
  const text = plainText(value);
  if (text === 'first' || text === 'last' || text === 'next') return { from: text };
  const ageMs = parseAge(text);
  return ageMs === null ? null : { from: 'age', ageMs };
}
