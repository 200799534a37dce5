/**
 * Counts what becomes of a channel's deliveries: for the queue, for the channel, and for the broker. Successive deliveries
 * mostly come from the same queue: they are counted together and told when the turn ends, or when the queue changes, so that
 * a message costs an addition in place of three.
 */
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import type { BrokerTotals } from '../broker/statistics/broker-totals.ts';
import {
  QueueCounters,
  type ChannelCounters,
  type DeliveryCounters,
} from '../broker/statistics/counters.ts';
import type { Tally, Turn } from '../broker/turn.ts';

export class DeliveryMeter implements Tally {
  readonly #channel: ChannelCounters;
  readonly #totals: BrokerTotals;
  readonly #turn: Turn;
  #hasJoinedTurn = false;
  /** Of what has not been told yet; null for none. */
  #queue: QueueRef | null = null;
  #deliverCount = 0;
  #deliverNoAckCount = 0;
  #ackCount = 0;

  constructor(channel: ChannelCounters, totals: BrokerTotals, turn: Turn) {
    this.#channel = channel;
    this.#totals = totals;
    this.#turn = turn;
  }

  delivered(queue: QueueRef, noAck: boolean, isRedelivered: boolean): void {
    if (queue !== this.#queue) this.#begin(queue);
    if (noAck) this.#deliverNoAckCount++;
    else this.#deliverCount++;
    if (isRedelivered) this.#count(queue, 'redeliver');
  }

  acknowledged(queue: QueueRef): void {
    if (queue !== this.#queue) this.#begin(queue);
    this.#ackCount++;
  }

  /** basic.get has found something, or nothing. */
  got(queue: QueueRef, noAck: boolean, isFound: boolean, isRedelivered: boolean): void {
    if (!isFound) this.#count(queue, 'getEmpty');
    else this.#count(queue, noAck ? 'getNoAck' : 'get');
    if (isRedelivered) this.#count(queue, 'redeliver');
  }

  #count(queue: QueueRef, kind: keyof DeliveryCounters): void {
    this.#add((queue.counters ??= new QueueCounters()), kind, 1);
  }

  #begin(queue: QueueRef): void {
    this.#settle();
    this.#queue = queue;
    if (this.#hasJoinedTurn) return;
    this.#hasJoinedTurn = true;
    this.#turn.joinTally(this);
  }

  settleTurn(): void {
    this.#hasJoinedTurn = false;
    this.#settle();
    this.#queue = null;
  }

  #settle(): void {
    if (this.#queue === null) return;
    const counters = (this.#queue.counters ??= new QueueCounters());
    if (this.#deliverCount > 0) this.#add(counters, 'deliver', this.#deliverCount);
    if (this.#deliverNoAckCount > 0) this.#add(counters, 'deliverNoAck', this.#deliverNoAckCount);
    if (this.#ackCount > 0) this.#add(counters, 'ack', this.#ackCount);
    this.#deliverCount = 0;
    this.#deliverNoAckCount = 0;
    this.#ackCount = 0;
  }

  #add(counters: QueueCounters, kind: keyof DeliveryCounters, count: number): void {
    counters[kind] += count;
    this.#channel[kind] += count;
    this.#totals[kind] += count;
  }
}
