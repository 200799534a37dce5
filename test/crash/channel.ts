// A channel of the crash tests' client: calls are answered in order; deliveries, confirms and returns are told at once,
// in the order of the wire.
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { BasicProperties } from '../../src/amqp/wire/generated/properties.ts';
import { EMPTY_TABLE, type FieldTable } from '../../src/amqp/wire/field-table.ts';
import type { WireWriter } from '../../src/amqp/wire/wire-writer.ts';

export type Encode<M> = (writer: WireWriter, channel: number, method: M) => void;

/** A method that came, with its content if it has one. */
export interface Received {
  readonly method: methods.Method;
  readonly properties: BasicProperties;
  readonly body: Buffer;
}

/** The connection, as its channels need it. */
export interface ChannelOwner {
  readonly isClosed: boolean;
  send<M>(encode: Encode<M>, channel: number, method: M): void;
  publish(
    channel: number,
    address: { readonly exchange: string; readonly routingKey: string },
    properties: BasicProperties,
    body: Buffer,
  ): void;
  forget(channel: number): void;
}

/** The socket ended, or never opened: what was asked has no answer. */
export class Disconnected extends Error {}

/** The broker closed the channel and said why. */
export class Refused extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(`${code} ${text}`);
    this.code = code;
  }
}

export interface ChannelEvents {
  /** A message by basic.deliver or basic.get-ok. */
  onMessage(tag: number, redelivered: boolean, properties: BasicProperties, body: Buffer): void;
  /** Answer to the publishes up to `tag`, or to this one alone. */
  onConfirm(tag: number, multiple: boolean, isAck: boolean): void;
  onReturn(properties: BasicProperties): void;
  /** The channel is no more; in order only when the client closed it and was answered. */
  onEnd(isInOrder: boolean): void;
}

export interface QueueDeclaration {
  readonly isPassive?: boolean;
  readonly isDurable?: boolean;
  readonly arguments?: FieldTable;
}

interface Waiting {
  readonly resolve: (received: Received) => void;
  readonly reject: (error: Error) => void;
}

export class Channel {
  readonly client: ChannelOwner;
  readonly number: number;
  events: ChannelEvents | null = null;
  /** Why the channel is no more; null while it is. */
  #ending: Error | null = null;
  readonly #waiting: Waiting[] = [];

  constructor(client: ChannelOwner, number: number) {
    this.client = client;
    this.number = number;
  }

