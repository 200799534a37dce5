/** What the arguments of a queue and the policies that apply to it mean: read when it is declared or a policy changes. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { DeadLetterTarget } from '../dead-letters.ts';
import { plainText } from '../equivalence.ts';
import { mergeDeliveryLimits } from '../policy/applied-policy.ts';
import type { PolicyDefinition } from '../policy/policy.ts';
import { SEGMENT_OCTETS_MAX, type QueueTypeName } from './queue-arguments.ts';
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

/**
 * @param args as they were validated
 * @param policy what the policies that apply define together
 */
export function queueSettings(
  type: QueueTypeName,
  args: FieldTable,
  policy: PolicyDefinition,
): QueueSettings {
  const values = new SettingValues(type, args, policy);
  const overflow = overflowOf(type, values);
  return {
    messageTtlMs: values.limit('message-ttl') ?? -1,
    expiresMs: values.limit('expires') ?? -1,
    maxLength: values.limit('max-length') ?? Number.POSITIVE_INFINITY,
    maxLengthBytes: values.limit('max-length-bytes') ?? Number.POSITIVE_INFINITY,
    overflow,
    deadLetterTarget: deadLetterTargetOf(values),
    maxPriority: numberOf(args.get('x-max-priority')?.value) ?? 0,
    isSingleActiveConsumer: args.get('x-single-active-consumer')?.value === true,
    // Without reject-publish the queue could drop what it still has to dead-letter: RabbitMQ asks for both.
    isDeadLetteringAtLeastOnce:
      values.text('dead-letter-strategy') === 'at-least-once' && overflow === 'reject-publish',
    deliveryLimit: values.limit('delivery-limit', mergeDeliveryLimits) ?? DELIVERY_LIMIT,
    consumerTimeoutMs: values.limit('consumer-timeout') ?? -1,
    delayedRetry: delayedRetryOf(values),
    maxAgeMs: parseAge(values.text('max-age') ?? '') ?? Number.POSITIVE_INFINITY,
    segmentOctetsMax: segmentOctetsOf(values),
  };
}

/** Whether there are any besides the queue's type. Queues without have their settings in common. */
export function hasOwnArguments(args: FieldTable): boolean {
  return args.size > (args.has('x-queue-type') ? 1 : 0);
}

/** Arguments `x-NAME` and the keys of policies `NAME`, and which counts where there are both. */
class SettingValues {
  readonly #arguments: FieldTable;
  readonly #policy: PolicyDefinition;
  /** Of streams RabbitMQ takes what the policy says, always. */
  readonly #isPolicyFirst: boolean;

  constructor(type: QueueTypeName, args: FieldTable, policy: PolicyDefinition) {
    this.#arguments = args;
    this.#policy = policy;
    this.#isPolicyFirst = type === 'stream';
  }

  /** A number that limits something: the stricter of the two. */
  limit(
    name: string,
    merge: (a: number, b: number) => number = (a, b) => Math.min(a, b),
  ): number | null {
    const own = this.#ownNumber(name);
    const ofPolicy = numberOf(this.#policy[name]);
    if (own === null || ofPolicy === null) return own ?? ofPolicy;
    return this.#isPolicyFirst ? ofPolicy : merge(ofPolicy, own);
  }

  /** A number that is no limit: the queue's own. */
  number(name: string): number | null {
    return this.#ownNumber(name) ?? numberOf(this.#policy[name]);
  }

  text(name: string, isPolicyFirst: boolean = this.#isPolicyFirst): string | null {
    const value = this.#arguments.get(`x-${name}`);
    const own = value?.type === 'S' ? plainText(value) : null;
    const policy = this.#policy[name];
    const ofPolicy = typeof policy === 'string' ? policy : null;
    return isPolicyFirst ? (ofPolicy ?? own) : (own ?? ofPolicy);
  }

  #ownNumber(name: string): number | null {
    return numberOf(this.#arguments.get(`x-${name}`)?.value);
  }
}

/** Of quorum queues what the policy says counts; they know no reject-publish-dlx, and drop then, as RabbitMQ has it. */
function overflowOf(type: QueueTypeName, values: SettingValues): Overflow {
  const overflow = values.text('overflow', type !== 'classic');
  if (overflow === 'reject-publish') return overflow;
  return overflow === 'reject-publish-dlx' && type === 'classic' ? overflow : 'drop-head';
}

function deadLetterTargetOf(values: SettingValues): DeadLetterTarget | null {
  const exchange = values.text('dead-letter-exchange');
  if (exchange === null) return null;
  const text = values.text('dead-letter-routing-key');
  const routingKey = text === null ? null : Buffer.from(text, 'utf8').toString('latin1');
  return { exchange, routingKey };
}

function delayedRetryOf(values: SettingValues): DelayedRetry | null {
  const after = values.text('delayed-retry-type');
  if (after !== 'all' && after !== 'failed' && after !== 'returned') return null;
  const minMs = values.number('delayed-retry-min') ?? 0;
  const maxMs = values.number('delayed-retry-max') ?? Number.POSITIVE_INFINITY;
  return { after, minMs, maxMs };
}

function segmentOctetsOf(values: SettingValues): number {
  const octets = values.limit('stream-max-segment-size-bytes') ?? SEGMENT_OCTETS;
  return Math.min(octets, SEGMENT_OCTETS_MAX);
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}
