/** A consumer of a stream, and how far it has read: reading takes nothing away, so each has a position of its own. */
import { HeaderSplice } from '../../amqp/wire/property-octets.ts';
import { Message } from '../message.ts';
import type { Consumer } from './consumer.ts';
import { matchesFilter, type StreamFilter } from './stream-filter.ts';
import type { StreamChunk, StreamLog } from './stream-log.ts';
import type { StreamOffset } from './stream-offset.ts';

/** The consumer can take nothing now. */
export const BLOCKED = 0;
/** The consumer has everything that there is. */
export const AT_END = 1;
/** There is more to be read than was allowed at once. */
export const MORE = 2;
export type ReadingEnd = typeof BLOCKED | typeof AT_END | typeof MORE;

const STREAM_OFFSET = new HeaderSplice('x-stream-offset');

export class StreamReader {
  readonly consumer: Consumer;
  /** Messages that the last `read` has looked at, whether they were delivered or not. */
  seenCount = 0;
  /** What the last `read` has delivered. */
  deliveredCount = 0;
  readonly #filter: StreamFilter | null;
  #nextOffset: number;

  constructor(consumer: Consumer, offset: number, filter: StreamFilter | null) {
    this.consumer = consumer;
    this.#nextOffset = offset;
    this.#filter = filter;
  }

  /** Delivers from where it stands on. Holds no chunk between two calls. */
  read(log: StreamLog, countMax: number): ReadingEnd {
    this.seenCount = 0;
    this.deliveredCount = 0;
    while (this.seenCount < countMax) {
      if (!this.consumer.hasCredit()) return BLOCKED;
      // What was dropped before it was read is left out.
      this.#nextOffset = Math.max(this.#nextOffset, log.firstOffset);
      const chunk = log.chunkAt(this.#nextOffset);
      if (chunk === null) return AT_END;
      this.#readChunk(chunk, countMax);
    }
    return MORE;
  }

  #readChunk(chunk: StreamChunk, countMax: number): void {
    const { consumer } = this;
    const filter = this.#filter;
    const end = chunk.firstOffset + chunk.length;
    if (filter !== null && !chunk.mayMatch(filter)) {
      this.#nextOffset = end;
      // Not for nothing: the chunk had to be found, and may have had to be loaded.
      this.seenCount++;
      return;
    }
    while (this.#nextOffset < end && this.seenCount < countMax && consumer.hasCredit()) {
      const offset = this.#nextOffset++;
      const message = chunk.messageAt(offset);
      this.seenCount++;
      if (message === null || (filter !== null && !matchesFilter(filter, message))) continue;
      this.deliveredCount++;
      consumer.unackedCount++;
      consumer.target.deliver(consumer, withOffset(message, offset), offset, false);
    }
  }
}

/** The offset in a log. One beyond its end is waited for. */
export function resolveStreamOffset(start: StreamOffset, log: StreamLog, nowMs: number): number {
  switch (start.from) {
    case 'first':
      return log.firstOffset;
    case 'last':
      return log.lastRunOffset;
    case 'next':
      return log.nextOffset;
    case 'offset':
      return Math.max(start.offset, log.firstOffset);
    case 'time':
      return log.offsetAt(start.timestampMs);
    case 'age':
      return log.offsetAt(nowMs - start.ageMs);
  }
}

/** The message with a header that tells its offset. */
function withOffset(message: Message, offset: number): Message {
  const { properties, propertiesStart: start, propertiesLength } = message;
  const encoded = STREAM_OFFSET.withInteger(properties, start, start + propertiesLength, offset);
  return new Message(
    message.address,
    message.isPersistent,
    encoded,
    0,
    encoded.length,
    message.body,
    message.bodyStart,
    message.bodyLength,
    message.bodyPieces,
    -1,
    message.arrivedAtMs,
    message.traits,
  );
}
