/**
 * The consuming side of a channel: its consumers, the deliveries it holds unacknowledged, prefetch, and settlement.
 * The other half of the hot path.
 */
import { BrokerError } from '../broker/errors.ts';
import type { Message } from '../broker/message.ts';
import { generateConsumerTag } from '../broker/names.ts';
import type { UnackedHolder } from '../broker/queue/browsed-message.ts';
import type { Consumer, DeliveryTarget } from '../broker/queue/consumer.ts';
import type { QueueRef, TakenMessage } from '../broker/queue/queue-ref.ts';
import { isReplyName } from '../broker/queue/reply-queue.ts';
import type { ChannelContext } from './channel-context.ts';
import { writeContent } from './content-writer.ts';
import { checkConsumer, timeoutOf } from './consumer-checks.ts';
import { consumerFacts } from './consumer-facts.ts';
import type { OpenConsumer } from './connection-registry.ts';
import { ConsumerTimeouts, timedOut, type TimeoutSubject } from './consumer-timeouts.ts';
import { DeliveryMeter } from './delivery-meter.ts';
import { ProtocolError } from './errors.ts';
import { ACKNOWLEDGE, REJECT, REQUEUE, REQUEUE_FAILED, type Settlement } from './settlement.ts';
import { consumerEventFacts } from './event-facts.ts';
import { getterOf, nobody } from './getter.ts';
import { Subscription } from './subscription.ts';
import type { Transaction } from './transaction.ts';
import { UnackedRing } from './unacked-ring.ts';
import {
  encodeBasicCancel,
  encodeBasicCancelOk,
  encodeBasicConsumeOk,
  encodeBasicGetEmpty,
  encodeBasicGetOk,
  type BasicConsume,
} from './wire/generated/methods.ts';

/** Output beyond which deliveries are sent before the turn ends, in octets: keeps blocks small and clients busy. */
const FLUSH_OCTETS = 128 * 1024;

export class Consuming implements DeliveryTarget, TimeoutSubject, UnackedHolder {
  /** Null unless the channel is in transaction mode. */
  transaction: Transaction | null = null;
  readonly #channel: ChannelContext;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #unacked = new UnackedRing();
  #lastDeliveryTag = 0;
  /** Prefetch of consumers to come; 0 for no limit. */
  #prefetchCount = 0;
  /** Limit over all consumers of the channel; 0 for none. */
  #globalPrefetchCount = 0;
  /** What counts against that limit. */
  #globalUnackedCount = 0;
  readonly #timeouts: ConsumerTimeouts;
  readonly #meter: DeliveryMeter;

  constructor(channel: ChannelContext) {
    this.#channel = channel;
    const { turn, totals, runtime } = channel.connection;
    this.#meter = new DeliveryMeter(channel.counters, totals, turn);
    const { timers, clock } = runtime;
    this.#timeouts = new ConsumerTimeouts(this, timers, clock);
    channel.connection.virtualHost.holders.add(this);
  }

  // Deliveries ---------------------------------------------------------------------------------

