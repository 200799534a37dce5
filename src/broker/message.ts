/**
 * A message: where it was published to, and where its octets lie. Nothing is decoded or copied until somebody asks,
 * because most messages pass through unread.
 */
import { decodeProperties, type BasicProperties } from '../amqp/wire/generated/properties.ts';
import { WireReader } from '../amqp/wire/wire-reader.ts';
import { EMPTY_TABLE, type FieldTable } from '../amqp/wire/field-table.ts';

/** Where messages are published to. Publishers repeat themselves, so many messages share one address. */
export class MessageAddress {
  readonly exchange: string;
  /** A byte string: one character for each octet. */
  readonly routingKey: string;

  constructor(exchange: string, routingKey: string) {
    this.exchange = exchange;
    this.routingKey = routingKey;
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
  }
}

/** Decodes all properties of a message. Costs allocations: not for the common way of a message. */
export function propertiesOf(message: Message): BasicProperties {
  const reader = new WireReader();
  const start = message.propertiesStart;
  reader.reset(message.properties, start, start + message.propertiesLength);
  return decodeProperties(reader);
}

/** The headers of a message; an empty table when it has none. */
export function headersOf(message: Message): FieldTable {
  return propertiesOf(message).headers ?? EMPTY_TABLE;
}
