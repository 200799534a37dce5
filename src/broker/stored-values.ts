/**
 * Definitions as the DefinitionStore keeps them: plain data, arguments as the octets of a field table in base64, so
 * that every type of value comes back as it was. What is read is checked, because a later version or a person may have
 * written it.
 */
import * as v from 'valibot';
import type { FieldTable } from '../amqp/wire/field-table.ts';
import { tableFromOctets, tableToOctets } from '../amqp/wire/field-table-octets.ts';
import type { DeclaredBinding, Exchange } from './exchange/exchange.ts';
import type { DeclaredQueue } from './queue/declared-queue.ts';
import type { VirtualHostMetadata } from './virtual-host-metadata.ts';

const ARGUMENTS = v.pipe(
  v.string(),
  v.transform((base64) => tableFromOctets(Buffer.from(base64, 'base64'))),
);

const QUEUE_ID = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export interface StoredVirtualHost extends VirtualHostMetadata {
  readonly name: string;
}

export interface StoredExchange {
  readonly vhost: string;
  readonly name: string;
  readonly type: string;
  readonly isAutoDelete: boolean;
  readonly isInternal: boolean;
  readonly arguments: FieldTable;
}

export interface StoredQueue {
  readonly vhost: string;
  readonly name: string;
  /** As the journal knows it. */
  readonly id: number;
  readonly isAutoDelete: boolean;
  readonly arguments: FieldTable;
}

export interface StoredBinding {
  readonly vhost: string;
  readonly source: string;
  readonly destinationKind: 'queue' | 'exchange';
  readonly destination: string;
  readonly bindingKey: string;
  readonly arguments: FieldTable;
}

const QUEUE_TYPE = v.picklist(['classic', 'quorum', 'stream']);

/** Earlier versions kept the name only. */
const VIRTUAL_HOST: v.GenericSchema<unknown, StoredVirtualHost> = v.object({
  name: v.string(),
  description: v.optional(v.string(), ''),
  tags: v.optional(v.array(v.string()), []),
  defaultQueueType: v.optional(v.nullable(QUEUE_TYPE), null),
  tracing: v.optional(v.boolean(), false),
  protectedFromDeletion: v.optional(v.boolean(), false),
});

const EXCHANGE: v.GenericSchema<unknown, StoredExchange> = v.object({
  vhost: v.string(),
  name: v.string(),
  type: v.string(),
  isAutoDelete: v.boolean(),
  isInternal: v.boolean(),
  arguments: ARGUMENTS,
});

const QUEUE: v.GenericSchema<unknown, StoredQueue> = v.object({
  vhost: v.string(),
  name: v.string(),
  id: QUEUE_ID,
  isAutoDelete: v.boolean(),
  arguments: ARGUMENTS,
});

const BINDING: v.GenericSchema<unknown, StoredBinding> = v.object({
  vhost: v.string(),
  source: v.string(),
  destinationKind: v.picklist(['queue', 'exchange']),
  destination: v.string(),
  bindingKey: v.string(),
  arguments: ARGUMENTS,
});

/** @throws Error for what is none; so do the functions below */
export function readVirtualHost(value: unknown): StoredVirtualHost {
  return v.parse(VIRTUAL_HOST, value);
}

export function readExchange(value: unknown): StoredExchange {
  return v.parse(EXCHANGE, value);
}

export function readQueue(value: unknown): StoredQueue {
  return v.parse(QUEUE, value);
}

export function readBinding(value: unknown): StoredBinding {
  return v.parse(BINDING, value);
}

/** The id of a queue's definition, also of one that cannot be used otherwise; null where there is none. */
export function readQueueId(value: unknown): number | null {
  const result = v.safeParse(v.object({ id: QUEUE_ID }), value);
  return result.success ? result.output.id : null;
}

export function exchangeToStore(vhost: string, exchange: Exchange): unknown {
  const { name, type, isAutoDelete, isInternal } = exchange;
  const args = argumentsToStore(exchange.arguments);
  return { vhost, name, type: type.name, isAutoDelete, isInternal, arguments: args };
}

export function queueToStore(vhost: string, queue: DeclaredQueue): unknown {
  const { name, id, isAutoDelete } = queue;
  return { vhost, name, id, isAutoDelete, arguments: argumentsToStore(queue.arguments) };
}

export function bindingToStore(vhost: string, binding: DeclaredBinding): unknown {
  const { source, destination, bindingKey } = binding;
  const end = destination.kind === 'queue' ? destination.queue : destination.exchange;
  return {
    vhost,
    source: source.name,
    destinationKind: destination.kind,
    destination: end.name,
    bindingKey,
    arguments: argumentsToStore(binding.arguments),
  };
}

/** A table has four octets at least: its size. */
function argumentsToStore(table: FieldTable): string {
  return tableToOctets(table).toString('base64');
}
