// A client without a socket: what it sends goes straight into a connection of the broker, what comes back is counted.
import { guestAccess } from '../support/guest-access.ts';
import { Connection } from '../../src/amqp/connection.ts';
import type { ConnectionOptions } from '../../src/amqp/connection-options.ts';
import { DEFAULT_LIMITS } from '../../src/amqp/limits.ts';
import { BlockPool } from '../../src/amqp/output-buffer.ts';
import { serverProperties } from '../../src/amqp/server-properties.ts';
import type { Transport } from '../../src/amqp/transport.ts';
import { EMPTY_TABLE } from '../../src/amqp/wire/field-table.ts';
import { encodeContent, PROTOCOL_HEADER } from '../../src/amqp/wire/frame.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { WireWriter } from '../../src/amqp/wire/wire-writer.ts';
import type { Broker } from '../../src/broker/broker.ts';

const BASIC_CLASS_ID = 60;
const FRAME_MAX = 131_072;
const QUEUE = 'q';

export function connectionOptions(broker: Broker): ConnectionOptions {
  return {
    broker,
    access: guestAccess(),
    limits: DEFAULT_LIMITS,
    pool: new BlockPool(),
    serverProperties: serverProperties('0.0.0', 'leveret@localhost'),
  };
}

/** Takes everything at once, as a socket does whose client reads. */
class Drain implements Transport {
  readonly writableLength = 0;
  octets = 0;

  write(bytes: Uint8Array, done?: () => void): boolean {
    this.octets += bytes.length;
    done?.();
    return true;
  }

  cork(): void {}
  uncork(): void {}
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}

export class InMemoryClient {
  readonly #drain = new Drain();
  readonly #connection: Connection;

  /** Logs in and opens channel 1. */
  constructor(options: ConnectionOptions, port: number) {
    this.#connection = new Connection(options, this.#drain, {
      remoteAddress: '127.0.0.1',
      remotePort: port,
      localAddress: '127.0.0.1',
      localPort: 5672,
      tls: null,
    });
    this.feed(PROTOCOL_HEADER);
    const response = Buffer.from('\0guest\0guest');
    const startOk = { clientProperties: EMPTY_TABLE, mechanism: 'PLAIN', response };
    this.send(methods.encodeConnectionStartOk, { ...startOk, locale: 'en_US' }, 0);
    const tuneOk = { channelMax: 10, frameMax: FRAME_MAX, heartbeat: 0 };
    this.send(methods.encodeConnectionTuneOk, tuneOk, 0);
    this.send(methods.encodeConnectionOpen, { virtualHost: '/' }, 0);
    this.send(methods.encodeChannelOpen, {});
  }

  /** Octets that came from the broker. */
  get receivedOctets(): number {
    return this.#drain.octets;
  }

  feed(octets: Buffer): void {
    this.#connection.onData(octets);
  }

  send<M>(
    encode: (writer: WireWriter, channel: number, method: M) => void,
    method: M,
    channel = 1,
  ): void {
    const writer = new WireWriter();
    encode(writer, channel, method);
    this.feed(writer.take());
  }

  declareQueue(durable: boolean): void {
    const flags = { passive: false, exclusive: false, autoDelete: false, noWait: false };
    const method = { ...flags, queue: QUEUE, durable, arguments: EMPTY_TABLE };
    this.send(methods.encodeQueueDeclare, method);
  }

  consume(noAck: boolean): void {
    const flags = { noLocal: false, exclusive: false, noWait: false };
    const method = { ...flags, queue: QUEUE, consumerTag: 'c', noAck, arguments: EMPTY_TABLE };
    this.send(methods.encodeBasicConsume, method);
  }
}

/** Frames that publish so many messages of 16 octets. */
export function publishing(count: number, isPersistent: boolean): Buffer {
  const writer = new WireWriter();
  const flags = { exchange: '', routingKey: QUEUE, mandatory: false, immediate: false };
  const properties = isPersistent ? { deliveryMode: 2 } : {};
  for (let i = 0; i < count; i++) {
    methods.encodeBasicPublish(writer, 1, flags);
    encodeContent(writer, 1, BASIC_CLASS_ID, properties, Buffer.alloc(16, 'x'), FRAME_MAX);
  }
  return writer.take();
}

/** Frames that acknowledge so many messages one by one, from a delivery tag on. */
export function acknowledging(count: number, firstTag: number): Buffer {
  const writer = new WireWriter();
  for (let i = 0; i < count; i++) {
    methods.encodeBasicAck(writer, 1, { deliveryTag: firstTag + i, multiple: false });
  }
  return writer.take();
}
