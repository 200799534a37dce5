// A small AMQP client of the tests' own: it can send what no real client would, and sees every frame that comes back.
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { createBroker } from 'leveret';
import { FrameReader, type FrameHandler } from '../../src/amqp/wire/frame-reader.ts';
import {
  EMPTY_TABLE,
  fromPlain,
  toPlain,
  type FieldTable,
} from '../../src/amqp/wire/field-table.ts';
import { encodeContent, PROTOCOL_HEADER } from '../../src/amqp/wire/frame.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import {
  decodeProperties,
  type BasicProperties,
} from '../../src/amqp/wire/generated/properties.ts';
import { WireReader } from '../../src/amqp/wire/wire-reader.ts';
import { WireWriter } from '../../src/amqp/wire/wire-writer.ts';
import { asInDefaultVhost, HOST, PASSWORD, USER, VIRTUAL_HOST } from './other-broker.ts';

/** No wait takes longer, in milliseconds: only a failing test ever waits so long. */
const PATIENCE_MS = 10_000;

/** A method that came, with its content if it has one. */
export interface Received {
  readonly channel: number;
  readonly method: methods.Method;
  readonly properties: BasicProperties;
  readonly body: string;
}

export interface OpenOptions {
  readonly user?: string;
  readonly password?: string;
  readonly vhost?: string;
  readonly frameMax?: number;
  readonly channelMax?: number;
  readonly heartbeat?: number;
  readonly capabilities?: Readonly<Record<string, boolean>>;
  /** Notes what is declared over this connection. */
  readonly leftovers?: Leftovers;
}

/** What was declared and is to be removed again, on a broker that outlives the test. */
export class Leftovers {
  readonly queues: Set<string> = new Set();
  readonly exchanges: Set<string> = new Set();
}

const DEFAULT_CAPABILITIES = { consumer_cancel_notify: true, authentication_failure_close: true };

export class RawClient implements FrameHandler, AsyncDisposable {
  readonly socket: Socket;
  /** Everything received, in order, not yet taken by a test. */
  readonly inbox: Received[] = [];
  heartbeatCount = 0;
  isClosed = false;
  /** Octets received before the first frame, when it was not a frame. */
  received: Buffer = Buffer.alloc(0);
  /** Product and version of the broker, once logged in. */
  product = '';
  leftovers: Leftovers | null = null;
  readonly #reader = new FrameReader(this, 0);
  #waiting: (() => void) | null = null;
  #content: { received: Received; remaining: number; pieces: Buffer[] } | null = null;

