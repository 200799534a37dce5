/**
 * A quorum queue as clients see it (https://www.rabbitmq.com/docs/quorum-queues): every message is persistent, deliveries
 * are counted and limited, what comes back is served first, and dead letters can be kept until they are taken.
 */
import type { Clock } from '../../runtime/clock.ts';
import { Deadline } from '../deadlines.ts';
import type { DeathReason } from '../death-history.ts';
import { MESSAGE_OVERHEAD_OCTETS, type MemoryBudget } from '../memory-budget.ts';
import { headersOf, propertiesOf, withProperties, type Message } from '../message.ts';
import { TimeIndex } from '../time-index.ts';
import { firstByPosition, type BrowsedMessage } from './browsed-message.ts';
import { countsOf, readCounts, writeCounts, type DeliveryCounts } from './delivery-counts.ts';
import { LocalQueue } from './local-queue.ts';
import type { LocalQueueOptions } from './local-queue-options.ts';
import { NoteLog } from './note-log.ts';
import { QuorumBacklog } from './quorum-backlog.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { QueueStats } from './queue-ref.ts';

interface DyingMessage {
  readonly message: Message;
  readonly reason: DeathReason;
}

/** How soon dead letters that nobody took are tried again, in milliseconds. */
const DEAD_LETTER_RETRY_MS = 1000;
/** Messages that become ready in one turn at most. */
const READY_AGAIN_MAX = 1000;

export class QuorumQueue extends LocalQueue {
  /** By position. */
  readonly #counts = new Map<number, DeliveryCounts>();
  readonly #notes: NoteLog;
  /** Messages that wait before they are delivered again. */
  readonly #delayed = new TimeIndex();
  readonly #delay = new Deadline((nowMs) => this.#endDelays(nowMs));
  /** Dead letters that nobody has taken yet, by position. */
  readonly #dying = new Map<number, DyingMessage>();
  readonly #deadLetterRetry = new Deadline(() => this.#retryDeadLetters());
  readonly #clock: Clock;
  readonly #budget: MemoryBudget;
  readonly #quorumBacklog: QuorumBacklog;

  constructor(options: LocalQueueOptions) {
    super(options, {
      type: 'quorum',
      makeBacklog: (lists) => new QuorumBacklog(lists),
      serves: options.settings.isSingleActiveConsumer ? 'single-of-highest-priority' : 'all',
      keeps: 'everything',
    });
    this.#clock = options.clock;
    this.#budget = options.memoryBudget;
    this.#quorumBacklog = this.backlog as QuorumBacklog;
    this.#notes = new NoteLog(options.journal, options.id);
    this.#restoreCounts();
  }

