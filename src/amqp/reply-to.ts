/**
 * Direct reply-to on a channel: at most one reply consumer, whose name takes the place of the pseudo-queue's in the
 * `reply-to` of what the channel publishes.
 */
import { BrokerError } from '../broker/errors.ts';
import { Message, propertiesOf } from '../broker/message.ts';
import { REPLY_TO, type ReplyQueue } from '../broker/queue/reply-queue.ts';
import type { ChannelContext } from './channel-context.ts';
import { encodeProperties } from './wire/generated/properties.ts';
import { WireWriter } from './wire/wire-writer.ts';

export class ReplyTo {
  readonly #channel: ChannelContext;
  #queue: ReplyQueue | null = null;

  constructor(channel: ChannelContext) {
    this.#channel = channel;
  }

  /** A queue for the channel's reply consumer. @throws BrokerError PRECONDITION_FAILED */
  open(noAck: boolean): ReplyQueue {
    if (!noAck) throw new BrokerError('PRECONDITION_FAILED', 'reply consumer cannot acknowledge');
    if (this.#queue !== null) {
      throw new BrokerError('PRECONDITION_FAILED', 'reply consumer already set');
    }
    this.#queue = this.#channel.connection.virtualHost.replies.create();
    return this.#queue;
  }

  /** The consumer was cancelled, or the channel ends. */
  close(): void {
    if (this.#queue === null) return;
    this.#channel.connection.virtualHost.replies.remove(this.#queue);
    this.#queue = null;
  }

  /** The queue of the channel's reply consumer; null when it has none. */
  get queue(): ReplyQueue | null {
    return this.#queue;
  }

  /** The message with the name that a replier can publish to. @throws BrokerError PRECONDITION_FAILED */
  rewrite(message: Message): Message {
    const properties = propertiesOf(message);
    if (properties.replyTo !== REPLY_TO) return message;
    if (this.#queue === null) {
      throw new BrokerError('PRECONDITION_FAILED', 'fast reply consumer does not exist');
    }
    const writer = new WireWriter();
    encodeProperties(writer, { ...properties, replyTo: this.#queue.name });
    const encoded = writer.take();
    return new Message(
      message.address,
      message.isPersistent,
      encoded,
      0,
      encoded.length,
      message.body,
      message.bodyStart,
      message.bodyLength,
      message.bodyPieces,
      -1,
    );
  }
}
