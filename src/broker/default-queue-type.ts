/** Queues that are declared without a type get that of their virtual host, or of the broker (https://www.rabbitmq.com/docs/vhosts#default-queue-type). */
import type { FieldTable } from '../amqp/wire/field-table.ts';
import type { QueueDeclaration } from './queues.ts';
import type { QueueTypeName } from './queue/queue-arguments.ts';

/** The arguments of a declaration with the type that the queue gets; as they are where it is a classic one. */
export function withQueueType(
  declaration: QueueDeclaration,
  defaultType: QueueTypeName | null,
): FieldTable {
  const { arguments: args, isDurable, isExclusive, isAutoDelete } = declaration;
  if (defaultType === null || defaultType === 'classic') return args;
  const asked = args.get('x-queue-type');
  // RabbitMQ takes these for "none given".
  const isAsked = asked !== undefined && asked.value !== '' && asked.value !== 'undefined';
  // Only classic queues can be like that.
  if (isAsked || !isDurable || isExclusive || isAutoDelete) return args;
  return new Map(args).set('x-queue-type', { type: 'S', value: defaultType });
}
