/**
 * A channel: which method goes to which of its parts. Content frames and the two most frequent methods are handled where
 * they lie; everything else is decoded into an object first.
 */
import { BrokerError } from '../broker/errors.ts';
import type { Eventually } from '../broker/queue/queue-ref.ts';
import type { Durable } from '../broker/stored-definitions.ts';
import { ChannelCounters } from '../broker/statistics/counters.ts';
import type { ChannelContext, ConnectionContext } from './channel-context.ts';
import type { OpenChannel } from './connection-registry.ts';
import { Consuming } from './consuming.ts';
import { ProtocolError } from './errors.ts';
import { REPLY_TO } from '../broker/queue/reply-queue.ts';
import { Publishing } from './publishing.ts';
import { ReplyTo } from './reply-to.ts';
import { ACKNOWLEDGE, REJECT, REQUEUE, REQUEUE_FAILED } from './settlement.ts';
import { Topology } from './topology.ts';
import { Transaction } from './transaction.ts';
import { WireDecodeError } from './wire/errors.ts';
import {
  ACCESS_REQUEST,
  BASIC_ACK,
  BASIC_CANCEL,
  BASIC_CANCEL_OK,
  BASIC_CONSUME,
  BASIC_GET,
  BASIC_NACK,
  BASIC_PUBLISH,
  BASIC_QOS,
  BASIC_RECOVER,
  BASIC_RECOVER_ASYNC,
  BASIC_REJECT,
  CHANNEL_FLOW,
  CHANNEL_FLOW_OK,
  CHANNEL_OPEN,
  CONFIRM_SELECT,
  EXCHANGE_BIND,
  EXCHANGE_DECLARE,
  EXCHANGE_DELETE,
  EXCHANGE_UNBIND,
  QUEUE_BIND,
  QUEUE_DECLARE,
  QUEUE_DELETE,
  QUEUE_PURGE,
  QUEUE_UNBIND,
  TX_COMMIT,
  TX_ROLLBACK,
  TX_SELECT,
  decodeMethod,
  encodeAccessRequestOk,
  encodeBasicQosOk,
  encodeBasicRecoverOk,
  encodeChannelFlowOk,
  encodeConfirmSelectOk,
  encodeTxCommitOk,
  encodeTxRollbackOk,
  encodeTxSelectOk,
  type BasicConsume,
  type BasicGet,
  type BasicQos,
  type Method,
} from './wire/generated/methods.ts';
import type { WholeContent } from './wire/whole-content.ts';
import { WireReader } from './wire/wire-reader.ts';
import type { StoredAnswers } from './stored-answers.ts';

/** What a channel asks of its connection beyond the context: reading stops while an answer is awaited. */
export interface ChannelHost extends ConnectionContext {
  whenAnswered<T>(channel: Channel, result: Promise<T>, respond: (value: T) => void): void;
  readonly answers: StoredAnswers;
  refuseChannel(channel: Channel, error: unknown): void;
  channelFacts(channel: Channel): OpenChannel;
}

export class Channel implements ChannelContext {
  readonly number: number;
  readonly connection: ChannelHost;
  /** The method last received, for the close that an error leads to. */
  methodId = 0;
  /** Closed by us: everything but the client's answer is discarded. */
  isClosing = false;
  readonly counters: ChannelCounters = new ChannelCounters();
  readonly consuming: Consuming;
  readonly publishing: Publishing;
  #transaction: Transaction | null = null;
  readonly #replyTo: ReplyTo;
  readonly #topology: Topology;
  readonly #reader = new WireReader();

