/**
 * Direct reply-to: a queue in name only. What is published to it goes straight to the one consumer that asked for replies,
 * without being kept; when that consumer is gone, it is dropped (https://www.rabbitmq.com/docs/direct-reply-to).
 */
import { EMPTY_TABLE, type FieldTable } from '../../amqp/wire/field-table.ts';
import type { Message } from '../message.ts';
import type { QueueCounters } from '../statistics/counters.ts';
import type { Consumer } from './consumer.ts';
import {
  ACCEPTED,
  type PublishOutcome,
  type QueueRef,
  type QueueStats,
  type TakenMessage,
} from './queue-ref.ts';

/** What clients consume from, and put into `reply-to`; the names that repliers see begin with it and a dot. */
export const REPLY_TO = 'amq.rabbitmq.reply-to';

/** Whether a queue name means direct reply-to. */
export function isReplyName(name: string): boolean {
  return name === REPLY_TO || name.startsWith(`${REPLY_TO}.`);
}

export class ReplyQueue implements QueueRef {
  readonly type = 'classic';
  readonly name: string;
  readonly vhost: string;
  readonly isDurable = false;
  readonly isAutoDelete = true;
  readonly owner = null;
  readonly arguments: FieldTable = EMPTY_TABLE;
  readonly consumerTimeoutMs = -1;
  readonly hasSingleActiveConsumer = false;
  readonly activeConsumer = null;
  counters: QueueCounters | null = null;
  #consumer: Consumer | null = null;

  constructor(name: string, vhost: string) {
    this.name = name;
    this.vhost = vhost;
  }

  publish(message: Message): PublishOutcome {
    const consumer = this.#consumer;
    if (consumer !== null) consumer.target.deliver(consumer, message, 0, false);
    return ACCEPTED;
  }

  consume(consumer: Consumer): void {
    this.#consumer = consumer;
  }

  cancel(consumer: Consumer): void {
    consumer.isCancelled = true;
    this.#consumer = null;
  }

  // Replies need no acknowledgement, so there is never anything to settle or to take.

  acknowledge(): void {}

  reject(): void {}

  requeue(): void {}

  consumerReady(): void {}

  get(): TakenMessage | null {
    return null;
  }

  purge(): number {
    return 0;
  }

  stats(): QueueStats {
    return { readyCount: 0, unackedCount: 0, consumerCount: this.#consumer === null ? 0 : 1 };
  }
}
