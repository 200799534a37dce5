/**
 * Filters of stream consumers (https://www.rabbitmq.com/docs/streams#filtering): publishers say in a header what a message
 * is about, consumers what they are interested in.
 */
import { HeaderSplice } from '../../amqp/wire/property-octets.ts';
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { Message } from '../message.ts';

export interface StreamFilter {
  /** As byte strings. */
  readonly values: ReadonlySet<string>;
  /** Messages without a filter value are wanted too. */
  readonly matchesUnfiltered: boolean;
}

const FILTER_VALUE = new HeaderSplice('x-stream-filter-value');
/** For the values of a chunk, two for each. Where all of its messages have different ones, one in six others seems to be among them. */
const BITS = 2048;

/** What the publisher says that the message is about, as a byte string; null for nothing. */
export function filterValueOf(message: Message): string | null {
  const { properties, propertiesStart: start, propertiesLength } = message;
  return FILTER_VALUE.readText(properties, start, start + propertiesLength);
}

export function matchesFilter(filter: StreamFilter, message: Message): boolean {
  const value = filterValueOf(message);
  return value === null ? filter.matchesUnfiltered : filter.values.has(value);
}

/** The filter that the arguments of basic.consume ask for; null for none. What is no text in them counts for nothing. */
export function streamFilterOf(args: FieldTable): StreamFilter | null {
  const wanted = args.get('x-stream-filter');
  if (wanted?.type !== 'S' && wanted?.type !== 'A') return null;
  const items = wanted.type === 'S' ? [wanted] : wanted.value;
  const values = new Set<string>();
  for (const item of items) {
    if (item.type === 'S') values.add(Buffer.from(item.value as Buffer).toString('latin1'));
  }
  return { values, matchesUnfiltered: args.get('x-stream-match-unfiltered')?.value === true };
}

/**
 * The filter values of a run of messages: whether a reader with a filter can leave out the whole run. Of values only bits are
 * kept, so that a stream of any length, with as many values as messages, takes little memory.
 */
export class FilterValues {
  /** Null: there is no value. */
  #bits: Uint32Array | null = null;
  #hasUnfiltered = false;

  add(message: Message): void {
    const value = filterValueOf(message);
    if (value === null) {
      this.#hasUnfiltered = true;
      return;
    }
    const bits = (this.#bits ??= new Uint32Array(BITS / 32));
    const hash = hashOf(value);
    setBit(bits, hash);
    setBit(bits, hash >>> 16);
  }

  /** False when none of the messages matches; true now and then although none does. */
  mayMatch(filter: StreamFilter): boolean {
    if (this.#hasUnfiltered && filter.matchesUnfiltered) return true;
    const bits = this.#bits;
    if (bits === null) return false;
    for (const value of filter.values) {
      const hash = hashOf(value);
      if (hasBit(bits, hash) && hasBit(bits, hash >>> 16)) return true;
    }
    return false;
  }
}

function setBit(bits: Uint32Array, hash: number): void {
  const bit = hash & (BITS - 1);
  bits[bit >> 5] = bits[bit >> 5]! | (1 << (bit & 31));
}

function hasBit(bits: Uint32Array, hash: number): boolean {
  const bit = hash & (BITS - 1);
  return (bits[bit >> 5]! & (1 << (bit & 31))) !== 0;
}

/** All of its bits depend on all of the value. */
function hashOf(value: string): number {
  let hash = value.length;
  for (let i = 0; i < value.length; i++) {
    hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
