/**
 * Direct reply-to on a channel: at most one reply consumer, whose name takes the place of the pseudo-queue's in the
 * `reply-to` of what the channel publishes.
 */
import { BrokerError } from '../broker/errors.ts';
import type { ReplyQueue } from '../broker/queue/reply-queue.ts';
import type { ChannelContext } from './channel-context.ts';

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

  /**
   * What takes the place of the pseudo-queue's name in a `reply-to`.
   *
   * @throws BrokerError PRECONDITION_FAILED when the channel has no reply consumer
   */
  address(): string {
    if (this.#queue !== null) return this.#queue.name;
    throw new BrokerError('PRECONDITION_FAILED', 'fast reply consumer does not exist');
  }
}
