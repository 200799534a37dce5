/** The arguments of basic.consume: validated as RabbitMQ does; those that nobody knows are ignored. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import { BrokerError } from '../errors.ts';
import {
  anything,
  integer,
  notNegative,
  streamOffset,
  type ArgumentRule,
} from './argument-rules.ts';
import type { QueueTypeName } from './queue-arguments.ts';

const CONSUMER_ARGUMENTS: ReadonlyMap<
  string,
  { readonly types: readonly QueueTypeName[]; readonly rule: ArgumentRule }
> = new Map([
  ['x-priority', { types: ['classic', 'quorum'], rule: integer }],
  ['x-consumer-timeout', { types: ['classic', 'quorum'], rule: notNegative }],
  ['x-stream-offset', { types: ['stream'], rule: streamOffset }],
  ['x-stream-filter', { types: ['stream'], rule: anything }],
  ['x-stream-match-unfiltered', { types: ['stream'], rule: anything }],
]);

/** @throws BrokerError PRECONDITION_FAILED for an argument that is wrong, or not for this type of queue */
export function validateConsumerArguments(
  type: QueueTypeName,
  queue: string,
  vhost: string,
  args: FieldTable,
): void {
  for (const [name, { types, rule }] of CONSUMER_ARGUMENTS) {
    const value = args.get(name);
    if (value === undefined) continue;
    const isKnown = types.includes(type);
    const error = isKnown ? rule(value, args) : ` of queue type rabbit_${type}_queue`;
    if (error === null) continue;
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `invalid arg '${name}' for queue '${queue}' in vhost '${vhost}'${isKnown ? `: ${error}` : error}`,
    );
  }
}
