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
/** Values longer than this are not remembered for a whole chunk, in octets. */
const REMEMBERED_LENGTH_MAX = 255;

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

/** The filter values of a run of messages: whether a reader with a filter can leave out the whole run. */
export class FilterValues {
  #values: Set<string> | null = null;
  #hasUnfiltered = false;
  #hasForgotten = false;

  add(message: Message): void {
    const value = filterValueOf(message);
    if (value === null) this.#hasUnfiltered = true;
    else if (value.length > REMEMBERED_LENGTH_MAX) this.#hasForgotten = true;
    else (this.#values ??= new Set()).add(value);
  }

  /** False when none of the messages matches. */
  mayMatch(filter: StreamFilter): boolean {
    if (this.#hasForgotten || (this.#hasUnfiltered && filter.matchesUnfiltered)) return true;
    const values = this.#values;
    if (values === null) return false;
    for (const value of filter.values) if (values.has(value)) return true;
    return false;
  }
}
