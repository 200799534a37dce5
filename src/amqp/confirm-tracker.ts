/**
 * Publisher confirms of one channel. Publishes are numbered; at the end of a turn everything that is safe is confirmed
 * with one basic.ack. What went into the journal waits for its commit, and what follows it waits with it, because
 * confirms are told in order. What a queue has refused is told with basic.nack, in its place in the order.
 */
import type { CommitParticipant, CommitWaiter } from '../broker/turn.ts';
import { JOURNALED, REJECTED, type PublishOutcome } from '../broker/queue/queue-ref.ts';
import type { ChannelContext } from './channel-context.ts';
import { encodeBasicAck, encodeBasicNack } from './wire/generated/methods.ts';

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
  /** Numbers of publishes that were refused and not told of yet, ascending. */
  #refused: number[] = [];
  #isClosed = false;
  #hasJoinedTurn = false;

  constructor(channel: ChannelContext) {
    this.#channel = channel;
  }

  /** Publishes that the client has been told nothing of yet. */
  get pendingCount(): number {
    return this.#published - this.#confirmed;
  }

  /** One more message was published. REJECTED: a queue that it belongs to has refused it. */
  published(outcome: PublishOutcome): void {
    this.#published++;
    if (outcome === REJECTED) this.#refused.push(this.#published);
    if (!this.#hasJoinedTurn) {
      this.#hasJoinedTurn = true;
      this.#channel.connection.turn.joinCommit(this);
    }
    if (outcome === JOURNALED) this.#isJournaled = true;
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
    if (this.#refused.length > 0) this.#tellRefused(publishSeqNo);
    if (publishSeqNo > this.#confirmed) this.#tell(encodeBasicAck, publishSeqNo);
    this.#channel.connection.out.touch();
  }

  /** Tells of all refused ones up to this number, and of what lies between them. */
  #tellRefused(publishSeqNo: number): void {
    const refused = this.#refused;
    let told = 0;
    while (told < refused.length && refused[told]! <= publishSeqNo) {
      const first = refused[told]!;
      if (first > this.#confirmed + 1) this.#tell(encodeBasicAck, first - 1);
      let last = first;
      told++;
      while (refused[told] === last + 1 && last < publishSeqNo) {
        last++;
        told++;
      }
      this.#tell(encodeBasicNack, last);
    }
    this.#refused = refused.slice(told);
  }

  /** Ack or nack of everything from the first number not told of up to this one. */
  #tell(encode: typeof encodeBasicAck | typeof encodeBasicNack, deliveryTag: number): void {
    const multiple = deliveryTag > this.#confirmed + 1;
    const { connection, counters, number } = this.#channel;
    if (encode === encodeBasicAck) {
      counters.confirm += deliveryTag - this.#confirmed;
      connection.totals.confirm += deliveryTag - this.#confirmed;
    }
    encode(connection.out, number, { deliveryTag, multiple, requeue: false });
    this.#confirmed = deliveryTag;
  }
}
