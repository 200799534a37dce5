/**
 * A stream as AMQP 0-9-1 clients see it (https://www.rabbitmq.com/docs/streams): a log that consumers read, each from
 * where it wants, and that keeps messages until they are too many or too old.
 *
 *   publish -> log -> readers with credit (reading) -> end of the log (#atEnd) -> read on when something is appended
 *                        ^                 |
 *                        |                 +-> credit used up, socket full (in neither set)
 *                        +---- consumerReady ----+
 */
import type { Clock } from '../../runtime/clock.ts';
import type { Journal } from '../../store/journal.ts';
import { Deadline, type Deadlines } from '../deadlines.ts';
import { BrokerError } from '../errors.ts';
import type { Message } from '../message.ts';
import type { Dispatchable, Turn } from '../turn.ts';
import type { BrowsedMessage } from './browsed-message.ts';
import type { Consumer } from './consumer.ts';
import type { DeclaredQueue } from './declared-queue.ts';
import { QueueBase, type QueueIdentity } from './queue-base.ts';
import type { QueueFacts } from './queue-facts.ts';
import type { PublishOutcome, QueueStats, TakenMessage } from './queue-ref.ts';
import { streamFilterOf } from './stream-filter.ts';
import type { StreamLog } from './stream-log.ts';
import { parseStreamOffset } from './stream-offset.ts';
import { AT_END, BLOCKED, resolveStreamOffset, StreamReader } from './stream-reader.ts';
import { segmentsToDrop } from './stream-retention.ts';

export interface StreamQueueOptions
  extends Omit<QueueIdentity, 'isDurable' | 'isAutoDelete' | 'owner'> {
  readonly log: StreamLog;
  readonly journal: Journal;
  readonly turn: Turn;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
}

/** Messages that one reader is given before it is the next one's turn. */
const READING_SHARE = 256;
/** Messages that are read in one turn: what is left waits, so that one stream does not hold up all else. */
const TURN_SHARE = 4096;

export class StreamQueue extends QueueBase implements DeclaredQueue, Dispatchable {
  readonly #log: StreamLog;
  readonly #journal: Journal;
  readonly #turn: Turn;
  readonly #deadlines: Deadlines;
  readonly #clock: Clock;
  readonly #readers = new Map<Consumer, StreamReader>();
  /** Readers that may have something to read, in the order of their turns. */
  readonly #reading = new Set<StreamReader>();
  /** Readers that could take more than there is. */
  readonly #atEnd = new Set<StreamReader>();
  /** When reading goes on that was too much for one turn. */
  readonly #continuation = new Deadline(() => this.#turn.schedule(this));
  #unackedCount = 0;
  /** When the messages of this turn were published: the clock is read once for all of them. -1 while there are none. */
  #runTimestampMs = -1;
  /** Consumers of a stream that was deleted, to be told. */
  #removed: readonly Consumer[] = [];

  constructor(options: StreamQueueOptions) {
    super('stream', { ...options, isDurable: true, isAutoDelete: false, owner: null });
    this.#log = options.log;
    this.#journal = options.journal;
    this.#turn = options.turn;
    this.#deadlines = options.deadlines;
    this.#clock = options.clock;
    this.usedAtMs = this.#turn.nowMs();
  }