  private constructor(port: number) {
    this.socket = connect({ port, host: HOST, noDelay: true });
    this.socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]).subarray(0, 64);
      if (this.received[0] === 0x41) return;
      this.#reader.push(chunk);
      this.#reader.run();
      this.#waiting?.();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.isClosed = true;
      this.#waiting?.();
    });
  }

  /** Connects, and sends nothing. */
  static async connect(port: number): Promise<RawClient> {
    const client = new RawClient(port);
    await new Promise<void>((resolve, reject) => {
      client.socket.once('connect', resolve);
      client.socket.once('error', reject);
    });
    return client;
  }

  /** Connects and goes through the handshake. */
  static async open(port: number, options: OpenOptions = {}): Promise<RawClient> {
    const client = await RawClient.connect(port);
    client.leftovers = options.leftovers ?? null;
    await client.login(options);
    await client.expect(methods.CONNECTION_TUNE);
    client.tune(options);
    client.openVhost(options.vhost);
    await client.expect(methods.CONNECTION_OPEN_OK);
    return client;
  }

  /** Header and start-ok. */
  async login(options: OpenOptions = {}): Promise<void> {
    this.socket.write(PROTOCOL_HEADER);
    const { serverProperties } = (await this.expect(methods.CONNECTION_START)).method;
    const { product, version } = toPlain(serverProperties);
    this.product = `${product as string} ${version as string}`;
    const { user = USER, password = PASSWORD } = options;
    this.send(methods.encodeConnectionStartOk, 0, {
      clientProperties: fromPlain({ capabilities: options.capabilities ?? DEFAULT_CAPABILITIES }),
      mechanism: 'PLAIN',
      response: Buffer.from(`\0${user}\0${password}`),
      locale: 'en_US',
    });
  }

  tune({ frameMax = 131_072, channelMax = 2047, heartbeat = 0 }: OpenOptions = {}): void {
    this.send(methods.encodeConnectionTuneOk, 0, { frameMax, channelMax, heartbeat });
  }

  openVhost(virtualHost: string = VIRTUAL_HOST): void {
    this.send(methods.encodeConnectionOpen, 0, { virtualHost });
  }

  /** Sends one method. */
  send<M>(
    encode: (writer: WireWriter, channel: number, method: M) => void,
    channel: number,
    method: M,
  ): void {
    const writer = new WireWriter();
    encode(writer, channel, method);
    this.socket.write(writer.take());
  }

  /** Sends a frame with whatever is given, right or wrong. */
  sendFrame(type: number, channel: number, payload: readonly number[] | Buffer, end = 0xce): void {
    const frame = Buffer.alloc(8 + payload.length);
    frame[0] = type;
    frame.writeUInt16BE(channel, 1);
    frame.writeUInt32BE(payload.length, 3);
    Buffer.from(payload).copy(frame, 7);
    frame[7 + payload.length] = end;
    this.socket.write(frame);
  }

  /** The next method that comes. */
  async next(): Promise<Received> {
    await this.#until('a method', () => this.inbox.length > 0);
    return this.inbox.shift()!;
  }

  /** The next method, which must be this one. */
  async expect<Id extends methods.Method['id']>(
    id: Id,
  ): Promise<Received & { readonly method: Extract<methods.Method, { id: Id }> }> {
    const received = await this.next();
    const { method } = received;
    assert.equal(methods.methodName(method.id), methods.methodName(id), describe(method));
    return received as Received & { readonly method: Extract<methods.Method, { id: Id }> };
  }

  /** The broker closes the channel with this code and text; the client agrees. */
  async expectChannelClose(channel: number, code: number, text: string): Promise<void> {
    const { method } = await this.expect(methods.CHANNEL_CLOSE);
    assert.deepEqual([method.replyCode, asInDefaultVhost(method.replyText)], [code, text]);
    this.send(methods.encodeChannelCloseOk, channel, {});
  }

  /** The broker closes the connection with this code and text; the client agrees, and the socket ends. */
  async expectConnectionClose(code: number, text: string): Promise<void> {
    const { method } = await this.expect(methods.CONNECTION_CLOSE);
    assert.deepEqual([method.replyCode, asInDefaultVhost(method.replyText)], [code, text]);
    this.send(methods.encodeConnectionCloseOk, 0, {});
    await this.ended();
  }

  /** The socket ends. */
  async ended(): Promise<void> {
    await this.#until('the end of the socket', () => this.isClosed);
  }

  /** Waits until so many heartbeats have come. */
  async untilHeartbeat(count = 1): Promise<void> {
    await this.#until('heartbeats', () => this.heartbeatCount >= count);
  }

  /** Opens a channel. */
  async channel(number = 1): Promise<RawChannel> {
    this.send(methods.encodeChannelOpen, number, {});
    await this.expect(methods.CHANNEL_OPEN_OK);
    return new RawChannel(this, number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.ended();
  }

  async #until(what: string, isReached: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!isReached()) {
      if (Date.now() > deadline) throw new Error(`never came: ${what}`);
      if (this.isClosed) throw new Error(`the broker closed the socket before ${what} came`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  onMethod(channel: number, id: number, buffer: Buffer, start: number, end: number): void {
    const method = methods.decodeMethod(id, new WireReader().reset(buffer, start, end));
    const received = { channel, method, properties: {}, body: '' };
    if (method.id === methods.QUEUE_DECLARE_OK) this.leftovers?.queues.add(method.queue);
    if (methods.hasContent(id)) this.#content = { received, remaining: 0, pieces: [] };
    else this.inbox.push(received);
  }

  onHeader(_channel: number, buffer: Buffer, start: number, end: number): void {
    const content = this.#content!;
    content.remaining = Number(buffer.readBigUInt64BE(start + 4));
    const properties = decodeProperties(new WireReader().reset(buffer, start + 12, end));
    content.received = { ...content.received, properties };
    this.#completeContent();
  }

  onBody(_channel: number, buffer: Buffer, start: number, end: number): void {
    const content = this.#content!;
    content.remaining -= end - start;
    content.pieces.push(Buffer.from(buffer.subarray(start, end)));
    this.#completeContent();
  }

  #completeContent(): void {
    const content = this.#content!;
    if (content.remaining > 0) return;
    this.inbox.push({
      ...content.received,
      body: Buffer.concat(content.pieces).toString('latin1'),
    });
    this.#content = null;
  }

  onHeartbeat(): void {
    this.heartbeatCount++;
  }
}

