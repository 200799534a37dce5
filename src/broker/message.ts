/**
 * A message: where it was published to, and where its octets lie. Nothing is decoded or copied until somebody asks,
 * because most messages pass through unread.
 */
import type { BasicProperties } from '../amqp/wire/generated/properties.ts';
import { readProperties, writeProperties } from '../amqp/wire/property-octets.ts';
import { EMPTY_TABLE, type FieldTable } from '../amqp/wire/field-table.ts';
import { writeTraits, type MessageTraits } from './message-traits.ts';

export { NO_TRAITS, type MessageTraits, type RoutingCopies } from './message-traits.ts';

/** Where messages are published to. Publishers repeat themselves, so many messages share one address. */
export class MessageAddress {
  readonly exchange: string;
  /** A byte string: one character for each octet. */
  readonly routingKey: string;
  #octets: Buffer | null = null;

  constructor(exchange: string, routingKey: string) {
    this.exchange = exchange;
    this.routingKey = routingKey;
  }

  /** Both as octets, each behind an octet that tells its length: how the journal keeps them. */
  get octets(): Buffer {
    if (this.#octets !== null) return this.#octets;
    const exchange = Buffer.from(this.exchange);
    const routingKey = Buffer.from(this.routingKey, 'latin1');
    this.#octets = Buffer.concat([
      Buffer.of(exchange.length),
      exchange,
      Buffer.of(routingKey.length),
      routingKey,
    ]);
    return this.#octets;
  }
}

/** Shared by all queues that hold the message, and immutable: what differs by queue is kept by the queue. */
export class Message {
  readonly address: MessageAddress;
  /** Delivery mode 2. */
  readonly isPersistent: boolean;
  /** The property flags and values as they came, at [propertiesStart, propertiesStart + propertiesLength). */
  readonly properties: Buffer;
  readonly propertiesStart: number;
  readonly propertiesLength: number;
  /** The body, at [bodyStart, bodyStart + bodyLength), unless it lies in `bodyPieces`. */
  readonly body: Buffer;
  readonly bodyStart: number;
  readonly bodyLength: number;
  /** The pieces of a body that arrived in several chunks, in order; null when it lies in `body`. */
  readonly bodyPieces: readonly Buffer[] | null;
  /**
   * Where in `properties` the publisher's own encoding of properties and body begins, when all of it lies there in
   * one piece and may be passed on as it is; -1 otherwise. Set and used by the protocol front end only.
   */
  readonly contentFrames: number;
  /** When it was published, on the turn's clock, in milliseconds. */
  readonly arrivedAtMs: number;
  readonly traits: MessageTraits | null;

  constructor(
    address: MessageAddress,
    isPersistent: boolean,
    properties: Buffer,
    propertiesStart: number,
    propertiesLength: number,
    body: Buffer,
    bodyStart: number,
    bodyLength: number,
    bodyPieces: readonly Buffer[] | null,
    contentFrames: number,
    arrivedAtMs: number,
    traits: MessageTraits | null,
  ) {
    this.address = address;
    this.isPersistent = isPersistent;
    this.properties = properties;
    this.propertiesStart = propertiesStart;
    this.propertiesLength = propertiesLength;
    this.body = body;
    this.bodyStart = bodyStart;
    this.bodyLength = bodyLength;
    this.bodyPieces = bodyPieces;
    this.contentFrames = contentFrames;
    this.arrivedAtMs = arrivedAtMs;
    this.traits = traits;
  }

  /** What the journal keeps beside properties and body; null for nothing. */
  get extras(): Buffer | null {
    return this.traits === null ? null : writeTraits(this.traits);
  }
}

/** All of a message but its body and its time. */
export interface Envelope {
  readonly address: MessageAddress;
  /** As octets. */
  readonly properties: Buffer;
  readonly traits: MessageTraits | null;
}

/** The same body in another envelope. */
export function inEnvelope(message: Message, envelope: Envelope, arrivedAtMs: number): Message {
  const { address, properties, traits } = envelope;
  return new Message(
    address,
    message.isPersistent,
    properties,
    0,
    properties.length,
    message.body,
    message.bodyStart,
    message.bodyLength,
    message.bodyPieces,
    -1,
    arrivedAtMs,
    traits,
  );
}

/** The same message, whose body is not in pieces, with its octets copied into `memory`. */
export function movedTo(memory: Buffer, at: number, message: Message): Message {
  const { properties, propertiesStart, propertiesLength, body, bodyStart, bodyLength } = message;
  properties.copy(memory, at, propertiesStart, propertiesStart + propertiesLength);
  body.copy(memory, at + propertiesLength, bodyStart, bodyStart + bodyLength);
  return new Message(
    message.address,
    message.isPersistent,
    memory,
    at,
    propertiesLength,
    memory,
    at + propertiesLength,
    bodyLength,
    null,
    -1,
    message.arrivedAtMs,
    message.traits,
  );
}

/** The same message with other properties. Costs allocations: not for the common way of a message. */
export function withProperties(
  message: Message,
  properties: BasicProperties,
  traits: MessageTraits | null = message.traits,
): Message {
  const { address, arrivedAtMs } = message;
  const envelope = { address, properties: writeProperties(properties), traits };
  return inEnvelope(message, envelope, arrivedAtMs);
}

/** All keys that a message is routed by: its routing key, then those of CC and BCC. */
export function routingKeysOf(message: Message): readonly string[] {
  const { routingKey } = message.address;
  const copies = message.traits?.copies ?? null;
  return copies === null ? [routingKey] : [routingKey, ...copies.carbon, ...copies.blind];
}

/** Decodes all properties of a message. Costs allocations: not for the common way of a message. */
export function propertiesOf(message: Message): BasicProperties {
  const start = message.propertiesStart;
  return readProperties(message.properties, start, start + message.propertiesLength);
}

/** The headers of a message; an empty table when it has none. */
export function headersOf(message: Message): FieldTable {
  return propertiesOf(message).headers ?? EMPTY_TABLE;
}

/** A copy of the body. */
export function bodyOf({ body, bodyStart, bodyLength, bodyPieces }: Message): Buffer {
  return bodyPieces === null
    ? Buffer.from(body.subarray(bodyStart, bodyStart + bodyLength))
    : Buffer.concat(bodyPieces);
}
