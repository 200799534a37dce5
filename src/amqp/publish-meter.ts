/**
 * Counts what a channel publishes: for the exchange, the queues, the channel, and the broker. Publishers repeat themselves, so
 * what goes the same way is counted together and told when the turn ends, or when the way changes: a message costs two
 * additions in place of six.
 */
import type { Exchange } from '../broker/exchange/exchange.ts';
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import type { BrokerTotals } from '../broker/statistics/broker-totals.ts';
import {
  ExchangeCounters,
  QueueCounters,
  type ChannelCounters,
} from '../broker/statistics/counters.ts';
import { MESSAGE_SIZE_LIMITS } from '../broker/statistics/message-sizes.ts';
import type { Tally, Turn } from '../broker/turn.ts';

const SMALL_OCTETS_MAX = MESSAGE_SIZE_LIMITS[0]!;

export class PublishMeter implements Tally {
  readonly #channel: ChannelCounters;
  readonly #totals: BrokerTotals;
  readonly #turn: Turn;
  #hasJoinedTurn = false;
  // The way that the last messages went, and what has not been told yet.
  #exchange: Exchange | null = null;
  #queues: readonly QueueRef[] = [];
  #count = 0;
  #octets = 0;
  #largerCount = 0;

  constructor(channel: ChannelCounters, totals: BrokerTotals, turn: Turn) {
    this.#channel = channel;
    this.#totals = totals;
    this.#turn = turn;
  }

  published(exchange: Exchange, queues: readonly QueueRef[], octets: number): void {
    if (exchange !== this.#exchange || (queues !== this.#queues && !this.#isSameQueue(queues))) {
      this.settle();
      this.#exchange = exchange;
      this.#queues = queues;
    }
    if (!this.#hasJoinedTurn) {
      this.#hasJoinedTurn = true;
      this.#turn.joinTally(this);
    }
    this.#count++;
    this.#octets += octets;
    if (octets > SMALL_OCTETS_MAX) {
      this.#largerCount++;
      this.#totals.messageSizes.addLarger(octets);
    }
  }

  /** Each routing key has a route of its own, but many lead to one and the same queue. */
  #isSameQueue(queues: readonly QueueRef[]): boolean {
    return queues.length === 1 && this.#queues.length === 1 && queues[0] === this.#queues[0];
  }

  unroutable(isReturned: boolean): void {
    const kind = isReturned ? 'returnUnroutable' : 'dropUnroutable';
    this.#channel[kind]++;
    this.#totals[kind]++;
  }

  settleTurn(): void {
    this.#hasJoinedTurn = false;
    this.settle();
  }

  /** Tells what was counted so far: for who ends no turn. */
  settle(): void {
    const count = this.#count;
    const exchange = this.#exchange;
    if (count === 0 || exchange === null) return;
    this.#channel.publish += count;
    this.#totals.publish += count;
    this.#totals.messageSizes.addSmall(count - this.#largerCount, this.#octets);
    const counters = (exchange.counters ??= new ExchangeCounters());
    counters.publishIn += count;
    const queues = this.#queues;
    counters.publishOut += count * queues.length;
    for (let i = 0; i < queues.length; i++) {
      (queues[i]!.counters ??= new QueueCounters()).publish += count;
    }
    this.#count = 0;
    this.#octets = 0;
    this.#largerCount = 0;
  }
}
