/**
 * The arguments of queue.declare and basic.consume: which of them RabbitMQ knows, which of those Leveret carries out.
 * An argument that RabbitMQ knows and Leveret does not carry out yet is refused, because a program that asks for it
 * relies on it. Arguments that nobody knows are kept and ignored, as in RabbitMQ.
 */
import type { FieldTable, FieldValue } from '../../amqp/wire/field-table.ts';
import { fieldTypeName } from '../../amqp/wire/field-type-names.ts';
import { INTEGER_TYPES, plainText } from '../equivalence.ts';
import { BrokerError } from '../errors.ts';

const NOT_SUPPORTED_QUEUE_ARGUMENTS: ReadonlySet<string> = new Set([
  'x-message-ttl',
  'x-expires',
  'x-max-length',
  'x-max-length-bytes',
  'x-overflow',
  'x-dead-letter-exchange',
  'x-dead-letter-routing-key',
  'x-dead-letter-strategy',
  'x-max-priority',
  'x-single-active-consumer',
  'x-queue-master-locator',
  'x-queue-leader-locator',
  'x-delivery-limit',
  'x-quorum-initial-group-size',
  'x-max-in-memory-length',
  'x-max-in-memory-bytes',
  'x-consumer-timeout',
  'x-consumer-disconnected-timeout',
  'x-delayed-retry-type',
  'x-delayed-retry-min',
  'x-delayed-retry-max',
  'x-max-age',
  'x-stream-max-segment-size-bytes',
  'x-stream-filter-size-bytes',
  'x-initial-cluster-size',
]);

const NOT_SUPPORTED_CONSUMER_ARGUMENTS: ReadonlySet<string> = new Set([
  'x-consumer-timeout',
  'x-stream-offset',
  'x-stream-filter',
  'x-stream-match-unfiltered',
]);

/** @throws BrokerError PRECONDITION_FAILED for an argument that is wrong or not supported yet. */
export function validateQueueArguments(queue: string, vhost: string, args: FieldTable): void {
  for (const [name, value] of args) {
    if (NOT_SUPPORTED_QUEUE_ARGUMENTS.has(name)) refuse(name, queue, vhost, NOT_SUPPORTED_YET);
    if (name === 'x-queue-type') validateQueueType(value, queue, vhost);
    if (name === 'x-queue-version' && !isInteger(value, 2)) {
      refuse(name, queue, vhost, `"unsupported queue version '${plainText(value)}'"`);
    }
  }
}

/** @throws BrokerError PRECONDITION_FAILED for an argument that is wrong or not supported yet. */
export function validateConsumerArguments(queue: string, vhost: string, args: FieldTable): void {
  for (const name of args.keys()) {
    if (NOT_SUPPORTED_CONSUMER_ARGUMENTS.has(name)) refuse(name, queue, vhost, NOT_SUPPORTED_YET);
  }
  const priority = args.get('x-priority');
  if (priority !== undefined && !INTEGER_TYPES.has(priority.type)) {
    const type = fieldTypeName(priority.type);
    refuse('x-priority', queue, vhost, `"expected integer, got ${type}"`);
  }
}

const NOT_SUPPORTED_YET = 'not supported by this version of Leveret';

function validateQueueType(value: FieldValue, queue: string, vhost: string): void {
  if (value.type !== 'S') refuse('x-queue-type', queue, vhost, '{unacceptable_type,T}');
  const type = value.value.toString();
  if (isDefaultType(type)) return;
  const isKnown = type === 'quorum' || type === 'stream';
  const error = isKnown
    ? `queue type '${type}' is ${NOT_SUPPORTED_YET}`
    : `"unsupported queue type '${type}'"`;
  refuse('x-queue-type', queue, vhost, error);
}

/** RabbitMQ takes some texts for "none given". */
function isDefaultType(type: string): boolean {
  return type === 'classic' || type === '' || type === 'undefined';
}

/** The queue type that the arguments ask for. */
export function queueTypeOf(args: FieldTable): string {
  const value = args.get('x-queue-type');
  if (value?.type !== 'S') return 'classic';
  const type = value.value.toString();
  return isDefaultType(type) ? 'classic' : type;
}

function isInteger(value: FieldValue, expected: number): boolean {
  return (
    (typeof value.value === 'number' || typeof value.value === 'bigint') &&
    Number(value.value) === expected
  );
}

function refuse(name: string, queue: string, vhost: string, error: string): never {
  throw new BrokerError(
    'PRECONDITION_FAILED',
    `invalid arg '${name}' for queue '${queue}' in vhost '${vhost}': ${error}`,
  );
}