  /** What an earlier process knew of messages that came back. */
  #restoreCounts(): void {
    const readyAtWallMs = new Map<number, number>();
    this.#notes.forEach((position, octets, place) => {
      const note = readCounts(octets);
      const earlier = this.#counts.get(position);
      if (earlier !== undefined) this.#notes.remove(earlier.notePlace);
      if (note === null || !this.#quorumBacklog.isStored(position)) {
        this.#notes.remove(place);
        return;
      }
      note.counts.notePlace = place;
      note.counts.state = 'ready';
      this.#counts.set(position, note.counts);
      readyAtWallMs.set(position, note.readyAtWallMs);
    });
    const nowMs = this.#clock.nowMs();
    for (const [position, readyMs] of readyAtWallMs) {
      if (readyMs <= nowMs || !this.#quorumBacklog.leaveOut(position)) continue;
      const counts = this.#counts.get(position)!;
      this.leftOut(counts.bodyLength);
      this.#wait(counts, position, readyMs - nowMs);
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
      counts = countsOf(message, 0, 0);
      this.#counts.set(position, counts);
    }
    counts.original ??= message;
    counts.acquired++;
    if (isFailure) counts.failed++;
    const { deliveryLimit } = this.settings;
    if (deliveryLimit >= 0 && counts.failed > deliveryLimit) {
      this.giveUp(message, position, 'delivery_limit');
      return;
    }
    const delayMs = this.#delayOf(counts, isFailure);
    if (delayMs === 0 && deliveryLimit < 0 && !isFailure) {
      this.#putLast(counts.original, counts, position);
      return;
    }
    this.#remember(counts, position, delayMs === 0 ? 0 : this.#clock.nowMs() + delayMs);
    if (delayMs > 0) this.#putBackLater(counts, position, delayMs);
    else this.#putBackNow(counts, counts.original, position);
  }

  #putBackNow(counts: DeliveryCounts, message: Message, position: number): void {
    counts.state = 'ready';
    this.putBack(message, position);
  }

  /** Keeps the counts for the next process, too. */
  #remember(counts: DeliveryCounts, position: number, readyAtWallMs: number): void {
    const { notePlace } = counts;
    counts.notePlace = this.#notes.add(position, writeCounts(counts, readyAtWallMs));
    if (notePlace >= 0) this.#notes.remove(notePlace);
  }

  /** Where nothing ends an endless loop of requeues, it at least does not hold up the other messages. */
  #putLast(original: Message, counts: DeliveryCounts, position: number): void {
    const newPosition = this.#quorumBacklog.putLast(original);
    this.#counts.delete(position);
    this.#counts.set(newPosition, counts);
    this.#remember(counts, newPosition, 0);
    counts.state = 'ready';
    this.enqueued(original);
    this.forget(original, position);
  }

  #putBackLater(counts: DeliveryCounts, position: number, delayMs: number): void {
    this.#budget.used += sizeOf(counts);
    const mayLeave = this.#budget.isExceeded && this.#quorumBacklog.isStored(position);
    if (mayLeave) this.#leaveMemory(counts);
    this.#wait(counts, position, delayMs);
  }

  #leaveMemory(counts: DeliveryCounts): void {
    if (counts.original === null) return;
    counts.original = null;
    this.#budget.used -= sizeOf(counts);
  }

  #wait(counts: DeliveryCounts, position: number, delayMs: number): void {
    counts.state = 'delayed';
    this.#delayed.insert(this.turn.nowMs() + delayMs, position);
    this.deadlines.set(this.#delay, this.#delayed.firstMs);
  }

  #delayOf({ failed }: DeliveryCounts, isFailure: boolean): number {
    const retry = this.settings.delayedRetry;
    if (retry === null) return 0;
    if (retry.after !== 'all' && (retry.after === 'failed') !== isFailure) return 0;
    return Math.min(retry.minMs * Math.max(1, failed), retry.maxMs);
  }

  #endDelays(nowMs: number): void {
    const positions = this.#delayed.takeUntil(nowMs, READY_AGAIN_MAX);
    const messages = this.#messagesAt(positions);
    for (const position of positions) {
      const counts = this.#counts.get(position)!;
      const message = messages.get(position);
      this.#leaveMemory(counts);
      // What is damaged on disk is gone, and was reported.
      if (message === undefined) this.#forgetCounts(counts, position);
      else this.#putBackNow(counts, (counts.original = message), position);
    }
    this.deadlines.set(this.#delay, this.#delayed.firstMs);
  }

  /** Messages that wait, from memory or from the disk. */
  #messagesAt(positions: readonly number[]): ReadonlyMap<number, Message> {
    const messages = new Map<number, Message>();
    const stored: number[] = [];
    for (const position of positions) {
      const { original } = this.#counts.get(position)!;
      if (original === null) stored.push(position);
      else messages.set(position, original);
    }
    if (stored.length === 0) return messages;
    return new Map([...messages, ...this.#quorumBacklog.readStored(stored)]);
  }

  /** With headers that tell how often it was delivered, and how often that failed. */
  protected override shownAgain(message: Message, position: number): Message {
    let counts = this.#counts.get(position);
    if (counts === undefined) {
      // Delivered before the broker was started: whoever had it is lost.
      counts = countsOf(message, 1, 1);
      this.#counts.set(position, counts);
    }
    counts.original ??= message;
    counts.state = 'taken';
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

  protected override settingsChanged(earlier: QueueSettings): void {
    super.settingsChanged(earlier);
    const { isDeadLetteringAtLeastOnce } = this.settings;
    if (isDeadLetteringAtLeastOnce && this.deadLetterTarget !== null) return;
    // Nobody has to take them any more: once is enough.
    for (const [position, { message, reason }] of this.#dying) {
      super.giveUp(message, position, reason);
    }
    this.#dying.clear();
    this.deadlines.clear(this.#deadLetterRetry);
  }

  #retryDeadLetters(): void {
    for (const [position, { message, reason }] of this.#dying) {
      this.deadLetters.addAgain(this, message, position, reason);
    }
  }

  override browse(from: number, limit: number): readonly BrowsedMessage[] {
    const delayed: number[] = [];
    for (const [position, { state }] of this.#counts) {
      if (state === 'delayed' && position >= from) delayed.push(position);
    }
    const first = delayed.sort((a, b) => a - b).slice(0, limit);
    const waiting = [...this.#messagesAt(first)].map(([position, message]): BrowsedMessage => {
      return { position, message, state: 'delayed' };
    });
    return firstByPosition([...super.browse(from, limit), ...waiting], from, limit);
  }

  protected override forget(message: Message, position: number): void {
    const counts = this.#counts.size > 0 ? this.#counts.get(position) : undefined;
    if (counts !== undefined) this.#forgetCounts(counts, position);
    super.forget(message, position);
  }

  #forgetCounts({ notePlace }: DeliveryCounts, position: number): void {
    this.#counts.delete(position);
    if (notePlace >= 0 && !this.isDeleted) this.#notes.remove(notePlace);
  }

  override purge(): number {
    const count = super.purge();
    for (const [position, counts] of this.#counts) {
      if (counts.state === 'ready') this.#forgetCounts(counts, position);
    }
    return count;
  }

  override delete(): number {
    const count = super.delete();
    for (const counts of this.#counts.values()) {
      if (counts.state === 'delayed') this.#leaveMemory(counts);
    }
    this.deadlines.clear(this.#delay);
    this.deadlines.clear(this.#deadLetterRetry);
    return count;
  }
}

/** What a message that waits takes of memory, in octets. */
function sizeOf({ bodyLength }: DeliveryCounts): number {
  return bodyLength + MESSAGE_OVERHEAD_OCTETS;
}
