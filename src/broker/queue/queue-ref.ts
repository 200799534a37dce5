/**
 * The narrow interface through which everybody else talks to a queue. `publish`, the settlements and deliveries are
 * synchronous and answer nothing, or only what is known at once; the rest may answer later, because a queue need not
 * live in this process: whoever asks stops reading its next command until the answer is there.
 */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { QueueCounters } from '../statistics/counters.ts';
import type { Message } from '../message.ts';
import type { Consumer } from './consumer.ts';
import type { QueueTypeName } from './queue-arguments.ts';

/** An answer that is there, or will be. */
export type Eventually<T> = T | Promise<T>;

/** The queue holds the message; nothing has to be waited for. */
export const ACCEPTED = 0;
/** The message is in the journal's current batch: confirm it when that batch is durable. */
export const JOURNALED = 1;
/** The queue is full and its overflow rule is to refuse: the publisher is told. */
export const REJECTED = 2;
export type PublishOutcome = typeof ACCEPTED | typeof JOURNALED | typeof REJECTED;

/** A message taken by `get`. */
export interface TakenMessage {
  readonly message: Message;
  readonly position: number;
  readonly isRedelivered: boolean;
  /** Ready messages left in the queue. */
  readonly readyCount: number;
}

export interface QueueStats {
  readonly readyCount: number;
  readonly unackedCount: number;
  readonly consumerCount: number;
}

/** Who declared an exclusive queue: compared by identity only. */
export type QueueOwner = object;

export interface QueueRef {
  readonly type: QueueTypeName;
  readonly name: string;
  readonly vhost: string;
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  /** The connection that declared an exclusive queue; null for a queue open to all. */
  readonly owner: QueueOwner | null;
  readonly arguments: FieldTable;
  /** How long a consumer may hold a delivery, in milliseconds; -1: the broker's setting. */
  readonly consumerTimeoutMs: number;
  /** Only one of its consumers is served: `activeConsumer`. */
  readonly hasSingleActiveConsumer: boolean;
  /** The one consumer that is served; null when there is none, or when all are. */
  readonly activeConsumer: Consumer | null;

  /** Raised by front ends; null before the first message. */
  counters: QueueCounters | null;

  publish(message: Message): PublishOutcome;
  /** The message was dealt with: forget it. */
  acknowledge(message: Message, position: number): void;
  /** Not wanted and not to be tried again: dead-lettered or dropped. */
  reject(message: Message, position: number): void;
  /**
   * To be delivered again.
   *
   * @param isFailure the consumer rejected it or is gone; false: it handed the message back (basic.nack, basic.recover)
   */
  requeue(message: Message, position: number, isFailure: boolean): void;
  /** The consumer may have credit again. */
  consumerReady(consumer: Consumer): void;

  /** @throws BrokerError ACCESS_REFUSED when exclusive use is asked for or in force. */
  consume(consumer: Consumer): Eventually<void>;
  cancel(consumer: Consumer): Eventually<void>;
  /** Takes the first ready message, or null. With `noAck` it is settled at once. */
  get(noAck: boolean): Eventually<TakenMessage | null>;
  /** Drops all ready messages and returns how many. */
  purge(): Eventually<number>;
  stats(): Eventually<QueueStats>;
}