function describe(method: methods.Method): string {
  return 'replyText' in method
    ? `got: ${method.replyText}`
    : `got: ${methods.methodName(method.id)}`;
}

export interface QueueOptions {
  readonly passive?: boolean;
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
  readonly arguments?: FieldTable;
}

/** The methods of a channel, with defaults for what a test does not care about. */
export class RawChannel {
  readonly client: RawClient;
  readonly number: number;

  constructor(client: RawClient, number: number) {
    this.client = client;
    this.number = number;
  }

  send<M>(encode: (writer: WireWriter, channel: number, method: M) => void, method: M): void {
    this.client.send(encode, this.number, method);
  }

  sendDeclareQueue(queue: string, options: QueueOptions = {}): void {
    const flags = { passive: false, durable: false, exclusive: false, autoDelete: false };
    const method = { ...flags, noWait: false, arguments: EMPTY_TABLE, ...options, queue };
    this.send(methods.encodeQueueDeclare, method);
  }

  async declareQueue(queue: string, options: QueueOptions = {}): Promise<methods.QueueDeclareOk> {
    this.sendDeclareQueue(queue, options);
    return (await this.client.expect(methods.QUEUE_DECLARE_OK)).method;
  }

  sendDeclareExchange(
    exchange: string,
    type: string,
    options: QueueOptions & { internal?: boolean } = {},
  ): void {
    const flags = { passive: false, durable: false, internal: false, autoDelete: false };
    const method = { ...flags, noWait: false, arguments: EMPTY_TABLE, ...options, exchange, type };
    if (exchange !== '' && !exchange.startsWith('amq.')) {
      this.client.leftovers?.exchanges.add(exchange);
    }
    this.send(methods.encodeExchangeDeclare, method);
  }

  async declareExchange(
    exchange: string,
    type: string,
    options: QueueOptions & { internal?: boolean } = {},
  ): Promise<void> {
    this.sendDeclareExchange(exchange, type, options);
    await this.client.expect(methods.EXCHANGE_DECLARE_OK);
  }

  sendBind(queue: string, exchange: string, routingKey = '', args: FieldTable = EMPTY_TABLE): void {
    this.send(methods.encodeQueueBind, {
      queue,
      exchange,
      routingKey,
      noWait: false,
      arguments: args,
    });
  }

  async bind(
    queue: string,
    exchange: string,
    routingKey = '',
    args: FieldTable = EMPTY_TABLE,
  ): Promise<void> {
    this.sendBind(queue, exchange, routingKey, args);
    await this.client.expect(methods.QUEUE_BIND_OK);
  }

  async unbind(queue: string, exchange: string, routingKey = ''): Promise<void> {
    this.send(methods.encodeQueueUnbind, { queue, exchange, routingKey, arguments: EMPTY_TABLE });
    await this.client.expect(methods.QUEUE_UNBIND_OK);
  }

  sendDeleteQueue(queue: string, ifUnused = false, ifEmpty = false): void {
    this.send(methods.encodeQueueDelete, { queue, ifUnused, ifEmpty, noWait: false });
  }

  async deleteQueue(queue: string): Promise<number> {
    this.sendDeleteQueue(queue);
    return (await this.client.expect(methods.QUEUE_DELETE_OK)).method.messageCount;
  }

  publish(
    exchange: string,
    routingKey: string,
    body: string | Buffer = '',
    options: { properties?: BasicProperties; mandatory?: boolean; immediate?: boolean } = {},
  ): void {
    const { mandatory = false, immediate = false, properties = {} } = options;
    const writer = new WireWriter();
    methods.encodeBasicPublish(writer, this.number, { exchange, routingKey, mandatory, immediate });
    encodeContent(writer, this.number, 60, properties, Buffer.from(body), 131_072);
    this.client.socket.write(writer.take());
  }

