/**
 * The exchange.* and queue.* methods of a channel: from the method's fields to the virtual host's operation, and its
 * result to the -ok method. What the user may not do is refused where RabbitMQ refuses it: mostly before it is looked
 * whether the thing is there.
 */
import type { Access } from '../access/authenticator.ts';
import type { DeclareGuard } from '../broker/declare-guard.ts';
import { BrokerError, notFound } from '../broker/errors.ts';
import { refuseDefaultExchange } from '../broker/exchanges.ts';
import { generateQueueName, stripLineBreaks } from '../broker/names.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import { isReplyName } from '../broker/queue/reply-queue.ts';
import type { BindingRequest } from '../broker/virtual-host.ts';
import type { Durable } from '../broker/stored-definitions.ts';
import type { ChannelContext } from './channel-context.ts';
import type { Question } from './connection-access.ts';
import { binding, declareGuard, declaring } from './needed-permissions.ts';
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

  /** Gives `use` a queue that the user may read from; an empty name stands for the one last declared. */
  whenReadable(rawName: string, use: (queue: DeclaredQueue) => void): void {
    const name = this.#expandName(rawName);
    const question: Question = { access: 'read', kind: 'queue', name };
    this.#whenKnown([question], () => {
      const { virtualHost, owner, access } = this.#channel.connection;
      access.require(question);
      use(virtualHost.queues.get(name, owner));
    });
  }

  /** Goes on when it is known what the user may do. */
  #whenKnown(questions: readonly Question[], proceed: () => void): void {
    this.#channel.whenAnswered(this.#channel.connection.access.known(questions), proceed);
  }

  #expandName(rawName: string): string {
    if (rawName !== '') return stripLineBreaks(rawName);
    if (this.#lastQueue === null) {
      throw new BrokerError('NOT_FOUND', 'no previously declared queue');
    }
    return this.#lastQueue;
  }

  /** For what is declared or deleted. */
  #guard(kind: 'exchange' | 'queue'): DeclareGuard {
    return declareGuard(this.#channel.connection.access, kind);
  }

  // Exchanges ----------------------------------------------------------------------------------

  declareExchange(method: ExchangeDeclare): void {
    const { virtualHost, access } = this.#channel.connection;
    const name = stripLineBreaks(method.exchange);
    if (method.passive) {
      this.#whenKnown(anyAccess('exchange', name), () => {
        refuseDefaultExchange(name);
        access.requireAny('exchange', name);
        this.#declaredExchange(virtualHost.exchanges.check(name), method);
      });
      return;
    }
    const alternate = method.arguments.get('alternate-exchange');
    this.#whenKnown(declaring('exchange', name, alternate), () => {
      const declaration = {
        name,
        type: method.type,
        isDurable: method.durable,
        isAutoDelete: method.autoDelete,
        isInternal: method.internal,
        arguments: method.arguments,
      };
      const result = virtualHost.exchanges.declare(declaration, this.#guard('exchange'));
      this.#declaredExchange(result, method);
    });
  }

  #declaredExchange(result: Durable, { noWait }: ExchangeDeclare): void {
    this.#reply(result, noWait, (out, channel) => encodeExchangeDeclareOk(out, channel, {}));
  }

  deleteExchange(method: ExchangeDelete): void {
    const { exchanges } = this.#channel.connection.virtualHost;
    const name = stripLineBreaks(method.exchange);
    this.#whenKnown([{ access: 'configure', kind: 'exchange', name }], () => {
      const result = exchanges.delete(name, method.ifUnused, this.#guard('exchange'));
      this.#reply(result, method.noWait, (out, channel) =>
        encodeExchangeDeleteOk(out, channel, {}),
      );
    });
  }

  bindExchange(method: ExchangeBind): void {
    const { virtualHost } = this.#channel.connection;
    const request = exchangeBinding(method);
    this.#whenBindable('exchange', request, () => {
      const result = virtualHost.bindExchange(request);
      this.#reply(result, method.noWait, (out, channel) => encodeExchangeBindOk(out, channel, {}));
    });
  }

  unbindExchange(method: ExchangeUnbind): void {
    const { virtualHost } = this.#channel.connection;
    const request = exchangeBinding(method);
    this.#whenBindable('exchange', request, () => {
      const result = virtualHost.unbindExchange(request);
      this.#reply(result, method.noWait, (out, channel) =>
        encodeExchangeUnbindOk(out, channel, {}),
      );
    });
  }

  #whenBindable(kind: 'exchange' | 'queue', request: BindingRequest, proceed: () => void): void {
    const { access, virtualHost } = this.#channel.connection;
    const [write, ...reads] = binding(kind, request, virtualHost);
    this.#whenKnown([write, ...reads], () => {
      access.require(write);
      if (kind === 'exchange') refuseDefaultExchange(request.destination);
      refuseDefaultExchange(request.source);
      for (const read of reads) access.require(read);
      proceed();
    });
  }

  // Queues -------------------------------------------------------------------------------------

  declareQueue(method: QueueDeclare): void {
    const { virtualHost, owner, access, runtime } = this.#channel.connection;
    if (isReplyName(method.queue)) {
      this.#probeReplies(method);
      return;
    }
    const { queues } = virtualHost;
    const name = stripLineBreaks(method.queue);
    if (method.passive) {
      this.#whenKnown(anyAccess('queue', name), () => {
        access.requireAny('queue', name);
        this.#declaredQueue(queues.probe(name, owner), method);
      });
      return;
    }
    const generatedName = name === '' ? generateQueueName(runtime.random) : name;
    const deadLetter = method.arguments.get('x-dead-letter-exchange');
    this.#whenKnown(declaring('queue', generatedName, deadLetter), () => {
      const declaration = {
        name,
        generatedName,
        isDurable: method.durable,
        isExclusive: method.exclusive,
        isAutoDelete: method.autoDelete,
        arguments: method.arguments,
      };
      this.#declaredQueue(queues.declare(declaration, owner, this.#guard('queue')), method);
    });
  }

  #declaredQueue(declared: DeclaredQueue, { noWait }: QueueDeclare): void {
    const { name: queue } = declared;
    this.#lastQueue = queue;
    const { readyCount: messageCount, consumerCount } = declared.stats();
    const { queues } = this.#channel.connection.virtualHost;
    this.#reply(queues.whenDurable(queue), noWait, (out, channel) =>
      encodeQueueDeclareOk(out, channel, { queue, messageCount, consumerCount }),
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
    const request = this.#queueBinding(method);
    this.#whenBindable('queue', request, () => {
      const result = virtualHost.bindQueue(request, owner);
      this.#reply(result, method.noWait, (out, channel) => encodeQueueBindOk(out, channel, {}));
    });
  }

  unbindQueue(method: QueueUnbind): void {
    const { virtualHost, owner } = this.#channel.connection;
    const request = this.#queueBinding(method);
    this.#whenBindable('queue', request, () => {
      const result = virtualHost.unbindQueue(request, owner);
      this.#reply(result, false, (out, channel) => encodeQueueUnbindOk(out, channel, {}));
    });
  }

  purgeQueue(method: QueuePurge): void {
    this.whenReadable(method.queue, (queue) => {
      this.#channel.whenAnswered(queue.purge(), (messageCount) => {
        this.#reply(undefined, method.noWait, (out, channel) =>
          encodeQueuePurgeOk(out, channel, { messageCount }),
        );
      });
    });
  }

  deleteQueue(method: QueueDelete): void {
    const { virtualHost, owner, access } = this.#channel.connection;
    const { ifUnused, ifEmpty } = method;
    const name = this.#expandName(method.queue);
    const { queues } = virtualHost;
    const question: Question = { access: 'configure', kind: 'queue', name };
    this.#whenKnown([question], () => {
      access.require(question);
      const messageCount = queues.delete(name, { ifUnused, ifEmpty }, owner);
      this.#reply(queues.whenDurable(name), method.noWait, (out, channel) =>
        encodeQueueDeleteOk(out, channel, { messageCount }),
      );
    });
  }

  /** An empty queue name stands for the last queue, and an empty binding key with it for that queue's name. */
  #queueBinding(method: QueueBind | QueueUnbind): BindingRequest {
    const destination = this.#expandName(method.queue);
    const isNameAsKey = method.queue === '' && method.routingKey === '';
    return {
      source: stripLineBreaks(method.exchange),
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
    source: stripLineBreaks(method.source),
    destination: stripLineBreaks(method.destination),
    bindingKey: method.routingKey,
    arguments: method.arguments,
  };
}

function anyAccess(kind: 'exchange' | 'queue', name: string): readonly Question[] {
  const all: readonly Access[] = ['configure', 'write', 'read'];
  return all.map((access) => ({ access, kind, name }));
}
