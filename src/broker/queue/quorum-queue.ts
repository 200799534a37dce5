/**
 * A quorum queue as clients see it (https://www.rabbitmq.com/docs/quorum-queues): every message is persistent, deliveries
 * are counted and limited, what comes back is served first, and dead letters can be kept until they are taken.
 */
import type { Clock } from '../../runtime/clock.ts';
import { Deadline } from '../deadlines.ts';
import type { DeathReason } from '../death-history.ts';
import { headersOf, propertiesOf, withProperties, type Message } from '../message.ts';
import { firstByPosition, type BrowsedMessage } from './browsed-message.ts';
import { readCounts, writeCounts, type DeliveryCounts } from './delivery-counts.ts';
import { KeyedHeap } from './keyed-heap.ts';
import { LocalQueue } from './local-queue.ts';
import type { LocalQueueOptions } from './local-queue-options.ts';
import { QuorumBacklog } from './quorum-backlog.ts';
import type { QueueStats } from './queue-ref.ts';

interface Waiting {
  readonly message: Message;
  readonly position: number;
}

interface DyingMessage {
  readonly message: Message;
  readonly reason: DeathReason;
}

/** How soon dead letters that nobody took are tried again, in milliseconds. */
const DEAD_LETTER_RETRY_MS = 1000;

export class QuorumQueue extends LocalQueue {
  /** By position. */
  readonly #counts = new Map<number, DeliveryCounts>();
  /** Messages that wait before they are delivered again, by the time when they may be. */
  readonly #delayed = new KeyedHeap<Waiting>();
  readonly #delay = new Deadline((nowMs) => this.#endDelays(nowMs));
  /** Dead letters that nobody has taken yet, by position. */
  readonly #dying = new Map<number, DyingMessage>();
  readonly #deadLetterRetry = new Deadline(() => this.#retryDeadLetters());
  readonly #clock: Clock;

  constructor(options: LocalQueueOptions) {
    super(options, {
      type: 'quorum',
      makeBacklog: (lists) => new QuorumBacklog(lists),
      serves: options.settings.isSingleActiveConsumer ? 'single-of-highest-priority' : 'all',
      keeps: 'everything',
    });
    this.#clock = options.clock;
    this.#restoreCounts();
  }