  canReceive(consumer: Consumer): boolean {
    if (!this.#channel.connection.out.isWritable) return false;
    return (
      this.#globalPrefetchCount === 0 ||
      consumer.noAck ||
      this.#globalUnackedCount < this.#globalPrefetchCount
    );
  }

  deliver(consumer: Consumer, message: Message, position: number, isRedelivered: boolean): void {
    const { connection, number } = this.#channel;
    const deliveryTag = ++this.#lastDeliveryTag;
    const { noAck } = consumer;
    this.#meter.delivered((consumer as Subscription).queue, noAck, isRedelivered);
    if (!noAck) {
      this.#unacked.add(deliveryTag, message, consumer as Subscription, position);
      this.#globalUnackedCount++;
    }
    const { out } = connection;
    (consumer as Subscription).writeDelivery(
      out,
      number,
      deliveryTag,
      isRedelivered,
      message,
      connection.frameMax,
    );
    if (out.pendingLength > FLUSH_OCTETS) out.flush();
    else out.touch();
  }

  /** The socket has room again. */
  resume(): void {
    for (const consumer of this.#subscriptions.values()) consumer.queue.consumerReady(consumer);
  }

  // Consumers ----------------------------------------------------------------------------------

  /** basic.consume. @throws BrokerError NOT_ALLOWED (tag in use), ACCESS_REFUSED, PRECONDITION_FAILED */
  consume(method: BasicConsume, queue: QueueRef): void {
    const { connection, number } = this.#channel;
    const tag =
      method.consumerTag === ''
        ? generateConsumerTag(connection.runtime.random)
        : method.consumerTag;
    checkConsumer(queue, method, {
      consumerCount: this.#subscriptions.size,
      prefetchCount: this.#prefetchCount,
      globalPrefetchCount: this.#globalPrefetchCount,
      limits: connection.limits,
    });
    const subscription = new Subscription(queue, {
      tag,
      noAck: method.noAck,
      isExclusive: method.exclusive,
      prefetchCount: this.#prefetchCount,
      arguments: method.arguments,
      target: this,
    });
    this.#channel.whenAnswered(queue.consume(subscription), () => {
      this.#subscriptions.set(tag, subscription);
      this.#tell('consumer.created', subscription);
      this.#timeouts.watch(subscription, timeoutOf(subscription, connection.limits));
      // Deliveries begin when the turn ends, so consume-ok is always before the first.
      if (!method.noWait) {
        encodeBasicConsumeOk(connection.out, number, { consumerTag: tag });
        connection.out.touch();
      }
    });
  }