  constructor(number: number, connection: ChannelHost) {
    this.number = number;
    this.connection = connection;
    this.consuming = new Consuming(this);
    this.#replyTo = new ReplyTo(this);
    this.publishing = new Publishing(this, this.#replyTo);
    this.#topology = new Topology(this);
  }

  get facts(): OpenChannel {
    return this.connection.channelFacts(this);
  }

  /** A method frame; its arguments are in [start, end). @throws ProtocolError, BrokerError, WireDecodeError */
  onMethod(id: number, buffer: Buffer, start: number, end: number): void {
    if (this.publishing.isAwaitingContent) this.publishing.checkMethodAllowed();
    this.methodId = id;
    if (id === BASIC_PUBLISH) this.publishing.begin(buffer, start, end);
    else if (id === BASIC_ACK) this.#acknowledge(buffer, start, end);
    else this.#dispatch(decodeMethod(id, this.#reader.reset(buffer, start, end)));
  }

  /** basic.publish with its content, as PublishHandler. @throws as onMethod */
  onPublish(buffer: Buffer, start: number, end: number, content: WholeContent): void {
    const { publishing } = this;
    if (publishing.isAwaitingContent) publishing.checkMethodAllowed();
    this.methodId = BASIC_PUBLISH;
    publishing.whole(buffer, start, end, content);
  }

  /** basic.ack, read in place: delivery-tag (8), multiple (1 bit). */
  #acknowledge(buffer: Buffer, start: number, end: number): void {
    if (end - start !== 9) throw new WireDecodeError('basic.ack has 9 octets of arguments');
    const high =
      ((buffer[start]! << 24) |
        (buffer[start + 1]! << 16) |
        (buffer[start + 2]! << 8) |
        buffer[start + 3]!) >>>
      0;
    const low =
      ((buffer[start + 4]! << 24) |
        (buffer[start + 5]! << 16) |
        (buffer[start + 6]! << 8) |
        buffer[start + 7]!) >>>
      0;
    const deliveryTag = high === 0 ? low : high * 2 ** 32 + low;
    this.consuming.settle(deliveryTag, (buffer[start + 8]! & 1) !== 0, ACKNOWLEDGE);
  }

