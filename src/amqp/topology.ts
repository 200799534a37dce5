/**
 * The exchange.* and queue.* methods of a channel: from the method's fields to the virtual host's operation, and its
 * result to the -ok method.
 */
import { BrokerError, notFound } from '../broker/errors.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import { isReplyName } from '../broker/queue/reply-queue.ts';
import type { BindingRequest } from '../broker/virtual-host.ts';
import type { Durable } from '../broker/stored-definitions.ts';
import type { ChannelContext } from './channel-context.ts';
import {
  encodeExchangeBindOk,
  encodeExchangeDeclareOk,
  encodeExchangeDeleteOk,
  encodeExchangeUnbindOk,
  encodeQueueBindOk,
  encodeQueueDeclareOk,
  encodeQueueDeleteOk,
  encodeQueuePurgeOk,
  encodeQueueUnbindOk,
  type ExchangeBind,
  type ExchangeDeclare,
  type ExchangeDelete,
  type ExchangeUnbind,
  type QueueBind,
  type QueueDeclare,
  type QueueDelete,
  type QueuePurge,
  type QueueUnbind,
} from './wire/generated/methods.ts';
import type { WireWriter } from './wire/wire-writer.ts';

export class Topology {
  readonly #channel: ChannelContext;
  /** What an empty queue name stands for: the queue last declared on this channel. */
  #lastQueue: string | null = null;

  constructor(channel: ChannelContext) {
    this.#channel = channel;
  }

  /** The queue of this name, or the one last declared for an empty name. @throws BrokerError */
  queue(name: string): DeclaredQueue {
    const { virtualHost, owner } = this.#channel.connection;
    return virtualHost.queues.get(this.#expandName(name), owner);
  }

  /** The same for basic.get. @throws BrokerError RESOURCE_LOCKED for a queue that serves one consumer only */
  queueToGetFrom(name: string): DeclaredQueue {
    const queue = this.queue(name);
    if (queue.type !== 'quorum' || !queue.settings.isSingleActiveConsumer) return queue;
    throw new BrokerError(
      'RESOURCE_LOCKED',
      `cannot obtain access to locked queue '${queue.name}' in vhost '${queue.vhost}'. basic.get ` +
        'operations are not supported by quorum queues with single active consumer',
    );
  }

  #expandName(name: string): string {
    if (name !== '') return name;
    if (this.#lastQueue === null) {
      throw new BrokerError('NOT_FOUND', 'no previously declared queue');
    }
    return this.#lastQueue;
  }

  declareExchange(method: ExchangeDeclare): void {
    const { virtualHost } = this.#channel.connection;
    const result = method.passive
      ? virtualHost.exchanges.check(method.exchange)
      : virtualHost.exchanges.declare({
          name: method.exchange,
          type: method.type,
          isDurable: method.durable,
          isAutoDelete: method.autoDelete,
          isInternal: method.internal,
          arguments: method.arguments,
        });
    this.#reply(result, method.noWait, (out, channel) => encodeExchangeDeclareOk(out, channel, {}));
  }

  deleteExchange(method: ExchangeDelete): void {
    const { virtualHost } = this.#channel.connection;
    const result = virtualHost.exchanges.delete(method.exchange, method.ifUnused);
    this.#reply(result, method.noWait, (out, channel) => encodeExchangeDeleteOk(out, channel, {}));
  }

  bindExchange(method: ExchangeBind): void {
    const result = this.#channel.connection.virtualHost.bindExchange(exchangeBinding(method));
    this.#reply(result, method.noWait, (out, channel) => encodeExchangeBindOk(out, channel, {}));
  }

  unbindExchange(method: ExchangeUnbind): void {
    const result = this.#channel.connection.virtualHost.unbindExchange(exchangeBinding(method));
    this.#reply(result, method.noWait, (out, channel) => encodeExchangeUnbindOk(out, channel, {}));
  }

  declareQueue(method: QueueDeclare): void {
    const { virtualHost, owner } = this.#channel.connection;
    if (isReplyName(method.queue)) {
      this.#probeReplies(method);
      return;
    }
    const { queues } = virtualHost;
    const queue = method.passive
      ? queues.probe(method.queue, owner)
      : queues.declare(
          {
            name: method.queue,
            isDurable: method.durable,
            isExclusive: method.exclusive,
            isAutoDelete: method.autoDelete,
            arguments: method.arguments,
          },
          owner,
        );
    const { name } = queue;
    this.#lastQueue = name;
    const { readyCount: messageCount, consumerCount } = queue.stats();
    this.#reply(queues.whenDurable(name), method.noWait, (out, channel) =>
      encodeQueueDeclareOk(out, channel, { queue: name, messageCount, consumerCount }),
    );
  }

  /** Declaring a reply queue, as repliers do, asks whether somebody still waits for the reply. */
  #probeReplies({ queue, noWait }: QueueDeclare): void {
    const { virtualHost } = this.#channel.connection;
    if (!virtualHost.replies.has(queue)) throw notFound('queue', queue, virtualHost.name);
    this.#reply(undefined, noWait, (out, channel) =>
      encodeQueueDeclareOk(out, channel, { queue, messageCount: 0, consumerCount: 1 }),
    );
  }

  bindQueue(method: QueueBind): void {
    const { virtualHost, owner } = this.#channel.connection;
    const result = virtualHost.bindQueue(this.#queueBinding(method), owner);
    this.#reply(result, method.noWait, (out, channel) => encodeQueueBindOk(out, channel, {}));
  }

  unbindQueue(method: QueueUnbind): void {
    const { virtualHost, owner } = this.#channel.connection;
    const result = virtualHost.unbindQueue(this.#queueBinding(method), owner);
    this.#reply(result, false, (out, channel) => encodeQueueUnbindOk(out, channel, {}));
  }

  purgeQueue(method: QueuePurge): void {
    this.#channel.whenAnswered(this.queue(method.queue).purge(), (messageCount) => {
      this.#reply(undefined, method.noWait, (out, channel) =>
        encodeQueuePurgeOk(out, channel, { messageCount }),
      );
    });
  }

  deleteQueue(method: QueueDelete): void {
    const { virtualHost, owner } = this.#channel.connection;
    const { ifUnused, ifEmpty } = method;
    const name = this.#expandName(method.queue);
    const { queues } = virtualHost;
    const messageCount = queues.delete(name, { ifUnused, ifEmpty }, owner);
    this.#reply(queues.whenDurable(name), method.noWait, (out, channel) =>
      encodeQueueDeleteOk(out, channel, { messageCount }),
    );
  }

  /** An empty queue name stands for the last queue, and an empty binding key with it for that queue's name. */
  #queueBinding(method: QueueBind | QueueUnbind): BindingRequest {
    const destination = this.#expandName(method.queue);
    const isNameAsKey = method.queue === '' && method.routingKey === '';
    return {
      source: method.exchange,
      destination,
      bindingKey: isNameAsKey ? Buffer.from(destination).toString('latin1') : method.routingKey,
      arguments: method.arguments,
    };
  }

  /** @param durable what is told by the answer */
  #reply(
    durable: Durable,
    noWait: boolean,
    encode: (out: WireWriter, channel: number) => void,
  ): void {
    if (noWait) return;
    this.#channel.answerWhenDurable(durable);
    const { connection, number } = this.#channel;
    encode(connection.out, number);
    connection.out.touch();
  }
}

function exchangeBinding(method: ExchangeBind | ExchangeUnbind): BindingRequest {
  return {
    source: method.source,
    destination: method.destination,
    bindingKey: method.routingKey,
    arguments: method.arguments,
  };
}