  settingsChanged(consumer: Consumer): void {
    if (this.#subscriptions.get(consumer.tag) !== consumer) return;
    const subscription = consumer as Subscription;
    this.#timeouts.watch(subscription, timeoutOf(subscription, this.#channel.connection.limits));
  }

  get consumers(): Iterable<Subscription> {
    return this.#subscriptions.values();
  }

  get consumerCount(): number {
    return this.#subscriptions.size;
  }

  /** What one of the consumers is, for those who list them. */
  describe(consumer: Consumer): OpenConsumer {
    return consumerFacts(consumer as Subscription, this.#channel);
  }

  /** The queue of a consumer; undefined when the channel has none of this tag. */
  queueOf(consumerTag: string): QueueRef | undefined {
    return this.#subscriptions.get(consumerTag)?.queue;
  }

  /** @throws ProtocolError NOT_ALLOWED when the channel has a consumer of this tag */
  checkTagIsFree(consumerTag: string): void {
    if (!this.#subscriptions.has(consumerTag)) return;
    throw new ProtocolError('NOT_ALLOWED', `attempt to reuse consumer tag '${consumerTag}'`);
  }

  /** basic.cancel: what the consumer holds stays unacknowledged. An unknown tag is no error. */
  cancel(consumerTag: string, noWait: boolean): void {
    const { connection, number } = this.#channel;
    const subscription = this.#subscriptions.get(consumerTag);
    this.#subscriptions.delete(consumerTag);
    if (subscription !== undefined) {
      this.#timeouts.forget(subscription);
      this.#tell('consumer.deleted', subscription);
    }
    const cancelled = subscription?.queue.cancel(subscription);
    this.#channel.whenAnswered(cancelled, () => {
      if (noWait) return;
      encodeBasicCancelOk(connection.out, number, { consumerTag });
      connection.out.touch();
    });
  }

  /** Ends consumers of queues that the user may no longer read from. */
  cancelUnreadable(): void {
    const { access } = this.#channel.connection;
    const consumers = [...this.#subscriptions.values()].map((subscription) => {
      const { name } = subscription.queue;
      return { subscription, question: { access: 'read', kind: 'queue', name } as const };
    });
    const asked = consumers.filter(({ question }) => !isReplyName(question.name));
    const answers = access.known(asked.map(({ question }) => question));
    this.#channel.whenAnswered(answers, () => {
      for (const { subscription, question } of asked) {
        if (access.allows(question)) continue;
        void subscription.queue.cancel(subscription);
        this.consumerCancelled(subscription);
      }
    });
  }

  consumerCancelled(consumer: Consumer): void {
    if (this.#subscriptions.get(consumer.tag) !== consumer) return;
    this.#subscriptions.delete(consumer.tag);
    this.#timeouts.forget(consumer as Subscription);
    this.#tell('consumer.deleted', consumer as Subscription);
    const { connection, number } = this.#channel;
    if (!connection.wantsCancelNotification) return;
    encodeBasicCancel(connection.out, number, { consumerTag: consumer.tag, noWait: true });
    connection.out.touch();
  }

  #tell(event: 'consumer.created' | 'consumer.deleted', consumer: Subscription): void {
    const { events } = this.#channel.connection;
    events.emit(event, () => consumerEventFacts(consumer, this.#channel.facts));
  }

  // Timeouts -----------------------------------------------------------------------------------

  get lastDeliveryTag(): number {
    return this.#lastDeliveryTag;
  }

  isHeldUpTo(deliveryTag: number, consumer: Subscription): boolean {
    return this.#unacked.isHeldUpTo(deliveryTag, consumer);
  }

  /** A consumer holds a delivery for too long: it is cancelled where its client understands that. */
  onTimeout(consumer: Subscription, timeoutMs: number): void {
    const { connection } = this.#channel;
    if (!connection.wantsCancelNotification || connection.limits.isConsumerTimeoutForAll) {
      this.#channel.refuse(timedOut(this.#channel.number, timeoutMs));
      return;
    }
    void consumer.queue.cancel(consumer);
    this.consumerCancelled(consumer);
    // What the client still says about these deliveries no longer counts.
    for (const { message, position } of this.#unacked.reassign(consumer, nobody(this))) {
      if (consumer.countsGlobally) this.#globalUnackedCount--;
      consumer.queue.requeue(message, position, false);
    }
    connection.turn.end();
  }

  forEachUnacked(queue: object, visit: (message: Message, position: number) => void): void {
    this.#unacked.forEachOf(queue, visit);
    this.transaction?.forEachSettled(queue, visit);
  }

  // Prefetch -----------------------------------------------------------------------------------

  get prefetchCount(): number {
    return this.#prefetchCount;
  }

  get globalPrefetchCount(): number {
    return this.#globalPrefetchCount;
  }

  get unackedCount(): number {
    return this.#unacked.count;
  }

  /** basic.qos, for consumers to come. */
  setPrefetch(prefetchCount: number): void {
    this.#prefetchCount = prefetchCount;
  }

  /** basic.qos global: at once, over all consumers of the channel. */
  setGlobalPrefetch(prefetchCount: number): void {
    this.#globalPrefetchCount = prefetchCount;
    const holders = [...this.#unacked.consumers(), ...(this.transaction?.consumers() ?? [])];
    for (const holder of holders) holder.countsGlobally = true;
    this.#globalUnackedCount = holders.length;
    this.resume();
  }

  // basic.get ----------------------------------------------------------------------------------

  get(queue: QueueRef, noAck: boolean): void {
    this.#channel.whenAnswered(queue.get(noAck), (taken) => {
      const { connection, number } = this.#channel;
      this.#meter.got(queue, noAck, taken !== null, taken?.isRedelivered === true);
      if (taken === null) encodeBasicGetEmpty(connection.out, number, {});
      else this.#writeGetOk(queue, noAck, taken);
      connection.out.touch();
    });
  }

  #writeGetOk(queue: QueueRef, noAck: boolean, taken: TakenMessage): void {
    const { connection, number } = this.#channel;
    const { message, position, isRedelivered, readyCount } = taken;
    const deliveryTag = ++this.#lastDeliveryTag;
    if (!noAck) {
      this.#unacked.add(deliveryTag, message, getterOf(queue, this), position);
    }
    encodeBasicGetOk(connection.out, number, {
      deliveryTag,
      redelivered: isRedelivered,
      exchange: message.address.exchange,
      routingKey: message.address.routingKey,
      messageCount: readyCount,
    });
    writeContent(connection.out, number, message, connection.frameMax);
  }

  // Settlement ---------------------------------------------------------------------------------

  /** ack, nack and reject. @throws BrokerError PRECONDITION_FAILED for a tag that is not outstanding */
  settle(deliveryTag: number, multiple: boolean, settlement: Settlement): void {
    if (multiple) {
      this.#settleUpTo(deliveryTag, settlement);
      return;
    }
    if (!this.#unacked.take(deliveryTag)) this.#refuseTag(deliveryTag);
    this.#settleTaken(deliveryTag, settlement);
  }

  #settleUpTo(deliveryTag: number, settlement: Settlement): void {
    // Tag 0 means all, and is no error when there are none.
    if (deliveryTag !== 0 && !this.#unacked.has(deliveryTag)) this.#refuseTag(deliveryTag);
    const last = deliveryTag === 0 ? this.#lastDeliveryTag : deliveryTag;
    let tag = this.#unacked.lowestTag();
    while (tag !== null && tag <= last) {
      this.#unacked.take(tag);
      this.#settleTaken(tag, settlement);
      tag = this.#unacked.lowestTag();
    }
  }

  /** Settles what the ring just gave up, or remembers to when the transaction is committed. */
  #settleTaken(tag: number, settlement: Settlement): void {
    const unacked = this.#unacked;
    const message = unacked.message!;
    const consumer = unacked.consumer!;
    const { position } = unacked;
    unacked.message = null;
    if (this.transaction === null) this.#carryOut(message, consumer, position, settlement);
    else {
      const delivery = { tag, message, consumer, position };
      this.transaction.addSettlement({ delivery, settlement });
    }
  }

  /** Tells the queue, and lets the consumer have more. */
  #carryOut(
    message: Message,
    consumer: Subscription,
    position: number,
    settlement: Settlement,
  ): void {
    const { queue } = consumer;
    consumer.unackedCount--;
    const isGlobalRoom =
      consumer.countsGlobally && this.#globalUnackedCount-- === this.#globalPrefetchCount;
    if (settlement === ACKNOWLEDGE) {
      this.#meter.acknowledged(queue);
      queue.acknowledge(message, position);
    } else if (settlement === REJECT) queue.reject(message, position);
    else queue.requeue(message, position, settlement === REQUEUE_FAILED);
    if (isGlobalRoom) this.resume();
    else if (!consumer.isWaiting) queue.consumerReady(consumer);
  }

  /** Carries out what a transaction has gathered. */
  commit(transaction: Transaction): void {
    for (const { delivery, settlement } of transaction.takeSettlements()) {
      this.#carryOut(delivery.message, delivery.consumer, delivery.position, settlement);
    }
  }

  /** What a transaction would have settled is outstanding again. */
  rollback(transaction: Transaction): void {
    const settlements = transaction.takeSettlements();
    this.#unacked.restore(settlements.map(({ delivery }) => delivery));
  }

  #refuseTag(deliveryTag: number): never {
    throw new BrokerError('PRECONDITION_FAILED', `unknown delivery tag ${deliveryTag}`);
  }

  /** basic.recover: everything outstanding goes back to its queues. */
  recover(): void {
    this.#settleUpTo(0, REQUEUE);
  }

  /** The channel ends: consumers leave, and what they held is delivered to others. */
  close(): void {
    this.#timeouts.close();
    this.#channel.connection.virtualHost.holders.delete(this);
    if (this.transaction !== null) this.rollback(this.transaction);
    this.transaction = null;
    for (const subscription of this.#subscriptions.values()) {
      void subscription.queue.cancel(subscription);
      this.#tell('consumer.deleted', subscription);
    }
    this.#subscriptions.clear();
    this.#settleUpTo(0, REQUEUE_FAILED);
  }
}
