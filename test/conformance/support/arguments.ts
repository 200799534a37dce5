// Arguments of queues for the facts about them: values of a chosen type on the wire, and declarations that fail.
import { fromPlain } from '../../../src/amqp/wire/field-table.ts';
import type { FieldTable, FieldValue } from '../../../src/amqp/wire/field-table.ts';
import type { QueueOptions } from '../../support/raw-client.ts';
import type { Ground } from './ground.ts';

/** A plain value, or one whose type on the wire matters. */
export type Plain = string | number | boolean;
export type Argument = Plain | FieldValue;

export type Arguments = Readonly<Record<string, Argument>>;

export function tableOf(plain: Arguments): FieldTable {
  return new Map(Object.entries(plain).map(([key, value]) => [key, valueOf(value)]));
}

function valueOf(argument: Argument): FieldValue {
  return typeof argument === 'object' ? argument : fromPlain({ argument }).get('argument')!;
}

/** How a sentence names a value: `"1000"`, `-1`, `true`, or the type on the wire. */
export function nameOf(argument: Argument): string {
  if (typeof argument === 'object') return TYPE_NAMES[argument.type];
  return typeof argument === 'string' ? `"${argument}"` : String(argument);
}

/** RabbitMQ's names of the types, which its texts have. */
export const TYPE_NAMES: Readonly<Record<FieldValue['type'], string>> = {
  t: 'bool',
  b: 'byte',
  B: 'unsignedbyte',
  s: 'short',
  u: 'unsignedshort',
  I: 'signedint',
  i: 'unsignedint',
  l: 'long',
  f: 'float',
  d: 'double',
  D: 'decimal',
  S: 'longstr',
  x: 'binary',
  A: 'array',
  F: 'table',
  T: 'timestamp',
  V: 'void',
};

/** The same integer in each width that has room for it. */
export function inEachWidth(value: number): FieldValue[] {
  const narrow = (['b', 'B', 's', 'u', 'I', 'i'] as const).map((type) => ({ type, value }));
  return [...narrow, { type: 'l', value: BigInt(value) }];
}

/** A queue of a type, with the flags that this type asks for. */
export function queueOf(type: string, plain: Arguments = {}): QueueOptions {
  const ofType: Arguments = type === 'classic' ? plain : { 'x-queue-type': type, ...plain };
  return { durable: type !== 'classic', arguments: tableOf(ofType) };
}

/** Declaring this closes the channel with 406 and this text. */
export async function refuses(
  { channel, client }: Ground,
  options: QueueOptions,
  text: string,
): Promise<void> {
  channel.sendDeclareQueue('q', options);
  await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
}