  /** What an earlier process knew of messages that came back. */
  #restoreCounts(): void {
    const nowMs = this.#clock.nowMs();
    for (const [position, octets] of this.backlog.notes()) {
      const note = readCounts(octets);
      if (note === null) continue;
      this.#counts.set(position, note.counts);
      const delayMs = note.readyAtWallMs - nowMs;
      if (delayMs <= 0) continue;
      const message = (this.backlog as QuorumBacklog).takeAt(position);
      if (message === null) continue;
      note.counts.original = message;
      this.#putBackLater(message, position, delayMs);
    }
  }

  /** Consumers that wait for their turn as the single active one are not counted, as RabbitMQ has it. */
  override stats(): QueueStats {
    const stats = super.stats();
    if (!this.settings.isSingleActiveConsumer) return stats;
    return { ...stats, consumerCount: Math.min(stats.consumerCount, 1) };
  }

  protected override takeBack(message: Message, position: number, isFailure: boolean): void {
    let counts = this.#counts.get(position);
    if (counts === undefined) {
      counts = { original: message, acquired: 0, failed: 0 };
      this.#counts.set(position, counts);
    }
    const original = counts.original ?? message;
    counts.acquired++;
    if (isFailure) counts.failed++;
    const { deliveryLimit } = this.settings;
    if (deliveryLimit >= 0 && counts.failed > deliveryLimit) {
      this.giveUp(message, position, 'delivery_limit');
      return;
    }
    const delayMs = this.#delayOf(counts, isFailure);
    if (delayMs === 0 && deliveryLimit < 0 && !isFailure) {
      this.#putLast(original, counts, position);
      return;
    }
    const readyAtWallMs = delayMs === 0 ? 0 : this.#clock.nowMs() + delayMs;
    this.backlog.note(position, writeCounts(counts, readyAtWallMs));
    if (delayMs > 0) this.#putBackLater(original, position, delayMs);
    else this.putBack(original, position);
  }

  /** Where nothing ends an endless loop of requeues, it at least does not hold up the other messages. */
  #putLast(original: Message, counts: DeliveryCounts, position: number): void {
    const newPosition = (this.backlog as QuorumBacklog).putLast(original);
    this.#counts.set(newPosition, counts);
    this.backlog.note(newPosition, writeCounts(counts, 0));
    this.enqueued(original);
    this.forget(original, position);
  }

  #putBackLater(message: Message, position: number, delayMs: number): void {
    this.#delayed.insert({ message, position }, this.turn.nowMs() + delayMs);
    this.deadlines.set(this.#delay, this.#delayed.headKey ?? Number.POSITIVE_INFINITY);
  }

  #delayOf({ failed }: DeliveryCounts, isFailure: boolean): number {
    const retry = this.settings.delayedRetry;
    if (retry === null) return 0;
    if (retry.after !== 'all' && (retry.after === 'failed') !== isFailure) return 0;
    return Math.min(retry.minMs * Math.max(1, failed), retry.maxMs);
  }

  #endDelays(nowMs: number): void {
    while ((this.#delayed.headKey ?? Number.POSITIVE_INFINITY) <= nowMs) {
      const { message, position } = this.#delayed.shift()!;
      this.putBack(message, position);
    }
    this.deadlines.set(this.#delay, this.#delayed.headKey ?? Number.POSITIVE_INFINITY);
  }

  /** With headers that tell how often it was delivered, and how often that failed. */
  protected override shownAgain(message: Message, position: number): Message {
    let counts = this.#counts.get(position);
    if (counts === undefined) {
      // Delivered before the broker was started: whoever had it is lost.
      counts = { original: message, acquired: 1, failed: 1 };
      this.#counts.set(position, counts);
    }
    counts.original ??= message;
    const headers = new Map(headersOf(message));
    headers.set('x-acquired-count', { type: 'l', value: BigInt(counts.acquired) });
    if (counts.failed > 0) {
      headers.set('x-delivery-count', { type: 'l', value: BigInt(counts.failed) });
    }
    const sorted = new Map([...headers].sort(([a], [b]) => (a < b ? -1 : 1)));
    return withProperties(message, { ...propertiesOf(message), headers: sorted });
  }

  protected override giveUp(message: Message, position: number, reason: DeathReason): void {
    const original = this.#counts.get(position)?.original ?? message;
    if (!this.settings.isDeadLetteringAtLeastOnce || this.deadLetterTarget === null) {
      super.giveUp(original, position, reason);
      return;
    }
    this.#dying.set(position, { message: original, reason });
    this.deadLetters.add(this, original, position, reason);
  }

  override deadLettered(position: number, isTaken: boolean): void {
    const dying = this.#dying.get(position);
    if (dying === undefined || this.isDeleted) return;
    if (isTaken) {
      this.#dying.delete(position);
      this.forget(dying.message, position);
    } else if (this.#deadLetterRetry.index < 0) {
      this.deadlines.set(this.#deadLetterRetry, this.turn.nowMs() + DEAD_LETTER_RETRY_MS);
    }
  }

  #retryDeadLetters(): void {
    for (const [position, { message, reason }] of this.#dying) {
      this.deadLetters.add(this, message, position, reason);
    }
  }

  override browse(from: number, limit: number): readonly BrowsedMessage[] {
    const found = [...super.browse(from, limit)];
    this.#delayed.forEach(({ message, position }) => {
      found.push({ position, message, state: 'delayed' });
    });
    return firstByPosition(found, from, limit);
  }

  protected override forget(message: Message, position: number): void {
    if (this.#counts.size > 0) this.#counts.delete(position);
    super.forget(message, position);
  }

  override delete(): number {
    const count = super.delete();
    this.deadlines.clear(this.#delay);
    this.deadlines.clear(this.#deadLetterRetry);
    return count;
  }
}
