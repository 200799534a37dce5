/** Names of queues and exchanges: what RabbitMQ reserves, strips and makes up. */
import { base64url22, type Random } from '../runtime/random.ts';
import { BrokerError } from './errors.ts';

/** RabbitMQ removes CR and LF from names in declare, delete and bind. */
export function stripLineBreaks(name: string): string {
  return /[\r\n]/.test(name) ? name.replaceAll(/[\r\n]/g, '') : name;
}

/** @throws BrokerError ACCESS_REFUSED for names beginning with `amq.`, which only the broker gives out. */
export function checkNotReserved(kind: 'queue' | 'exchange', name: string): void {
  if (!name.startsWith('amq.')) return;
  throw new BrokerError(
    'ACCESS_REFUSED',
    `${kind} name '${name}' contains reserved prefix 'amq.*'`,
  );
}

/** A name for a queue that the client left to the server: `amq.gen-` and 22 characters. */
export function generateQueueName(random: Random): string {
  return `amq.gen-${base64url22(random)}`;
}

/** A tag for a consumer that the client left to the server: `amq.ctag-` and 22 characters. */
export function generateConsumerTag(random: Random): string {
  return `amq.ctag-${base64url22(random)}`;
}
