/** How the broker refuses: a reply code and the text RabbitMQ gives. The protocol front end turns it into a close. */
import type { ReplyName } from '../amqp/wire/reply-codes.ts';

/** A request that cannot be carried out. Whether it ends the channel or the connection follows from `reply`. */
export class BrokerError extends Error {
  readonly reply: ReplyName;

  constructor(reply: ReplyName, explanation: string) {
    super(explanation);
    this.reply = reply;
  }
}

/** `NOT_FOUND - no queue 'q' in vhost '/'` and its like. */
export function notFound(kind: 'queue' | 'exchange', name: string, vhost: string): BrokerError {
  return new BrokerError('NOT_FOUND', `no ${kind} '${name}' in vhost '${vhost}'`);
}