  #dispatch(method: Method): void {
    switch (method.id) {
      case BASIC_NACK: {
        const { deliveryTag, multiple, requeue } = method;
        return this.consuming.settle(deliveryTag, multiple, requeue ? REQUEUE : REJECT);
      }
      case BASIC_REJECT:
        return this.consuming.settle(
          method.deliveryTag,
          false,
          method.requeue ? REQUEUE_FAILED : REJECT,
        );
      case BASIC_GET:
        return this.#get(method);
      case BASIC_CONSUME:
        return this.#consume(method);
      case BASIC_CANCEL:
        return this.#cancel(method.consumerTag, method.noWait);
      case BASIC_CANCEL_OK:
        return undefined;
      case BASIC_QOS:
        return this.#setPrefetch(method);
      case BASIC_RECOVER:
      case BASIC_RECOVER_ASYNC:
        return this.#recover(method.requeue, method.id === BASIC_RECOVER);
      case CONFIRM_SELECT:
        this.#refuseInTransaction('cannot switch from tx to confirm mode');
        this.publishing.selectConfirms();
        if (!method.noWait) this.#reply(encodeConfirmSelectOk);
        return undefined;
      case CHANNEL_OPEN:
        throw new ProtocolError('CHANNEL_ERROR', "second 'channel.open' seen");
      case CHANNEL_FLOW:
        if (!method.active) throw new ProtocolError('NOT_IMPLEMENTED', 'active=false');
        encodeChannelFlowOk(this.connection.out, this.number, { active: true });
        return this.connection.out.touch();
      case CHANNEL_FLOW_OK:
        return undefined;
      case ACCESS_REQUEST:
        encodeAccessRequestOk(this.connection.out, this.number, { ticket: 1 });
        return this.connection.out.touch();
      case TX_SELECT:
        return this.#selectTransactions();
      case TX_COMMIT:
        return this.#commit();
      case TX_ROLLBACK:
        return this.#rollback();
      default:
        return this.#dispatchTopology(method);
    }
  }

  #dispatchTopology(method: Method): void {
    switch (method.id) {
      case QUEUE_DECLARE:
        return this.#topology.declareQueue(method);
      case QUEUE_BIND:
        return this.#topology.bindQueue(method);
      case QUEUE_UNBIND:
        return this.#topology.unbindQueue(method);
      case QUEUE_PURGE:
        return this.#topology.purgeQueue(method);
      case QUEUE_DELETE:
        return this.#topology.deleteQueue(method);
      case EXCHANGE_DECLARE:
        return this.#topology.declareExchange(method);
      case EXCHANGE_DELETE:
        return this.#topology.deleteExchange(method);
      case EXCHANGE_BIND:
        return this.#topology.bindExchange(method);
      case EXCHANGE_UNBIND:
        return this.#topology.unbindExchange(method);
      default:
        throw new ProtocolError('COMMAND_INVALID', 'unimplemented method');
    }
  }

  #get({ queue: name, noAck }: BasicGet): void {
    this.#topology.whenReadable(name, (queue) => {
      if (queue.type === 'quorum' && queue.settings.isSingleActiveConsumer) {
        throw new BrokerError(
          'RESOURCE_LOCKED',
          `cannot obtain access to locked queue '${queue.name}' in vhost '${queue.vhost}'. basic.get ` +
            'operations are not supported by quorum queues with single active consumer',
        );
      }
      this.consuming.get(queue, noAck);
    });
  }

  #consume(method: BasicConsume): void {
    this.consuming.checkTagIsFree(method.consumerTag);
    if (method.queue === REPLY_TO) {
      this.consuming.consume(method, this.#replyTo.open(method.noAck));
      return;
    }
    this.#topology.whenReadable(method.queue, (queue) => this.consuming.consume(method, queue));
  }

  #cancel(consumerTag: string, noWait: boolean): void {
    const { queue } = this.#replyTo;
    if (queue !== null && this.consuming.queueOf(consumerTag) === queue) this.#replyTo.close();
    this.consuming.cancel(consumerTag, noWait);
  }

  #setPrefetch(method: BasicQos): void {
    if (method.prefetchSize !== 0) {
      throw new ProtocolError('NOT_IMPLEMENTED', `prefetch_size!=0 (${method.prefetchSize})`);
    }
    const isGlobal = method.global && this.connection.limits.hasGlobalPrefetch;
    if (isGlobal) this.consuming.setGlobalPrefetch(method.prefetchCount);
    else this.consuming.setPrefetch(method.prefetchCount);
    this.#reply(encodeBasicQosOk);
  }

  #recover(requeue: boolean, isAnswered: boolean): void {
    if (!requeue) throw new ProtocolError('NOT_IMPLEMENTED', 'requeue=false');
    this.consuming.recover();
    if (isAnswered) this.#reply(encodeBasicRecoverOk);
  }

  // Transactions -------------------------------------------------------------------------------

  #selectTransactions(): void {
    if (this.publishing.confirms !== null) {
      throw new BrokerError('PRECONDITION_FAILED', 'cannot switch from confirm to tx mode');
    }
    if (this.#transaction === null) this.#setTransaction(new Transaction());
    this.#reply(encodeTxSelectOk);
  }

  #setTransaction(transaction: Transaction | null): void {
    this.#transaction = transaction;
    this.publishing.transaction = transaction;
    this.consuming.transaction = transaction;
  }

  #refuseInTransaction(explanation: string): void {
    if (this.#transaction !== null) throw new BrokerError('PRECONDITION_FAILED', explanation);
  }

  #requireTransaction(): Transaction {
    if (this.#transaction !== null) return this.#transaction;
    throw new BrokerError('PRECONDITION_FAILED', 'channel is not transactional');
  }

  /** Publishes first, then settlements; answered when all of it is durable. */
  #commit(): void {
    const transaction = this.#requireTransaction();
    const isComplete = this.publishing.commit(transaction);
    this.consuming.commit(transaction);
    const durable = new Promise<void>((resolve) => {
      this.connection.turn.whenDurable({ committed: () => resolve() }, 0);
    });
    this.whenAnswered(durable, () => {
      if (!isComplete) throw new BrokerError('PRECONDITION_FAILED', 'partial tx completion');
      this.#reply(encodeTxCommitOk);
    });
  }

  #rollback(): void {
    const transaction = this.#requireTransaction();
    transaction.takePublishes();
    this.consuming.rollback(transaction);
    this.#reply(encodeTxRollbackOk);
  }

  #reply(encode: (out: ConnectionContext['out'], channel: number, method: object) => void): void {
    encode(this.connection.out, this.number, {});
    this.connection.out.touch();
  }

  whenAnswered<T>(result: Eventually<T>, respond: (value: T) => void): void {
    if (result instanceof Promise) this.connection.whenAnswered(this, result, respond);
    else respond(result);
  }

  answerWhenDurable(durable: Durable): void {
    if (durable === undefined) return;
    this.connection.answers.wait(durable, (error) => this.connection.refuseChannel(this, error));
  }

  refuse(error: BrokerError): void {
    this.connection.refuseChannel(this, error);
  }

  /** Ends the channel's work: consumers leave, unacknowledged messages go back, confirms stop. */
  close(): void {
    this.publishing.confirms?.close();
    this.#replyTo.close();
    this.consuming.close();
  }
}
