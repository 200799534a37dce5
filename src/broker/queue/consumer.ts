/** A consumer as its queue sees it: who takes deliveries, how many more, and its place among the others. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { Message } from '../message.ts';

/** The receiving side of consumers: a channel of some protocol front end. */
export interface DeliveryTarget {
  /** False while the receiver's socket is full or a limit over all its consumers is reached. */
  canReceive(consumer: Consumer): boolean;
  deliver(consumer: Consumer, message: Message, position: number, isRedelivered: boolean): void;
  /** The queue is gone, and with it the consumer. */
  consumerCancelled(consumer: Consumer): void;
  /** The settings of the consumer's queue are others now. */
  settingsChanged(consumer: Consumer): void;
}

export interface ConsumerOptions {
  readonly tag: string;
  readonly noAck: boolean;
  readonly isExclusive: boolean;
  readonly prefetchCount: number;
  readonly arguments: FieldTable;
  readonly target: DeliveryTarget;
}

export class Consumer {
  readonly tag: string;
  /** Deliveries count as acknowledged when they are sent. */
  readonly noAck: boolean;
  readonly isExclusive: boolean;
  /** Most unacknowledged deliveries that the consumer may hold; 0 for no limit. */
  readonly prefetchCount: number;
  readonly arguments: FieldTable;
  /** Higher is served first; 0 unless `x-priority` says otherwise. */
  readonly priority: number;
  readonly target: DeliveryTarget;
  unackedCount = 0;
  /** Neighbours in the ConsumerRing while `isWaiting`. */
  next: Consumer | null = null;
  previous: Consumer | null = null;
  /** In the ring: takes part in the dispatch. */
  isWaiting = false;
  isCancelled = false;

  constructor(options: ConsumerOptions) {
    this.tag = options.tag;
    this.noAck = options.noAck;
    this.isExclusive = options.isExclusive;
    this.prefetchCount = options.prefetchCount;
    this.arguments = options.arguments;
    this.priority = Number(options.arguments.get('x-priority')?.value ?? 0);
    this.target = options.target;
  }

  /** May be given one more message now. */
  hasCredit(): boolean {
    const hasRoom =
      this.noAck || this.prefetchCount === 0 || this.unackedCount < this.prefetchCount;
    return hasRoom && this.target.canReceive(this);
  }
}
