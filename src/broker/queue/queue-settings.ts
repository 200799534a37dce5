/** What the arguments of a queue mean, read once when it is declared. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { DeadLetterTarget } from '../dead-letters.ts';
import { plainText } from '../equivalence.ts';
import { parseAge } from './stream-offset.ts';

export type Overflow = 'drop-head' | 'reject-publish' | 'reject-publish-dlx';

export interface QueueSettings {
  /** How long a message may wait, in milliseconds; -1 for ever. */
  readonly messageTtlMs: number;
  /** How long the queue lives without consumers, in milliseconds; -1 for ever. */
  readonly expiresMs: number;
  /** Most ready messages; Infinity for no limit. */
  readonly maxLength: number;
  /** Most octets in the bodies of ready messages; Infinity for no limit. */
  readonly maxLengthBytes: number;
  readonly overflow: Overflow;
  /** Null: what the queue gives up on is dropped. */
  readonly deadLetterTarget: DeadLetterTarget | null;
  /** Highest priority of a classic queue; 0: it knows none. */
  readonly maxPriority: number;
  readonly isSingleActiveConsumer: boolean;
  // Quorum queues only:
  /** Dead letters are kept until somebody has taken them. */
  readonly isDeadLetteringAtLeastOnce: boolean;
  /** Failed deliveries that a message survives; -1 for any number. */
  readonly deliveryLimit: number;
  /** How long a consumer may hold a delivery, in milliseconds; -1: the broker's setting. */
  readonly consumerTimeoutMs: number;
  readonly delayedRetry: DelayedRetry | null;
  // Streams only:
  /** How long messages are kept at least, in milliseconds; Infinity for ever. */
  readonly maxAgeMs: number;
  /** Octets that a segment of the log grows to. */
  readonly segmentOctetsMax: number;
}

/** A returned message waits before it is delivered again, the longer the more often it has failed. */
export interface DelayedRetry {
  readonly after: 'all' | 'failed' | 'returned';
  readonly minMs: number;
  readonly maxMs: number;
}

/** RabbitMQ's default. */
const DELIVERY_LIMIT = 20;
/** RabbitMQ's default. */
const SEGMENT_OCTETS = 500_000_000;

/** @param args as they were validated */
export function queueSettings(args: FieldTable): QueueSettings {
  const overflow = textOf(args, 'x-overflow') ?? 'drop-head';
  const exchange = textOf(args, 'x-dead-letter-exchange');
  const routingKey = textOf(args, 'x-dead-letter-routing-key');
  return {
    messageTtlMs: numberOf(args, 'x-message-ttl') ?? -1,
    expiresMs: numberOf(args, 'x-expires') ?? -1,
    maxLength: numberOf(args, 'x-max-length') ?? Number.POSITIVE_INFINITY,
    maxLengthBytes: numberOf(args, 'x-max-length-bytes') ?? Number.POSITIVE_INFINITY,
    overflow:
      overflow === 'reject-publish' || overflow === 'reject-publish-dlx' ? overflow : 'drop-head',
    deadLetterTarget:
      exchange === null
        ? null
        : {
            exchange,
            routingKey:
              routingKey === null ? null : Buffer.from(routingKey, 'utf8').toString('latin1'),
          },
    maxPriority: numberOf(args, 'x-max-priority') ?? 0,
    isSingleActiveConsumer: args.get('x-single-active-consumer')?.value === true,
    // Without reject-publish the queue could drop what it still has to dead-letter: RabbitMQ asks for both.
    isDeadLetteringAtLeastOnce:
      textOf(args, 'x-dead-letter-strategy') === 'at-least-once' && overflow === 'reject-publish',
    deliveryLimit: numberOf(args, 'x-delivery-limit') ?? DELIVERY_LIMIT,
    consumerTimeoutMs: numberOf(args, 'x-consumer-timeout') ?? -1,
    delayedRetry: delayedRetryOf(args),
    maxAgeMs: parseAge(textOf(args, 'x-max-age') ?? '') ?? Number.POSITIVE_INFINITY,
    segmentOctetsMax: numberOf(args, 'x-stream-max-segment-size-bytes') ?? SEGMENT_OCTETS,
  };
}

function delayedRetryOf(args: FieldTable): DelayedRetry | null {
  const after = textOf(args, 'x-delayed-retry-type');
  if (after !== 'all' && after !== 'failed' && after !== 'returned') return null;
  const minMs = numberOf(args, 'x-delayed-retry-min') ?? 0;
  const maxMs = numberOf(args, 'x-delayed-retry-max') ?? Number.POSITIVE_INFINITY;
  return { after, minMs, maxMs };
}

function numberOf(args: FieldTable, name: string): number | null {
  const value = args.get(name)?.value;
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}

function textOf(args: FieldTable, name: string): string | null {
  const value = args.get(name);
  return value?.type === 'S' ? plainText(value) : null;
}
