// Bindings between exchanges, and deleting exchanges: for facts that are about these.
import { EMPTY_TABLE, type FieldTable } from '../../../src/amqp/wire/field-table.ts';
import * as methods from '../../../src/amqp/wire/generated/methods.ts';
import type { RawChannel } from '../../support/raw-client.ts';

export function sendBindExchange(
  channel: RawChannel,
  destination: string,
  source: string,
  routingKey = '',
): void {
  const method = { destination, source, routingKey, noWait: false, arguments: EMPTY_TABLE };
  channel.send(methods.encodeExchangeBind, method);
}

export async function bindExchange(
  channel: RawChannel,
  destination: string,
  source: string,
  routingKey = '',
): Promise<void> {
  sendBindExchange(channel, destination, source, routingKey);
  await channel.client.expect(methods.EXCHANGE_BIND_OK);
}

export function sendUnbindExchange(
  channel: RawChannel,
  destination: string,
  source: string,
  routingKey = '',
): void {
  const method = { destination, source, routingKey, noWait: false, arguments: EMPTY_TABLE };
  channel.send(methods.encodeExchangeUnbind, method);
}

export async function unbindExchange(
  channel: RawChannel,
  destination: string,
  source: string,
  routingKey = '',
): Promise<void> {
  sendUnbindExchange(channel, destination, source, routingKey);
  await channel.client.expect(methods.EXCHANGE_UNBIND_OK);
}

/** queue.unbind with the arguments of the binding, which are a part of what it is. */
export async function unbindQueue(
  channel: RawChannel,
  queue: string,
  exchange: string,
  routingKey: string,
  args: FieldTable,
): Promise<void> {
  const method = { queue, exchange, routingKey, arguments: args };
  channel.send(methods.encodeQueueUnbind, method);
  await channel.client.expect(methods.QUEUE_UNBIND_OK);
}

export function sendDeleteExchange(channel: RawChannel, exchange: string, ifUnused = false): void {
  channel.send(methods.encodeExchangeDelete, { exchange, ifUnused, noWait: false });
}

export async function deleteExchange(
  channel: RawChannel,
  exchange: string,
  ifUnused = false,
): Promise<void> {
  sendDeleteExchange(channel, exchange, ifUnused);
  await channel.client.expect(methods.EXCHANGE_DELETE_OK);
}
