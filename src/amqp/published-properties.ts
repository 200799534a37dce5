/**
 * What the broker reads, checks and rewrites in the properties of a published message: `expiration`, `priority`,
 * `reply-to`, `user-id`, and the headers CC and BCC (https://www.rabbitmq.com/docs/sender-selected).
 */
import type { AuthenticatedUser } from '../access/authenticator.ts';
import { BrokerError } from '../broker/errors.ts';
import {
  NO_TRAITS,
  propertiesOf,
  withProperties,
  type Message,
  type MessageTraits,
  type RoutingCopies,
} from '../broker/message.ts';
import { REPLY_TO } from '../broker/queue/reply-queue.ts';
import { fieldTypeName } from './wire/field-type-names.ts';
import type { FieldTable } from './wire/field-table.ts';
import type { ReplyTo } from './reply-to.ts';

/** Ten years: no message may live longer, in milliseconds. */
const EXPIRATION_MS_MAX = 315_360_000_000;

/** @throws BrokerError PRECONDITION_FAILED for an expiration that is no number of milliseconds */
export function traitsOf(priority: number, expiration: string | null): MessageTraits {
  const expirationMs = expiration === null ? -1 : parseExpiration(expiration);
  return { ...NO_TRAITS, priority, expirationMs };
}

function parseExpiration(text: string): number {
  const match = /^([+-]?\d+)(.*)$/su.exec(text);
  if (match === null) refuseExpiration(text, 'no_integer');
  const [, digits = '', rest = ''] = match;
  if (rest !== '') refuseExpiration(text, `{leftover_string,"${rest}"}`);
  const milliseconds = BigInt(digits.replace('+', ''));
  if (milliseconds < 0n) refuseExpiration(text, `{value_negative,${milliseconds}}`);
  if (milliseconds > EXPIRATION_MS_MAX) refuseExpiration(text, `{value_too_large,${milliseconds}}`);
  return Number(milliseconds);
}

function refuseExpiration(text: string, error: string): never {
  throw new BrokerError('PRECONDITION_FAILED', `invalid expiration '${text}': ${error}`);
}

/**
 * The message as it goes on, after everything in its properties that concerns the broker was read, and who it says it is
 * from.
 *
 * @throws BrokerError PRECONDITION_FAILED for a reply-to without a reply consumer, a wrong CC or BCC
 */
export function admitProperties(
  message: Message,
  replyTo: Pick<ReplyTo, 'address'>,
): { readonly admitted: Message; readonly userId: string | undefined } {
  const properties = propertiesOf(message);
  const { userId } = properties;
  const changes: { replyTo?: string; headers?: FieldTable } = {};
  if (properties.replyTo === REPLY_TO) changes.replyTo = replyTo.address();
  const headers = properties.headers ?? null;
  const copies = headers === null ? null : readCopies(headers);
  if (headers?.has('BCC') === true) {
    changes.headers = new Map([...headers].filter(([name]) => name !== 'BCC'));
  }
  const traits = copies === null ? message.traits : { ...(message.traits ?? NO_TRAITS), copies };
  if (changes.replyTo === undefined && changes.headers === undefined && copies === null) {
    return { admitted: message, userId };
  }
  const admitted = withProperties(message, { ...properties, ...changes }, traits);
  return { admitted, userId };
}

/** @throws BrokerError PRECONDITION_FAILED for a foreign user-id */
export function checkUserId(userId: string | undefined, user: AuthenticatedUser): void {
  if (userId === undefined || userId === user.name || user.tags.includes('impersonator')) return;
  throw new BrokerError(
    'PRECONDITION_FAILED',
    `user_id property set to '${userId}' but authenticated user was '${user.name}'`,
  );
}

function readCopies(headers: FieldTable): RoutingCopies | null {
  const carbon = readKeys(headers, 'CC');
  const blind = readKeys(headers, 'BCC');
  return carbon.length === 0 && blind.length === 0 ? null : { carbon, blind };
}

/** The routing keys in a header. What is no text among them is skipped. */
function readKeys(headers: FieldTable, name: string): readonly string[] {
  const value = headers.get(name);
  if (value === undefined) return [];
  if (value.type !== 'A') {
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `invalid message: {unacceptable_type_in_header,"${name}",${fieldTypeName(value.type)}}`,
    );
  }
  const keys: string[] = [];
  for (const item of value.value) {
    if (item.type === 'S') keys.push(Buffer.from(item.value as Buffer).toString('latin1'));
  }
  return keys;
}
