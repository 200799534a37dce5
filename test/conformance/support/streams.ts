// What facts about streams have in common: declaring one, filling it, reading it from some offset on.
import assert from 'node:assert/strict';
import { fromPlain, type FieldTable, type PlainValue } from '../../../src/amqp/wire/field-table.ts';
import * as methods from '../../../src/amqp/wire/generated/methods.ts';
import type { BasicProperties } from '../../../src/amqp/wire/generated/properties.ts';
import type { RawChannel } from '../../support/raw-client.ts';
import type { Ground } from './ground.ts';

export type Arguments = Readonly<Record<string, PlainValue>>;

/** As replies name it. */
export const STREAM: string = "queue 's' in vhost '/'";

/** Options that declare a stream. */
export function streamOf(args: Arguments = {}): { durable: true; arguments: FieldTable } {
  return { durable: true, arguments: fromPlain({ 'x-queue-type': 'stream', ...args }) };
}

export async function declareStream({ channel }: Ground, args: Arguments = {}): Promise<void> {
  await channel.declareQueue('s', streamOf(args));
}

/** Publishes one after the other, each when the one before is confirmed. */
export async function publishAll(
  ground: Ground,
  bodies: readonly string[],
  properties: BasicProperties = {},
): Promise<void> {
  const channel = await ground.otherChannel();
  await channel.confirmSelect();
  for (const body of bodies) {
    channel.publish('', 's', body, { properties });
    await channel.client.expect(methods.BASIC_ACK);
  }
}

export function at(offset: PlainValue): Arguments {
  return { 'x-stream-offset': offset };
}

/** @param timeMs a whole second */
export function atTime(timeMs: number): FieldTable {
  return new Map([['x-stream-offset', { type: 'T', value: BigInt(Math.floor(timeMs / 1000)) }]]);
}

/** Consumes with a prefetch of 100 unless another was set. */
export async function consume(
  channel: RawChannel,
  args: Arguments | FieldTable,
  tag = 'c',
): Promise<void> {
  await channel.qos(100);
  await channel.consume('s', tag, {
    arguments: args instanceof Map ? args : fromPlain(args as Arguments),
  });
}

/** The next delivery: its offset and its body. */
export async function delivery(channel: RawChannel): Promise<string> {
  const { method, properties, body } = await channel.client.expect(methods.BASIC_DELIVER);
  const offset = properties.headers?.get('x-stream-offset');
  assert.equal(offset?.type, 'l');
  return `${String(offset.value)} ${body}${method.redelivered ? ' again' : ''}`;
}

export async function deliveries(channel: RawChannel, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) texts.push(await delivery(channel));
  return texts;
}

/** What a consumer with these arguments is given: everything that is there and what is published then. */
export async function reads(
  ground: Ground,
  args: Arguments | FieldTable,
  expected: readonly string[],
): Promise<void> {
  await consume(ground.channel, args);
  assert.deepEqual(await deliveries(ground.channel, expected.length), expected);
}
