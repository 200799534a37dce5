/**
 * The arguments of queue.declare: which there are, for which types of queues, and what their values must be
 * (https://www.rabbitmq.com/docs/queues#optional-arguments). Arguments that nobody knows are kept and ignored.
 */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import { fieldTypeName } from '../../amqp/wire/field-type-names.ts';
import { plainText } from '../equivalence.ts';
import { BrokerError } from '../errors.ts';
import {
  age,
  atMost,
  bool,
  deadLetterRoutingKey,
  integer,
  lease,
  notNegative,
  oneOf,
  period,
  positive,
  queueMode,
  queueVersion,
  text,
  type ArgumentRule,
} from './argument-rules.ts';

export type QueueTypeName = 'classic' | 'quorum' | 'stream';

interface QueueArgument {
  readonly types: readonly QueueTypeName[];
  readonly rule: ArgumentRule;
}

const ALL = ['classic', 'quorum', 'stream'] as const;
const CLASSIC = ['classic'] as const;
const QUORUM = ['quorum'] as const;
const STREAM = ['stream'] as const;
const MESSAGE_QUEUES = ['classic', 'quorum'] as const;

/** A segment of a stream can be no larger. */
export const SEGMENT_OCTETS_MAX = 3_000_000_000;
const FILTER_OCTETS_MIN = 16;
const FILTER_OCTETS_MAX = 255;

/** In the order in which they are checked. */
const QUEUE_ARGUMENTS: ReadonlyMap<string, QueueArgument> = new Map<string, QueueArgument>([
  ['x-expires', { types: MESSAGE_QUEUES, rule: lease }],
  ['x-message-ttl', { types: MESSAGE_QUEUES, rule: period }],
  ['x-dead-letter-exchange', { types: MESSAGE_QUEUES, rule: text }],
  ['x-dead-letter-routing-key', { types: MESSAGE_QUEUES, rule: deadLetterRoutingKey }],
  [
    'x-dead-letter-strategy',
    { types: QUORUM, rule: oneOf(['at-most-once', 'at-least-once'], 'invalid_dlx_strategy') },
  ],
  ['x-max-length', { types: MESSAGE_QUEUES, rule: notNegative }],
  ['x-max-length-bytes', { types: ALL, rule: notNegative }],
  ['x-max-in-memory-length', { types: QUORUM, rule: notNegative }],
  ['x-max-in-memory-bytes', { types: QUORUM, rule: notNegative }],
  ['x-max-priority', { types: CLASSIC, rule: atMost(255n) }],
  [
    'x-overflow',
    {
      types: MESSAGE_QUEUES,
      rule: oneOf(['drop-head', 'reject-publish', 'reject-publish-dlx'], 'invalid_overflow'),
    },
  ],
  ['x-queue-mode', { types: CLASSIC, rule: queueMode }],
  ['x-queue-version', { types: CLASSIC, rule: queueVersion }],
  ['x-queue-master-locator', { types: CLASSIC, rule: text }],
  [
    'x-queue-leader-locator',
    { types: ALL, rule: oneOf(['client-local', 'balanced'], 'invalid_queue_locator_arg') },
  ],
  ['x-single-active-consumer', { types: MESSAGE_QUEUES, rule: bool }],
  ['x-delivery-limit', { types: QUORUM, rule: integer }],
  ['x-quorum-initial-group-size', { types: QUORUM, rule: positive }],
  // RabbitMQ 4.3 refuses it for classic queues, which it is of no use to; 4.2 accepts and ignores it, as is done here.
  ['x-consumer-timeout', { types: MESSAGE_QUEUES, rule: notNegative }],
  ['x-consumer-disconnected-timeout', { types: QUORUM, rule: notNegative }],
  [
    'x-delayed-retry-type',
    {
      types: QUORUM,
      rule: oneOf(['disabled', 'all', 'failed', 'returned'], 'invalid_delayed_retry_type'),
    },
  ],
  ['x-delayed-retry-min', { types: QUORUM, rule: notNegative }],
  ['x-delayed-retry-max', { types: QUORUM, rule: notNegative }],
  ['x-max-age', { types: STREAM, rule: age }],
  ['x-stream-max-segment-size-bytes', { types: STREAM, rule: notNegative }],
  ['x-stream-filter-size-bytes', { types: STREAM, rule: notNegative }],
  ['x-initial-cluster-size', { types: STREAM, rule: positive }],
]);