  protected override settingsChanged(): void {
    this.#log.segmentOctetsMax = this.settings.segmentOctetsMax;
    this.#dropOldest(this.#clock.nowMs());
    for (const consumer of this.#readers.keys()) consumer.target.settingsChanged(consumer);
  }

  get consumerCount(): number {
    return this.#readers.size;
  }

  get consumers(): Iterable<Consumer> {
    return this.#readers.keys();
  }

  get activeConsumer(): Consumer | null {
    return null;
  }

  /** All messages: reading takes none away. */
  get readyCount(): number {
    return this.#log.nextOffset - this.#log.firstOffset;
  }

  /** Consumers are not counted, as RabbitMQ has it. */
  stats(): QueueStats {
    return { readyCount: this.readyCount, unackedCount: this.#unackedCount, consumerCount: 0 };
  }

  /** Bodies are not counted apart from all else in the log. */
  facts(): QueueFacts {
    const { readyCount } = this;
    const octets = this.#log.segments.reduce((sum, segment) => sum + segment.octets, 0);
    return {
      readyCount,
      unackedCount: this.#unackedCount,
      readyOctets: octets,
      unackedOctets: 0,
      persistentCount: readyCount,
      persistentOctets: octets,
      inMemoryCount: 0,
      idleSinceMs: this.idleSinceMs(this.#clock),
      headTimestamp: null,
      consumerCapacity: this.#atEnd.size > 0 ? 1 : 0,
    };
  }

  // Messages in ----------------------------------------------------------------------------------

  publish(message: Message): PublishOutcome {
    const log = this.#log;
    const segmentCount = log.segments.length;
    if (this.#runTimestampMs < 0) this.#runTimestampMs = this.#clock.nowMs();
    log.append(message, this.#runTimestampMs);
    if (log.segments.length !== segmentCount) this.#dropOldest(this.#runTimestampMs);
    this.#turn.schedule(this);
    return log.outcome;
  }

  /** As RabbitMQ does only when a segment is begun, and when the limits change. */
  #dropOldest(nowMs: number): void {
    const { maxLengthBytes, maxAgeMs } = this.settings;
    const count = segmentsToDrop(this.#log.segments, maxLengthBytes, maxAgeMs, nowMs);
    if (count > 0) this.#log.dropSegments(count);
  }

  // Messages out ---------------------------------------------------------------------------------

  /** Lets the readers read, in turns, until all have everything or can take no more, or it is enough for this turn. */
  dispatch(): void {
    this.usedAtMs = this.#turn.nowMs();
    this.#log.endRun();
    this.#runTimestampMs = -1;
    if (this.#removed.length > 0) this.#tellRemoved();
    for (const reader of this.#atEnd) this.#reading.add(reader);
    this.#atEnd.clear();
    let remaining = TURN_SHARE;
    // A set is walked in the order of adding, also through what is added meanwhile.
    for (const reader of this.#reading) {
      if (remaining <= 0) break;
      this.#reading.delete(reader);
      const end = reader.read(this.#log, READING_SHARE);
      remaining -= reader.seenCount;
      this.#unackedCount += reader.deliveredCount;
      if (end === BLOCKED) reader.consumer.isWaiting = false;
      else if (end === AT_END) this.#atEnd.add(reader);
      else this.#reading.add(reader);
    }
    if (this.#reading.size > 0) this.#deadlines.set(this.#continuation, this.#turn.nowMs());
  }

  /** All are ready: reading takes none away. */
  browse(from: number, limit: number): readonly BrowsedMessage[] {
    const found: BrowsedMessage[] = [];
    let position = Math.max(from, this.#log.firstOffset);
    for (; position < this.#log.nextOffset && found.length < limit; position++) {
      const message = this.#log.chunkAt(position)?.messageAt(position) ?? null;
      if (message !== null) found.push({ position, message, state: 'ready' });
    }
    return found;
  }

  get(): TakenMessage | null {
    this.#refuse('basic.get');
  }

  purge(): number {
    this.#refuse('queue.purge');
  }

  #refuse(operation: string): never {
    throw new BrokerError(
      'NOT_IMPLEMENTED',
      `${operation} not supported by stream queues queue '${this.name}' in vhost '${this.vhost}'`,
    );
  }

  // Settlement: however a delivery ends, the consumer may have another --------------------------

  acknowledge(): void {
    this.#unackedCount--;
  }

  reject(): void {
    this.#unackedCount--;
  }

  requeue(): void {
    this.#unackedCount--;
  }

  // Consumers ------------------------------------------------------------------------------------

  consumerReady(consumer: Consumer): void {
    const reader = this.#readers.get(consumer);
    if (reader === undefined || consumer.isWaiting) return;
    consumer.isWaiting = true;
    this.#reading.add(reader);
    this.#turn.schedule(this);
  }

  /** @param consumer one that `checkStreamConsumer` lets in, with arguments that were validated */
  consume(consumer: Consumer): void {
    const start = parseStreamOffset(consumer.arguments.get('x-stream-offset')) ?? { from: 'next' };
    const offset = resolveStreamOffset(start, this.#log, this.#clock.nowMs());
    const reader = new StreamReader(consumer, offset, streamFilterOf(consumer.arguments));
    this.#readers.set(consumer, reader);
    this.consumerReady(consumer);
  }

  cancel(consumer: Consumer): void {
    const reader = this.#readers.get(consumer);
    if (reader === undefined) return;
    this.#readers.delete(consumer);
    this.#reading.delete(reader);
    this.#atEnd.delete(reader);
    consumer.isCancelled = true;
    consumer.isWaiting = false;
  }

  // The queue's life -----------------------------------------------------------------------------

  /** A stream does not end for want of use. */
  touch(): void {}

  /** As RabbitMQ, tells of no messages. */
  delete(): number {
    this.#removed = [...this.#readers.keys()];
    for (const consumer of this.#removed) this.cancel(consumer);
    this.#deadlines.clear(this.#continuation);
    this.#log.delete();
    this.#journal.deleteQueue(this.id);
    // The deletion is answered before the consumers are told.
    this.#turn.schedule(this);
    return 0;
  }

  #tellRemoved(): void {
    const removed = this.#removed;
    this.#removed = [];
    for (const consumer of removed) consumer.target.consumerCancelled(consumer);
  }
}

/** Deliveries of a stream are limited, and acknowledged. @throws BrokerError PRECONDITION_FAILED, NOT_IMPLEMENTED */
export function checkStreamConsumer(
  { name, vhost }: { readonly name: string; readonly vhost: string },
  consumer: { readonly prefetchCount: number; readonly noAck: boolean },
): void {
  const entity = `stream queue '${name}' in vhost '${vhost}'`;
  if (consumer.prefetchCount === 0) {
    const text = `consumer prefetch count is not set for ${entity}`;
    throw new BrokerError('PRECONDITION_FAILED', text);
  }
  if (!consumer.noAck) return;
  const text = `automatic acknowledgement not supported by ${entity}`;
  throw new BrokerError('NOT_IMPLEMENTED', text);
}
