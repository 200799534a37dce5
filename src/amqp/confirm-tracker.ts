/**
 * Publisher confirms of one channel. Publishes are numbered; at the end of a turn everything that is safe is confirmed
 * with one basic.ack. What went into the journal waits for its commit, and what follows it waits with it, because
 * confirms are told in order.
 */
import type { CommitParticipant, CommitWaiter } from '../broker/turn.ts';
import type { ChannelContext } from './channel-context.ts';
import { encodeBasicAck } from './wire/generated/methods.ts';

export class ConfirmTracker implements CommitWaiter, CommitParticipant {
  readonly #channel: ChannelContext;
  /** Number of the last publish. */
  #published = 0;
  /** Everything up to this number is confirmed. */
  #confirmed = 0;
  /** Everything up to this number is confirmed or waits for a commit. */
  #awaited = 0;
  /** A publish of this turn is in the journal's batch. */
  #isJournaled = false;
  #isClosed = false;
  #hasJoinedTurn = false;

  constructor(channel: ChannelContext) {
    this.#channel = channel;
  }

  /** One more message was published and enqueued. */
  published(isJournaled: boolean): void {
    this.#published++;
    if (!this.#hasJoinedTurn) {
      this.#hasJoinedTurn = true;
      this.#channel.connection.turn.joinCommit(this);
    }
    if (isJournaled) this.#isJournaled = true;
  }

  /** Confirms what is safe, waits for what is not. */
  beforeCommit(): void {
    this.#hasJoinedTurn = false;
    if (this.#published === this.#awaited || this.#isClosed) return;
    const hasEarlierWait = this.#awaited > this.#confirmed;
    this.#awaited = this.#published;
    if (this.#isJournaled || hasEarlierWait) {
      this.#isJournaled = false;
      this.#channel.connection.turn.whenDurable(this, this.#published);
    } else {
      this.#confirmUpTo(this.#published);
    }
  }

  committed(token: number): void {
    if (!this.#isClosed) this.#confirmUpTo(token);
  }

  /** The channel is gone: confirms still outstanding are not sent. */
  close(): void {
    this.#isClosed = true;
  }

  #confirmUpTo(publishSeqNo: number): void {
    if (publishSeqNo <= this.#confirmed) return;
    const multiple = publishSeqNo > this.#confirmed + 1;
    const { connection, number } = this.#channel;
    encodeBasicAck(connection.out, number, { deliveryTag: publishSeqNo, multiple });
    this.#confirmed = publishSeqNo;
    connection.out.touch();
  }
}
