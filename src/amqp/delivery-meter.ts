/** Counts what becomes of deliveries: for the queue, for the channel, and for the broker. */
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import type { BrokerTotals } from '../broker/statistics/broker-totals.ts';
import {
  QueueCounters,
  type ChannelCounters,
  type DeliveryCounters,
} from '../broker/statistics/counters.ts';

export class DeliveryMeter {
  readonly #channel: ChannelCounters;
  readonly #totals: BrokerTotals;

  constructor(channel: ChannelCounters, totals: BrokerTotals) {
    this.#channel = channel;
    this.#totals = totals;
  }

  delivered(queue: QueueRef, noAck: boolean, isRedelivered: boolean): void {
    const counters = (queue.counters ??= new QueueCounters());
    if (noAck) {
      counters.deliverNoAck++;
      this.#channel.deliverNoAck++;
      this.#totals.deliverNoAck++;
    } else {
      counters.deliver++;
      this.#channel.deliver++;
      this.#totals.deliver++;
    }
    if (isRedelivered) this.#count(counters, 'redeliver');
  }

  acknowledged(queue: QueueRef): void {
    (queue.counters ??= new QueueCounters()).ack++;
    this.#channel.ack++;
    this.#totals.ack++;
  }

  /** basic.get has found something, or nothing. */
  got(queue: QueueRef, noAck: boolean, isFound: boolean, isRedelivered: boolean): void {
    const counters = (queue.counters ??= new QueueCounters());
    if (!isFound) this.#count(counters, 'getEmpty');
    else this.#count(counters, noAck ? 'getNoAck' : 'get');
    if (isRedelivered) this.#count(counters, 'redeliver');
  }

  #count(counters: QueueCounters, kind: keyof DeliveryCounters): void {
    counters[kind]++;
    this.#channel[kind]++;
    this.#totals[kind]++;
  }
}