  /** Sends a method and awaits its answer. @throws Disconnected, Refused */
  async call<M>(encode: Encode<M>, method: M): Promise<Received> {
    const { promise, resolve, reject } = Promise.withResolvers<Received>();
    if (this.#ending !== null) {
      reject(this.#ending);
    } else if (this.client.isClosed) {
      reject(new Disconnected('the connection has ended'));
    } else {
      this.#waiting.push({ resolve, reject });
      this.client.send(encode, this.number, method);
    }
    return promise;
  }

  async declareQueue(
    queue: string,
    { isPassive = false, isDurable = true, arguments: args = EMPTY_TABLE }: QueueDeclaration = {},
  ): Promise<methods.QueueDeclareOk> {
    const flags = { passive: isPassive, durable: isDurable, exclusive: false, autoDelete: false };
    const declare = { queue, ...flags, noWait: false, arguments: args };
    return (await this.call(methods.encodeQueueDeclare, declare)).method as methods.QueueDeclareOk;
  }

  async deleteQueue(queue: string): Promise<void> {
    const flags = { ifUnused: false, ifEmpty: false, noWait: false };
    await this.call(methods.encodeQueueDelete, { queue, ...flags });
  }

  async declareExchange(exchange: string, type: string, isPassive = false): Promise<void> {
    const flags = { passive: isPassive, durable: true, autoDelete: false, internal: false };
    await this.call(methods.encodeExchangeDeclare, {
      exchange,
      type,
      ...flags,
      noWait: false,
      arguments: EMPTY_TABLE,
    });
  }

  async deleteExchange(exchange: string): Promise<void> {
    const flags = { ifUnused: false, noWait: false };
    await this.call(methods.encodeExchangeDelete, { exchange, ...flags });
  }

  async bind(queue: string, exchange: string, routingKey: string): Promise<void> {
    const binding = { queue, exchange, routingKey, arguments: EMPTY_TABLE };
    await this.call(methods.encodeQueueBind, { ...binding, noWait: false });
  }

  async unbind(queue: string, exchange: string, routingKey: string): Promise<void> {
    const binding = { queue, exchange, routingKey, arguments: EMPTY_TABLE };
    await this.call(methods.encodeQueueUnbind, binding);
  }

  async purge(queue: string): Promise<number> {
    const { method } = await this.call(methods.encodeQueuePurge, { queue, noWait: false });
    return (method as methods.QueuePurgeOk).messageCount;
  }

  async confirmSelect(): Promise<void> {
    await this.call(methods.encodeConfirmSelect, { noWait: false });
  }

  async prefetch(prefetchCount: number): Promise<void> {
    await this.call(methods.encodeBasicQos, { prefetchSize: 0, prefetchCount, global: false });
  }

  async consume(queue: string, consumerTag: string): Promise<void> {
    const flags = { noLocal: false, noAck: false, exclusive: false, noWait: false };
    const consumer = { queue, consumerTag, ...flags, arguments: EMPTY_TABLE };
    await this.call(methods.encodeBasicConsume, consumer);
  }

  async cancel(consumerTag: string): Promise<void> {
    await this.call(methods.encodeBasicCancel, { consumerTag, noWait: false });
  }

  /** Whether there was a message: it comes to `onMessage`. */
  async get(queue: string): Promise<boolean> {
    const { method } = await this.call(methods.encodeBasicGet, { queue, noAck: false });
    return method.id === methods.BASIC_GET_OK;
  }

  ack(deliveryTag: number, multiple = false): void {
    this.client.send(methods.encodeBasicAck, this.number, { deliveryTag, multiple });
  }

  nack(deliveryTag: number, requeue: boolean): void {
    const nack = { deliveryTag, requeue, multiple: false };
    this.client.send(methods.encodeBasicNack, this.number, nack);
  }

  publish(exchange: string, routingKey: string, properties: BasicProperties, body: Buffer): void {
    this.client.publish(this.number, { exchange, routingKey }, properties, body);
  }

  /** Closes the channel in order. @throws Disconnected, Refused */
  async close(): Promise<void> {
    await this.call(methods.encodeChannelClose, {
      replyCode: 200,
      replyText: '',
      classId: 0,
      methodId: 0,
    });
  }

  /** The connection ended, or the broker closed the channel: whatever is awaited fails. */
  end(error: Error, isInOrder = false): void {
    if (this.#ending !== null) return;
    this.#ending = error;
    this.client.forget(this.number);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.events?.onEnd(isInOrder);
  }

  onReceived(received: Received): void {
    const { method, properties, body } = received;
    switch (method.id) {
      case methods.BASIC_DELIVER:
        this.events?.onMessage(method.deliveryTag, method.redelivered, properties, body);
        break;
      case methods.BASIC_ACK:
        this.events?.onConfirm(method.deliveryTag, method.multiple, true);
        break;
      case methods.BASIC_NACK:
        this.events?.onConfirm(method.deliveryTag, method.multiple, false);
        break;
      case methods.BASIC_RETURN:
        this.events?.onReturn(properties);
        break;
      case methods.CHANNEL_CLOSE:
        this.client.send(methods.encodeChannelCloseOk, this.number, {});
        this.end(new Refused(method.replyCode, method.replyText));
        break;
      default:
        this.#onAnswer(received);
    }
  }

  #onAnswer(received: Received): void {
    const { method, properties, body } = received;
    if (method.id === methods.BASIC_GET_OK) {
      this.events?.onMessage(method.deliveryTag, method.redelivered, properties, body);
    }
    const waiting = this.#waiting.shift();
    waiting?.resolve(received);
    if (method.id === methods.CHANNEL_CLOSE_OK) {
      this.end(new Refused(200, 'the channel was closed'), true);
    }
  }
}