  async confirmSelect(): Promise<void> {
    this.send(methods.encodeConfirmSelect, { noWait: false });
    await this.client.expect(methods.CONFIRM_SELECT_OK);
  }

  /** From here on, messages and acknowledgements wait for tx.commit. */
  async selectTransaction(): Promise<void> {
    this.send(methods.encodeTxSelect, {});
    await this.client.expect(methods.TX_SELECT_OK);
  }

  async commit(): Promise<void> {
    this.send(methods.encodeTxCommit, {});
    await this.client.expect(methods.TX_COMMIT_OK);
  }

  async qos(prefetchCount: number, global = false): Promise<void> {
    this.send(methods.encodeBasicQos, { prefetchSize: 0, prefetchCount, global });
    await this.client.expect(methods.BASIC_QOS_OK);
  }

  sendConsume(
    queue: string,
    consumerTag: string,
    options: { noAck?: boolean; exclusive?: boolean; arguments?: FieldTable } = {},
  ): void {
    const flags = { noLocal: false, noAck: false, exclusive: false, noWait: false };
    this.send(methods.encodeBasicConsume, {
      ...flags,
      arguments: EMPTY_TABLE,
      ...options,
      queue,
      consumerTag,
    });
  }

  async consume(
    queue: string,
    consumerTag = 'c',
    options: { noAck?: boolean; exclusive?: boolean; arguments?: FieldTable } = {},
  ): Promise<string> {
    this.sendConsume(queue, consumerTag, options);
    return (await this.client.expect(methods.BASIC_CONSUME_OK)).method.consumerTag;
  }

  async cancel(consumerTag: string): Promise<void> {
    this.send(methods.encodeBasicCancel, { consumerTag, noWait: false });
    await this.client.expect(methods.BASIC_CANCEL_OK);
  }

  /** The next delivery: `body` or `body again`, and its tag. */
  async delivery(): Promise<{
    readonly text: string;
    readonly tag: number;
    readonly consumer: string;
  }> {
    const { method, body } = await this.client.expect(methods.BASIC_DELIVER);
    const text = method.redelivered ? `${body} again` : body;
    return { text, tag: method.deliveryTag, consumer: method.consumerTag };
  }

  /** The texts of the next deliveries. */
  async deliveries(count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) texts.push((await this.delivery()).text);
    return texts;
  }

  /** basic.get: the body, `body again`, or null for none. */
  async get(queue: string, noAck = true): Promise<string | null> {
    this.send(methods.encodeBasicGet, { queue, noAck });
    const { method, body } = await this.client.next();
    if (method.id === methods.BASIC_GET_EMPTY) return null;
    assert.equal(method.id, methods.BASIC_GET_OK);
    return method.redelivered ? `${body} again` : body;
  }

  ack(deliveryTag: number, multiple = false): void {
    this.send(methods.encodeBasicAck, { deliveryTag, multiple });
  }

  nack(deliveryTag: number, requeue: boolean, multiple = false): void {
    this.send(methods.encodeBasicNack, { deliveryTag, multiple, requeue });
  }

  /** Everything sent before has been dealt with, and nothing came back that nobody awaited. */
  async sync(): Promise<void> {
    this.send(methods.encodeBasicQos, { prefetchSize: 0, prefetchCount: 0, global: false });
    await this.client.expect(methods.BASIC_QOS_OK);
  }

  async close(): Promise<void> {
    this.send(methods.encodeChannelClose, {
      replyCode: 200,
      replyText: '',
      classId: 0,
      methodId: 0,
    });
    await this.client.expect(methods.CHANNEL_CLOSE_OK);
  }
}

/** Runs a test with a channel on a broker of its own. */
export async function withChannel(
  run: (channel: RawChannel, client: RawClient, port: number) => Promise<void>,
): Promise<void> {
  await using broker = await createBroker();
  await using client = await RawClient.open(broker.port);
  await run(await client.channel(), client, broker.port);
}
