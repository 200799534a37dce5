// What a message consists of: its body and properties follow from its publisher and sequence number, so what comes back
// is compared with what was sent without keeping it. A body carries publisher, sequence number, length and a checksum.
import { crc32 } from 'node:zlib';
import type { BasicProperties } from '../../src/amqp/wire/generated/properties.ts';
import { fromPlain, toPlain } from '../../src/amqp/wire/plain-table.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** Who published a message, and as which of its messages: counted from 1, over all connections of the publisher. */
export interface MessageId {
  readonly publisher: number;
  readonly sequence: number;
}

export interface Content {
  readonly properties: BasicProperties;
  readonly body: Buffer;
}

/** publisher (4), sequence number (4), length of the body (4), CRC-32 of what follows (4). */
const HEADER_OCTETS = 16;
const FILLER_OCTETS = 220_000;
/** Far in the future: about 23 days, in milliseconds. */
const EXPIRATION = '2000000000';
/** Highest priority of a message. */
const PRIORITY_MAX = 5;
/** Headers that a broker adds: deaths and counts of deliveries. */
const ADDED_HEADER = /^(?:x-(?:first-|last-)?death(?:-\w+)?|x-delivery-count|x-acquired-count)$/u;

const FILLER = Buffer.from(new SeededRandom(4711).bytes(FILLER_OCTETS));

/** The content of a message. */
export function contentOf(id: MessageId, isPersistent: boolean): Content {
  const random = new SeededRandom(Math.imul(id.publisher, 0x9e3779b1) ^ id.sequence);
  const properties = propertiesOf(id, isPersistent, random);
  return { properties, body: bodyOf(id, random) };
}

/** The priority of a message; null when it says none. */
export function priorityOf(id: MessageId): number | null {
  return contentOf(id, true).properties.priority ?? null;
}

/** The message that a delivery claims to be; null when it claims nothing. */
export function idOf(properties: BasicProperties): MessageId | null {
  const match = /^(\d+)\.(\d+)$/u.exec(properties.messageId ?? '');
  if (match === null) return null;
  return { publisher: Number(match[1]), sequence: Number(match[2]) };
}

/** What is wrong with a content that came back; null when nothing is. */
export function contentProblem(id: MessageId, isPersistent: boolean, came: Content): string | null {
  const sent = contentOf(id, isPersistent);
  if (!came.body.equals(sent.body)) {
    return `its body has ${came.body.length} octets (${describeBody(came.body)}) where ${sent.body.length} were sent`;
  }
  const isDead = toPlain(came.properties.headers ?? new Map())['x-death'] !== undefined;
  const expected = comparable(sent.properties, isDead);
  const actual = comparable(came.properties, isDead);
  return actual === expected ? null : `its properties are ${actual}, not ${expected}`;
}

function describeBody(body: Buffer): string {
  if (body.length < HEADER_OCTETS) return 'too short for a header';
  const [publisher, sequence, length] = [0, 4, 8].map((start) => body.readUInt32BE(start));
  const isIntact = crc32(body.subarray(HEADER_OCTETS)) === body.readUInt32BE(12);
  return `it says ${publisher}.${sequence}, ${length} octets; its checksum is ${isIntact ? 'right' : 'wrong'}`;
}

/** Text that is equal for equal properties. What dead-lettering takes away does not count for the dead. */
function comparable(properties: BasicProperties, isDead: boolean): string {
  const { headers, expiration, ...others } = properties;
  const plainHeaders = Object.entries(toPlain(headers ?? new Map()))
    .filter(([key]) => !ADDED_HEADER.test(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const compared = {
    ...Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1))),
    headers: plainHeaders,
    expiration: isDead ? '' : (expiration ?? ''),
  };
  return JSON.stringify(compared, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

function propertiesOf(id: MessageId, isPersistent: boolean, random: SeededRandom): BasicProperties {
  const { publisher, sequence } = id;
  return {
    messageId: `${publisher}.${sequence}`,
    deliveryMode: isPersistent ? 2 : 1,
    ...(random.oneIn(2) ? { priority: random.below(PRIORITY_MAX + 1) } : {}),
    ...(random.oneIn(8) ? { expiration: EXPIRATION } : {}),
    ...(random.oneIn(4) ? { contentType: 'application/octet-stream' } : {}),
    ...(random.oneIn(8) ? { correlationId: `c${sequence}`, replyTo: `replies-${publisher}` } : {}),
    ...(random.oneIn(8) ? { timestamp: 1_700_000_000n + BigInt(sequence), type: 'tested' } : {}),
    ...(random.oneIn(3) ? { headers: fromPlain(headersOf(id, random)) } : {}),
  };
}

function headersOf({ sequence }: MessageId, random: SeededRandom): Record<string, string | number> {
  return { sequence, text: 'a header, größer als ASCII', share: 0.5 + random.below(100) };
}

function bodyOf({ publisher, sequence }: MessageId, random: SeededRandom): Buffer {
  const size = sizeOf(random);
  if (size < HEADER_OCTETS) return Buffer.alloc(0);
  const body = Buffer.allocUnsafe(size);
  const fillerStart = random.below(FILLER_OCTETS - size);
  FILLER.copy(body, HEADER_OCTETS, fillerStart, fillerStart + size - HEADER_OCTETS);
  body.writeUInt32BE(publisher, 0);
  body.writeUInt32BE(sequence, 4);
  body.writeUInt32BE(size, 8);
  body.writeUInt32BE(crc32(body.subarray(HEADER_OCTETS)), 12);
  return body;
}

/** Most are small; one in some hundred has up to 200 KiB. */
function sizeOf(random: SeededRandom): number {
  const kind = random.below(400);
  if (kind < 16) return 0;
  if (kind < 340) return HEADER_OCTETS + random.below(240);
  if (kind < 385) return HEADER_OCTETS + random.below(5000);
  if (kind < 398) return HEADER_OCTETS + random.below(40_000);
  return HEADER_OCTETS + random.below(200 * 1024);
}