/** The arguments that a second declaration must repeat: all that this type knows. */
export function comparedArguments(type: QueueTypeName): readonly string[] {
  return [...QUEUE_ARGUMENTS].filter(([, { types }]) => types.includes(type)).map(([name]) => name);
}

/** @throws BrokerError PRECONDITION_FAILED for an argument that is wrong, or not for this type of queue */
export function validateQueueArguments(
  type: QueueTypeName,
  queue: string,
  vhost: string,
  args: FieldTable,
): void {
  const entity = `queue '${queue}' in vhost '${vhost}'`;
  refuseDeadLetterExchangeOfWrongType(entity, args);
  for (const [name, { types, rule }] of QUEUE_ARGUMENTS) {
    const value = args.get(name);
    if (value === undefined) continue;
    if (!types.includes(type)) {
      throw invalidArgument(name, `${entity} of queue type rabbit_${type}_queue`);
    }
    const error = rule(value, args);
    if (error !== null) throw invalidArgument(name, `${entity}: ${error}`);
  }
}

/**
 * The sizes that a stream may have: checked last, and refused in other words.
 *
 * @throws BrokerError PRECONDITION_FAILED
 */
export function validateStreamSizes(args: FieldTable): void {
  const segmentOctets = Number(args.get('x-stream-max-segment-size-bytes')?.value ?? 0);
  if (segmentOctets > SEGMENT_OCTETS_MAX) {
    const text = 'Exceeded max value for x-stream-max-segment-size-bytes';
    throw new BrokerError('PRECONDITION_FAILED', text);
  }
  const filterOctets = Number(args.get('x-stream-filter-size-bytes')?.value ?? FILTER_OCTETS_MIN);
  if (filterOctets >= FILTER_OCTETS_MIN && filterOctets <= FILTER_OCTETS_MAX) return;
  // With two spaces, as RabbitMQ has it.
  const text = 'Invalid value for  x-stream-filter-size-bytes';
  throw new BrokerError('PRECONDITION_FAILED', text);
}

/** Checked before all else, and in other words. */
function refuseDeadLetterExchangeOfWrongType(entity: string, args: FieldTable): void {
  const exchange = args.get('x-dead-letter-exchange');
  if (exchange === undefined || exchange.type === 'S') return;
  const type = fieldTypeName(exchange.type);
  throw new BrokerError(
    'PRECONDITION_FAILED',
    `invalid type '${type}' for arg 'x-dead-letter-exchange' in ${entity}`,
  );
}

/**
 * The type of queue that the arguments ask for. RabbitMQ takes some texts for "none given".
 *
 * @throws BrokerError PRECONDITION_FAILED for a type that does not exist
 */
export function queueTypeOf(queue: string, vhost: string, args: FieldTable): QueueTypeName {
  const value = args.get('x-queue-type');
  if (value === undefined) return 'classic';
  const name = plainText(value);
  if (value.type === 'S') {
    if (name === 'quorum' || name === 'stream') return name;
    if (name === 'classic' || name === '' || name === 'undefined') return 'classic';
  }
  const error =
    value.type === 'S'
      ? `"unsupported queue type '${name}'"`
      : `{unacceptable_type,${fieldTypeName(value.type)}}`;
  throw invalidArgument('x-queue-type', `queue '${queue}' in vhost '${vhost}': ${error}`);
}

function invalidArgument(name: string, where: string): BrokerError {
  return new BrokerError('PRECONDITION_FAILED', `invalid arg '${name}' for ${where}`);
}
