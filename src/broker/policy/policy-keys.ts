/**
 * What a policy can define: the keys, what their values must be in RabbitMQ's words, and which types of queues know
 * them. A policy with a key that a type does not know does not apply to queues of that type at all.
 */
import type { QueueTypeName } from '../queue/queue-arguments.ts';
import { parseAge } from '../queue/stream-offset.ts';
import { formatPairs, formatTerm } from '../erlang-term.ts';

export interface PolicyKey {
  readonly isValid: (value: unknown) => boolean;
  /** What follows the value in the text that refuses it: `is not a valid ...`. */
  readonly refusal: string;
  /** Types of queues that a policy with this key can apply to. */
  readonly types: readonly QueueTypeName[];
  /** Operator policies can have it too. */
  readonly isForOperators: boolean;
}

const ALL = ['classic', 'quorum', 'stream'] as const;
const CLASSIC = ['classic'] as const;
const QUORUM = ['quorum'] as const;
const STREAM = ['stream'] as const;
const MESSAGE_QUEUES = ['classic', 'quorum'] as const;

const isText = (value: unknown): boolean => typeof value === 'string';
const isInteger = (value: unknown): boolean => Number.isInteger(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isPositive = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1;
const isAge = (value: unknown): boolean => typeof value === 'string' && parseAge(value) !== null;
const oneOf =
  (...values: unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

function key(
  types: readonly QueueTypeName[],
  isValid: (value: unknown) => boolean,
  what: string,
): PolicyKey {
  return { types, isValid, refusal: `is not a valid ${what}`, isForOperators: false };
}

function limit(...parameters: Parameters<typeof key>): PolicyKey {
  return { ...key(...parameters), isForOperators: true };
}

const BUILT_IN: readonly (readonly [name: string, key: PolicyKey])[] = [
  ['alternate-exchange', key(ALL, isText, 'alternate exchange name')],
  ['consumer-disconnected-timeout', key(QUORUM, isCount, 'consumer disconnected timeout')],
  ['consumer-timeout', key(ALL, isCount, 'consumer timeout')],
  ['dead-letter-exchange', key(MESSAGE_QUEUES, isText, 'dead letter exchange name')],
  ['dead-letter-routing-key', key(MESSAGE_QUEUES, isText, 'dead letter routing key')],
  [
    'dead-letter-strategy',
    key(QUORUM, oneOf('at-most-once', 'at-least-once'), 'dead letter strategy'),
  ],
  ['delayed-retry-max', key(QUORUM, isCount, 'delayed retry maximum')],
  ['delayed-retry-min', key(QUORUM, isCount, 'delayed retry minimum')],
  [
    'delayed-retry-type',
    key(QUORUM, oneOf('disabled', 'all', 'failed', 'returned'), 'delayed retry type'),
  ],
  ['delivery-limit', limit(QUORUM, isInteger, 'delivery limit')],
  ['expires', limit(MESSAGE_QUEUES, isPositive, 'queue expiry')],
  ['initial-cluster-size', key(STREAM, isCount, 'cluster size')],
  ['max-age', key(STREAM, isAge, 'max age')],
  ['max-in-memory-bytes', limit(QUORUM, isCount, 'maximum memory in bytes')],
  // RabbitMQ's words for both.
  ['max-in-memory-length', limit(QUORUM, isCount, 'maximum memory in bytes')],
  ['max-length', limit(MESSAGE_QUEUES, isCount, 'maximum length')],
  ['max-length-bytes', limit(ALL, isCount, 'maximum length in bytes')],
  ['message-ttl', limit(MESSAGE_QUEUES, isCount, 'message TTL')],
  [
    'overflow',
    limit(
      MESSAGE_QUEUES,
      oneOf('drop-head', 'reject-publish', 'reject-publish-dlx'),
      'overflow value',
    ),
  ],
  [
    'queue-leader-locator',
    key(
      ALL,
      oneOf('client-local', 'balanced', 'random', 'least-leaders'),
      'queue leader locator value',
    ),
  ],
  [
    'queue-master-locator',
    {
      ...key(CLASSIC, oneOf('min-masters', 'client-local', 'random'), ''),
      refusal: 'invalid queue-master-locator value',
    },
  ],
  ['queue-mode', key(CLASSIC, oneOf('default', 'lazy'), 'queue-mode value')],
  ['queue-version', limit(ALL, oneOf(1, 2), 'queue-version value')],
  ['stream-filter-size-bytes', key(ALL, isFilterSize, 'filter size')],
  ['stream-max-segment-size-bytes', key(STREAM, isCount, 'segment size')],
  ['target-group-size', limit(QUORUM, isPositive, 'target group size')],
];

/** As for the argument of the same name. */
function isFilterSize(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 16 && Number(value) <= 255;
}

export class PolicyKeys {
  readonly #keys = new Map<string, PolicyKey>(BUILT_IN);

  /** Makes a key known that the broker itself has no use for. Returns a function that makes it unknown again. */
  register(name: string, policyKey: PolicyKey): () => void {
    if (this.#keys.has(name)) throw new Error(`policy key '${name}' is registered already`);
    this.#keys.set(name, policyKey);
    return () => void this.#keys.delete(name);
  }

  /** Whether a policy with these keys can apply to queues of this type. */
  areFor(type: QueueTypeName, names: readonly string[]): boolean {
    return names.every((name) => this.#keys.get(name)?.types.includes(type) !== false);
  }

  /** What is wrong with a definition: nothing, the first value that is, or the keys that nobody knows. */
  errorOf(definition: Readonly<Record<string, unknown>>, isForOperators: boolean): string | null {
    const unknown: [string, unknown][] = [];
    for (const name of Object.keys(definition).sort()) {
      const found = this.#keys.get(name);
      const value = definition[name];
      if (found === undefined || (isForOperators && !found.isForOperators)) {
        unknown.push([name, value]);
      } else if (!found.isValid(value)) {
        return `${formatTerm(value)} ${found.refusal}`;
      }
    }
    if (unknown.length === 0) return null;
    return `${formatPairs(Object.fromEntries(unknown))} are not recognised policy settings`;
  }
}
