/**
 * What the values of arguments must be, and RabbitMQ's terms for what is wrong with them: Erlang terms, because programs
 * and people compare the texts that they stand in.
 */
import type { FieldTable, FieldValue } from '../../amqp/wire/field-table.ts';
import { fieldTypeName } from '../../amqp/wire/field-type-names.ts';
import { INTEGER_TYPES, plainText } from '../equivalence.ts';
import { parseAge, parseStreamOffset } from './stream-offset.ts';

/** Null for a good value, otherwise the term that says what is wrong. */
export type ArgumentRule = (value: FieldValue, all: FieldTable) => string | null;

/** Ten years: no period may be longer. */
const PERIOD_MS_MAX = 315_360_000_000n;

export const anything: ArgumentRule = () => null;

export const integer: ArgumentRule = (value) =>
  INTEGER_TYPES.has(value.type) ? null : `"expected integer, got ${fieldTypeName(value.type)}"`;

export const notNegative: ArgumentRule = (value, all) => {
  const error = integer(value, all);
  if (error !== null) return error;
  const number = integerOf(value);
  return number < 0n ? `{value_negative,${number}}` : null;
};

export const positive: ArgumentRule = (value, all) =>
  notNegative(value, all) ?? (integerOf(value) === 0n ? '{value_zero,0}' : null);

/** Milliseconds, from 0. */
export const period: ArgumentRule = (value, all) => notNegative(value, all) ?? tooLong(value);

/** Milliseconds, from 1. */
export const lease: ArgumentRule = (value, all) => positive(value, all) ?? tooLong(value);

/** @param max the largest value; above it the term is `{max_value_exceeded,N}` */
export function atMost(max: bigint): ArgumentRule {
  return (value, all) => {
    const error = notNegative(value, all);
    if (error !== null) return error;
    const number = integerOf(value);
    return number > max ? `{max_value_exceeded,${number}}` : null;
  };
}

export const text: ArgumentRule = (value) => (value.type === 'S' ? null : unacceptable(value));

export const bool: ArgumentRule = (value) => (value.type === 't' ? null : unacceptable(value));

/** @param error the term for a text that is none of `values` */
export function oneOf(values: readonly string[], error: string): ArgumentRule {
  return (value) => {
    if (value.type !== 'S') return unacceptable(value);
    return values.includes(plainText(value)) ? null : error;
  };
}

/** A routing key for dead letters is of no use without an exchange for them. */
export const deadLetterRoutingKey: ArgumentRule = (value, all) =>
  text(value, all) ?? (all.has('x-dead-letter-exchange') ? null : 'routing_key_but_no_dlx_defined');

/** Lazy or not makes no difference any more, but has to be one of the two. */
export const queueMode: ArgumentRule = (value, all) => {
  const error = text(value, all);
  if (error !== null) return error;
  const mode = plainText(value);
  return mode === 'default' || mode === 'lazy' ? null : `"unsupported queue mode '${mode}'"`;
};

/** Of the two versions of classic queues that RabbitMQ had only the second is left. */
export const queueVersion: ArgumentRule = (value, all) => {
  const error = integer(value, all);
  if (error !== null) return error;
  return integerOf(value) === 2n ? null : `"unsupported queue version '${plainText(value)}'"`;
};

/** How long a stream keeps messages. */
export const age: ArgumentRule = (value, all) => {
  const error = text(value, all);
  if (error !== null) return error;
  return parseAge(plainText(value)) === null ? 'invalid_max_age' : null;
};

/** Where a consumer of a stream begins. */
export const streamOffset: ArgumentRule = (value) =>
  parseStreamOffset(value) === null ? `{invalid_stream_offset_arg,${termOf(value)}}` : null;

/** The value as an Erlang term: its type and what it is. */
function termOf(value: FieldValue): string {
  const plain = plainText(value);
  return `{${fieldTypeName(value.type)},${value.type === 'S' ? `<<${JSON.stringify(plain)}>>` : plain}}`;
}

function tooLong(value: FieldValue): string | null {
  const number = integerOf(value);
  return number > PERIOD_MS_MAX ? `{value_too_large,${number}}` : null;
}

function unacceptable(value: FieldValue): string {
  return `{unacceptable_type,${fieldTypeName(value.type)}}`;
}

function integerOf(value: FieldValue): bigint {
  return typeof value.value === 'number' || typeof value.value === 'bigint'
    ? BigInt(value.value)
    : 0n;
}
