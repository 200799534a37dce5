/** Messages as JSON: their properties under RabbitMQ's names, their bodies as text or base64. */
import * as v from 'valibot';
import {
  bodyOf,
  propertiesOf,
  tableFromJson,
  tableToJson,
  type BasicProperties,
  type Json,
  type JsonObject,
  type Session,
} from '../plugin-api.ts';
import { OBJECT } from './arguments.ts';
import { isBase64 } from './base64.ts';
import { badRequest } from './route.ts';

type Taken = Awaited<ReturnType<Session['get']>>[number];

const OCTET = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const TEXT = v.pipe(v.string(), v.maxBytes(255));
const TIMESTAMP = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.transform((seconds) => BigInt(seconds)),
);

/** What an HTTP client says of a message; names as in the specification of AMQP. */
export const PROPERTIES: v.GenericSchema<unknown, BasicProperties> = v.pipe(
  OBJECT,
  v.object({
    content_type: v.optional(TEXT),
    content_encoding: v.optional(TEXT),
    headers: v.optional(OBJECT),
    delivery_mode: v.optional(OCTET),
    priority: v.optional(OCTET),
    correlation_id: v.optional(TEXT),
    reply_to: v.optional(TEXT),
    expiration: v.optional(TEXT),
    message_id: v.optional(TEXT),
    timestamp: v.optional(TIMESTAMP),
    type: v.optional(TEXT),
    user_id: v.optional(TEXT),
    app_id: v.optional(TEXT),
    cluster_id: v.optional(TEXT),
  }),
  v.transform((given) => {
    const { headers, ...rest } = given;
    const named = Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [camelCase(name), value] as const);
    const table = headers === undefined ? [] : [['headers', tableFromJson(headers as JsonObject)]];
    return Object.fromEntries([...named, ...table]) as BasicProperties;
  }),
);

/** @throws Refusal for an encoding that is none */
export function decodePayload(payload: string, encoding: string): Buffer {
  if (encoding === 'string') return Buffer.from(payload);
  if (encoding === 'base64') {
    if (!isBase64(payload)) throw badRequest(`not_base64: ${payload.slice(0, 100)}`);
    return Buffer.from(payload, 'base64');
  }
  throw badRequest(`unsupported_encoding: ${encoding}`);
}

/** A message that was got. @param truncate octets of the body that are shown at most */
export function shownMessage(
  { message, isRedelivered, readyCount }: Taken,
  encoding: 'auto' | 'base64',
  truncate: number,
): object {
  const body = bodyOf(message);
  const { exchange, routingKey } = message.address;
  const payload = body.subarray(0, truncate);
  const isText = encoding === 'auto' && isUtf8(payload);
  return {
    payload_bytes: body.length,
    redelivered: isRedelivered,
    exchange,
    routing_key: Buffer.from(routingKey, 'latin1').toString(),
    message_count: readyCount,
    properties: shownProperties(propertiesOf(message)),
    payload: payload.toString(isText ? 'utf8' : 'base64'),
    payload_encoding: isText ? 'string' : 'base64',
  };
}

function shownProperties(properties: BasicProperties): JsonObject {
  const shown = Object.entries(properties).map(([name, value]): [string, Json] => {
    if (name === 'headers') return [name, tableToJson(properties.headers ?? new Map())];
    return [snakeCase(name), typeof value === 'bigint' ? Number(value) : (value as Json)];
  });
  return Object.fromEntries(shown);
}

function isUtf8(octets: Buffer): boolean {
  return Buffer.from(octets.toString()).equals(octets);
}

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}
