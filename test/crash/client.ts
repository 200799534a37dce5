// An AMQP client for brokers that die in mid-conversation. What comes is handed over at once, in the order of the wire;
// whatever is awaited settles when the socket ends.
import { connect, type Socket } from 'node:net';
import { FrameReader, type FrameHandler } from '../../src/amqp/wire/frame-reader.ts';
import { encodeContent, PROTOCOL_HEADER } from '../../src/amqp/wire/frame.ts';
import { fromPlain } from '../../src/amqp/wire/plain-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import {
  decodeProperties,
  type BasicProperties,
} from '../../src/amqp/wire/generated/properties.ts';
import { WireReader } from '../../src/amqp/wire/wire-reader.ts';
import { WireWriter } from '../../src/amqp/wire/wire-writer.ts';
import { Channel, Disconnected, type ChannelOwner, type Encode } from './channel.ts';

const HOST = '127.0.0.1';
const FRAME_MAX = 131_072;
const BASIC_CLASS = 60;
/** How long a handshake may take, in milliseconds: a broker that is killed meanwhile may leave it hanging. */
const HANDSHAKE_MS = 20_000;

interface Content {
  readonly method: methods.Method;
  properties: BasicProperties;
  remaining: number;
  readonly pieces: Buffer[];
}

const EMPTY_BODY = Buffer.alloc(0);

export class Client implements FrameHandler, ChannelOwner {
  readonly #socket: Socket;
  readonly #reader = new FrameReader(this, 0);
  readonly #channels = new Map<number, Channel>();
  readonly #contents = new Map<number, Content>();
  readonly #closed = Promise.withResolvers<void>();
  /** Why the broker closed the connection, when it said so; empty otherwise. */
  refusal = '';
  isClosed = false;
  #nextChannel = 1;
  #handshake: { resolve(): void; reject(error: Error): void } | null = null;
  #onClosedInOrder: (() => void) | null = null;

  private constructor(port: number) {
    this.#socket = connect({ port, host: HOST, noDelay: true });
    this.#socket.on('data', (chunk) => {
      this.#reader.push(chunk);
      this.#reader.run();
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#end(false));
  }

  /** Connects and logs in. @throws Disconnected */
  static async open(port: number): Promise<Client> {
    const client = new Client(port);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    client.#handshake = { resolve, reject };
    client.#socket.once('connect', () => client.#socket.write(PROTOCOL_HEADER));
    const timer = setTimeout(() => client.tear(), HANDSHAKE_MS);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
    return client;
  }

  /** @throws Disconnected */
  async channel(): Promise<Channel> {
    const number = this.#nextChannel++;
    const channel = new Channel(this, number);
    this.#channels.set(number, channel);
    await channel.call(methods.encodeChannelOpen, {});
    return channel;
  }

  /** Closes the connection in order. @throws Disconnected when it ends otherwise */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#onClosedInOrder = () => resolve(true);
    void this.#closed.promise.then(() => resolve(false));
    this.send(methods.encodeConnectionClose, 0, {
      replyCode: 200,
      replyText: '',
      classId: 0,
      methodId: 0,
    });
    if (!(await promise)) throw new Disconnected('the connection ended before close-ok');
    this.#socket.destroy();
    this.#end(true);
  }

  /** Ends the connection without a word. Nothing of it is handed over any more. */
  tear(): void {
    this.#socket.destroy();
    this.#end(false);
  }

  /** The socket has ended. */
  async ended(): Promise<void> {
    await this.#closed.promise;
  }

  send<M>(encode: Encode<M>, channel: number, method: M): void {
    const writer = new WireWriter();
    encode(writer, channel, method);
    this.#socket.write(writer.take());
  }

  publish(
    channel: number,
    address: { readonly exchange: string; readonly routingKey: string },
    properties: BasicProperties,
    body: Buffer,
  ): void {
    const writer = new WireWriter();
    const flags = { mandatory: true, immediate: false };
    methods.encodeBasicPublish(writer, channel, { ...address, ...flags });
    encodeContent(writer, channel, BASIC_CLASS, properties, body, FRAME_MAX);
    this.#socket.write(writer.take());
  }

  forget(channel: number): void {
    this.#channels.delete(channel);
  }

  #end(isInOrder: boolean): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#reader.pause();
    const error = new Disconnected(
      this.refusal === '' ? 'the connection ended' : `the broker closed: ${this.refusal}`,
    );
    this.#handshake?.reject(error);
    for (const channel of this.#channels.values()) channel.end(error, isInOrder);
    this.#channels.clear();
    this.#closed.resolve();
  }

  onMethod(channel: number, id: number, buffer: Buffer, start: number, end: number): void {
    const method = methods.decodeMethod(id, new WireReader().reset(buffer, start, end));
    if (methods.hasContent(id)) {
      this.#contents.set(channel, { method, properties: {}, remaining: 0, pieces: [] });
    } else if (channel === 0) {
      this.#onConnectionMethod(method);
    } else {
      this.#channels.get(channel)?.onReceived({ method, properties: {}, body: EMPTY_BODY });
    }
  }

  onHeader(channel: number, buffer: Buffer, start: number, end: number): void {
    const content = this.#contents.get(channel);
    if (content === undefined) throw new Error(`a content header on channel ${channel}`);
    content.remaining = Number(buffer.readBigUInt64BE(start + 4));
    content.properties = decodeProperties(new WireReader().reset(buffer, start + 12, end));
    this.#complete(channel, content);
  }

  onBody(channel: number, buffer: Buffer, start: number, end: number): void {
    const content = this.#contents.get(channel);
    if (content === undefined) throw new Error(`a content body on channel ${channel}`);
    content.remaining -= end - start;
    content.pieces.push(buffer.subarray(start, end));
    this.#complete(channel, content);
  }

  onHeartbeat(): void {}

  #complete(channel: number, { method, properties, remaining, pieces }: Content): void {
    if (remaining > 0) return;
    this.#contents.delete(channel);
    const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    this.#channels.get(channel)?.onReceived({ method, properties, body });
  }

  #onConnectionMethod(method: methods.Method): void {
    switch (method.id) {
      case methods.CONNECTION_START:
        this.send(methods.encodeConnectionStartOk, 0, {
          clientProperties: fromPlain({ capabilities: { 'basic.nack': true } }),
          mechanism: 'PLAIN',
          response: Buffer.from('\0guest\0guest'),
          locale: 'en_US',
        });
        break;
      case methods.CONNECTION_TUNE:
        this.send(methods.encodeConnectionTuneOk, 0, {
          frameMax: FRAME_MAX,
          channelMax: 2047,
          heartbeat: 0,
        });
        this.send(methods.encodeConnectionOpen, 0, { virtualHost: '/' });
        break;
      case methods.CONNECTION_OPEN_OK:
        this.#handshake?.resolve();
        this.#handshake = null;
        break;
      case methods.CONNECTION_CLOSE:
        this.refusal = `${method.replyCode} ${method.replyText}`;
        this.send(methods.encodeConnectionCloseOk, 0, {});
        break;
      case methods.CONNECTION_CLOSE_OK:
        // A broker that closed first did not read what came before our close.
        if (this.refusal === '') this.#onClosedInOrder?.();
        else this.tear();
        break;
      default:
    }
  }
}
