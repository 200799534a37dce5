/**
 * A classic queue: messages in order of arrival, each to one consumer, round robin among those with credit. Who may
 * see or delete it is the virtual host's business, and so is what happens when the last consumer leaves.
 *
 *   publish -> ReadyList --+--> consumer (unacked, held by its channel) -> acknowledge
 *                          |        | requeue, or the consumer's channel ends
 *              ReturnedList <-------+
 */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { Journal } from '../../store/journal.ts';
import { BrokerError } from '../errors.ts';
import type { Message } from '../message.ts';
import type { Dispatchable, Turn } from '../turn.ts';
import type { Consumer } from './consumer.ts';
import {
  ACCEPTED,
  JOURNALED,
  type PublishOutcome,
  type QueueOwner,
  type QueueRef,
  type QueueStats,
  type TakenMessage,
} from './queue-ref.ts';
import { ReadyList } from './ready-list.ts';
import { ReturnedList } from './returned-list.ts';
import { WaitingConsumers } from './waiting-consumers.ts';

export interface ClassicQueueOptions {
  /** Identifies the queue in the journal; never used twice. */
  readonly id: number;
  readonly name: string;
  readonly vhost: string;
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  readonly owner: QueueOwner | null;
  readonly arguments: FieldTable;
  readonly journal: Journal;
  readonly turn: Turn;
  /** Called when the last consumer has left a queue that had one. */
  readonly onUnused: (queue: ClassicQueue) => void;
}

export class ClassicQueue implements QueueRef, Dispatchable {
  readonly id: number;
  readonly name: string;
  readonly vhost: string;
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  readonly owner: QueueOwner | null;
  readonly arguments: FieldTable;
  isScheduled = false;
  readonly #journal: Journal;
  readonly #turn: Turn;
  readonly #onUnused: (queue: ClassicQueue) => void;
  readonly #ready = new ReadyList();
  readonly #returned = new ReturnedList();
  readonly #consumers = new Set<Consumer>();
  readonly #waiting = new WaitingConsumers();
  #unackedCount = 0;
  #isDeleted = false;

  constructor(options: ClassicQueueOptions) {
    this.id = options.id;
    this.name = options.name;
    this.vhost = options.vhost;
    this.isDurable = options.isDurable;
    this.isAutoDelete = options.isAutoDelete;
    this.owner = options.owner;
    this.arguments = options.arguments;
    this.#journal = options.journal;
    this.#turn = options.turn;
    this.#onUnused = options.onUnused;
  }

  get readyCount(): number {
    return this.#ready.length + this.#returned.length;
  }

  get consumerCount(): number {
    return this.#consumers.size;
  }

  stats(): QueueStats {
    return {
      readyCount: this.readyCount,
      unackedCount: this.#unackedCount,
      consumerCount: this.#consumers.size,
    };
  }

  publish(message: Message): PublishOutcome {
    const position = this.#ready.push(message);
    if (this.#waiting.current !== null) this.#turn.schedule(this);
    if (!this.isDurable || !message.isPersistent) return ACCEPTED;
    this.#journal.appendEnqueue(this.id, position, message);
    return JOURNALED;
  }

  /** Gives ready messages to consumers until one of the two runs out. */
  dispatch(): void {
    const waiting = this.#waiting;
    while (this.#ready.length > 0 || this.#returned.length > 0) {
      const consumer = waiting.current;
      if (consumer === null) return;
      if (!consumer.hasCredit()) {
        waiting.remove(consumer);
        continue;
      }
      waiting.advance();
      this.#deliverNext(consumer);
    }
  }

  #deliverNext(consumer: Consumer): void {
    let isRedelivered = false;
    let position = this.#ready.headPosition;
    let message: Message | null;
    if (this.#returned.length > 0) {
      position = this.#returned.headPosition!;
      message = this.#returned.shift();
      isRedelivered = true;
    } else {
      message = this.#ready.shift();
    }
    if (message === null) return;
    if (consumer.noAck) {
      this.#forget(message, position);
    } else {
      consumer.unackedCount++;
      this.#unackedCount++;
    }
    consumer.target.deliver(consumer, message, position, isRedelivered);
  }

  get(noAck: boolean): TakenMessage | null {
    const isRedelivered = this.#returned.length > 0;
    const position = isRedelivered ? this.#returned.headPosition! : this.#ready.headPosition;
    const message = isRedelivered ? this.#returned.shift() : this.#ready.shift();
    if (message === null) return null;
    if (noAck) this.#forget(message, position);
    else this.#unackedCount++;
    return { message, position, isRedelivered, readyCount: this.readyCount };
  }

  acknowledge(message: Message, position: number): void {
    this.#unackedCount--;
    this.#forget(message, position);
  }

  reject(message: Message, position: number): void {
    this.#unackedCount--;
    this.#forget(message, position);
  }

  requeue(message: Message, position: number): void {
    this.#unackedCount--;
    if (this.#isDeleted) return;
    this.#returned.insert(message, position);
    this.#turn.schedule(this);
  }

  /** The message is gone for good. */
  #forget(message: Message, position: number): void {
    if (this.isDurable && message.isPersistent && !this.#isDeleted) {
      this.#journal.appendSettle(this.id, position);
    }
  }

  consumerReady(consumer: Consumer): void {
    if (consumer.isCancelled || this.#isDeleted) return;
    this.#waiting.add(consumer);
    if (this.readyCount > 0) this.#turn.schedule(this);
  }

  consume(consumer: Consumer): void {
    const holder = this.#consumers.values().next().value;
    if (holder !== undefined && (holder.isExclusive || consumer.isExclusive)) {
      throw new BrokerError(
        'ACCESS_REFUSED',
        `queue '${this.name}' in vhost '${this.vhost}' in exclusive use`,
      );
    }
    this.#consumers.add(consumer);
    this.consumerReady(consumer);
  }

  cancel(consumer: Consumer): void {
    consumer.isCancelled = true;
    this.#waiting.remove(consumer);
    if (!this.#consumers.delete(consumer)) return;
    if (this.#consumers.size === 0) this.#onUnused(this);
  }

  purge(): number {
    const count = this.readyCount;
    while (this.get(true) !== null);
    return count;
  }

  /** Ends the queue: its messages are dropped and its consumers told. Returns the number of ready messages. */
  delete(): number {
    const count = this.purge();
    this.#isDeleted = true;
    const consumers = [...this.#consumers];
    this.#consumers.clear();
    for (const consumer of consumers) {
      consumer.isCancelled = true;
      this.#waiting.remove(consumer);
      consumer.target.consumerCancelled(consumer);
    }
    return count;
  }
}
