/**
 * Walks over the properties of a message without decoding them: checks that they are well formed and finds the
 * little that every publish needs. Everything else is decoded only by who asks for it.
 */
import { WireDecodeError } from './wire/errors.ts';
import { skipTable } from './wire/field-table.ts';
import { WireReader } from './wire/wire-reader.ts';

const HAS_CONTENT_TYPE = 1 << 15;
const HAS_CONTENT_ENCODING = 1 << 14;
const HAS_HEADERS = 1 << 13;
const HAS_DELIVERY_MODE = 1 << 12;
const HAS_PRIORITY = 1 << 11;
const HAS_TIMESTAMP = 1 << 6;
/** correlation-id, reply-to, expiration, message-id */
const SHORT_STRINGS_BEFORE_TIMESTAMP: readonly number[] = [1 << 10, 1 << 9, 1 << 8, 1 << 7];
/** type, user-id, app-id, cluster-id */
const SHORT_STRINGS_AFTER_TIMESTAMP: readonly number[] = [1 << 5, 1 << 4, 1 << 3, 1 << 2];
/** Bit 1 belongs to no property, bit 0 announces more flags, which no property needs. */
const UNKNOWN_FLAGS = 0b11;
const HAS_REPLY_TO = 1 << 9;
const HAS_EXPIRATION = 1 << 8;
const HAS_USER_ID = 1 << 4;
const PERSISTENT_MODE = 2;

/** Delivery mode 2. */
export const IS_PERSISTENT = 1;
/** There is a priority or an expiration: queues may ask for them. */
export const HAS_TRAITS = 2;
/** There is a `reply-to`, a `user-id` or a header CC or BCC: they are read and may be rewritten. */
export const NEEDS_READING = 4;
/** What a scan finds, as bits. */
export type PropertyFacts = number;

const reader = new WireReader();

/** What the last scan that found HAS_TRAITS has seen: fields, because an object for each message would be garbage. */
export const scanned: {
  /** -1 for none. */
  priority: number;
  /** Null for none. */
  expiration: string | null;
} = { priority: -1, expiration: null };

/**
 * What a publish has to know of the properties in [start, end).
 *
 * @throws WireDecodeError when they are malformed
 */
export function scanProperties(buffer: Buffer, start: number, end: number): PropertyFacts {
  // The two forms that most small messages have, without the general walk.
  if (end - start === 2 && buffer[start] === 0 && buffer[start + 1] === 0) return 0;
  if (end - start === 3 && buffer[start] === HAS_DELIVERY_MODE >> 8 && buffer[start + 1] === 0) {
    return buffer[start + 2] === PERSISTENT_MODE ? IS_PERSISTENT : 0;
  }
  return walk(buffer, start, end);
}

let hasCopies = false;

function walk(buffer: Buffer, start: number, end: number): PropertyFacts {
  reader.reset(buffer, start, end);
  const flags = reader.short();
  if ((flags & UNKNOWN_FLAGS) !== 0) throw new WireDecodeError('unknown property flags');
  if ((flags & HAS_CONTENT_TYPE) !== 0) skipShortString();
  if ((flags & HAS_CONTENT_ENCODING) !== 0) skipShortString();
  hasCopies = false;
  if ((flags & HAS_HEADERS) !== 0) skipTable(reader, noteCopies);
  const deliveryMode = (flags & HAS_DELIVERY_MODE) === 0 ? 1 : reader.octet();
  scanned.priority = (flags & HAS_PRIORITY) === 0 ? -1 : reader.octet();
  scanned.expiration = null;
  for (const flag of SHORT_STRINGS_BEFORE_TIMESTAMP) {
    if ((flags & flag) === 0) continue;
    if (flag === HAS_EXPIRATION) scanned.expiration = reader.lenientShortString();
    else skipShortString();
  }
  if ((flags & HAS_TIMESTAMP) !== 0) skipOctets(8);
  for (const flag of SHORT_STRINGS_AFTER_TIMESTAMP) if ((flags & flag) !== 0) skipShortString();
  if (reader.offset !== end) throw new WireDecodeError('octets behind the properties');
  let facts = deliveryMode === PERSISTENT_MODE ? IS_PERSISTENT : 0;
  if ((flags & (HAS_PRIORITY | HAS_EXPIRATION)) !== 0) facts |= HAS_TRAITS;
  if ((flags & (HAS_REPLY_TO | HAS_USER_ID)) !== 0 || hasCopies) facts |= NEEDS_READING;
  return facts;
}

/** Looks for the headers CC and BCC. */
function noteCopies(offset: number): void {
  const { buffer } = reader;
  const length = buffer[offset]!;
  if (length !== 2 && length !== 3) return;
  const last = offset + length;
  if (buffer[last] !== 0x43 || buffer[last - 1] !== 0x43) return;
  if (length === 2 || buffer[offset + 1] === 0x42) hasCopies = true;
}

function skipShortString(): void {
  skipOctets(reader.octet());
}

function skipOctets(count: number): void {
  if (count > reader.end - reader.offset) throw new WireDecodeError('property is cut off');
  reader.offset += count;
}
