/**
 * A queue that lives in this process: what classic and quorum queues have in common. Who may see or delete it is the
 * virtual host's business, and so is what happens when nobody uses it any more.
 *
 *   publish -> backlog -> consumer (unacked, held by its channel) -> acknowledge
 *                 |  ^            | requeue, or the consumer's channel ends
 *                 |  +------------+
 *                 +-> expired, over the limit, rejected -> dead-letter exchange
 */
import type { Clock } from '../../runtime/clock.ts';
import type { Journal } from '../../store/journal.ts';
import { Deadline, type Deadlines } from '../deadlines.ts';
import type { DeadLetters, DeadLetterSource, DeadLetterTarget } from '../dead-letters.ts';
import type { DeathReason } from '../death-history.ts';
import type { Message } from '../message.ts';
import { deadlineOf, type Backlog } from './backlog.ts';
import {
  firstByPosition,
  heldMessages,
  type BrowsedMessage,
  type UnackedHolder,
} from './browsed-message.ts';
import { ConsumedQueue } from './consumed-queue.ts';
import type { Consumer } from './consumer.ts';
import { isKept, type KeepRule } from './message-list.ts';
import type { LocalQueueOptions, QueueTraits } from './local-queue-options.ts';
import { MessageLists } from './message-lists.ts';
import { NO_CONTENTS, QueueContents } from './queue-contents.ts';
import {
  ACCEPTED,
  JOURNALED,
  REJECTED,
  type PublishOutcome,
  type QueueRef,
  type QueueStats,
  type TakenMessage,
} from './queue-ref.ts';
import { totalsOf, type QueueFacts } from './queue-facts.ts';
import type { QueueSettings } from './queue-settings.ts';

/** Messages that are dropped in one turn at most, lest a new limit on a long queue hold up all others. */
const GIVEN_UP_MAX = 4096;

export abstract class LocalQueue extends ConsumedQueue implements QueueRef, DeadLetterSource {
  protected readonly deadlines: Deadlines;
  protected readonly deadLetters: DeadLetters;
  protected readonly backlog: Backlog;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #keeps: KeepRule;
  readonly #holders: ReadonlySet<UnackedHolder>;
  #contents: QueueContents = NO_CONTENTS;
  /** A limit on length or time applies to every message. */
  #isLimited = false;
  #isRejecting = false;
  /** There may be messages that expire. */
  #mayExpire = false;
  /** When the head expires. */
  readonly #expiry = new Deadline((nowMs) => this.#onExpiry(nowMs));
  /** When the dropping of what is too much goes on: few queues ever need it. */
  #trimming: Deadline | null = null;

  constructor(options: LocalQueueOptions, traits: QueueTraits) {
    super(options, traits);
    this.deadlines = options.deadlines;
    this.deadLetters = options.deadLetters;
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#keeps = options.isDurable ? traits.keeps : 'nothing';
    const lists = new MessageLists(this.#journal, this.id, this.#keeps, options.memoryBudget);
    this.backlog = traits.makeBacklog(lists);
    const { length } = this.backlog;
    if (length > 0) this.#contents = QueueContents.stored(length, lists.storedOctets);
    this.#holders = options.holders;
    this.#readLimits();
    if (length === 0) return;
    // What an earlier process has left may have expired meanwhile.
    this.#mayExpire = true;
    if (this.#isOverLimit()) this.#trimSoon();
    this.turn.schedule(this);
  }

  #readLimits(): void {
    const { messageTtlMs, maxLength, maxLengthBytes, overflow } = this.settings;
    const hasLengthLimit = Math.min(maxLength, maxLengthBytes) < Number.POSITIVE_INFINITY;
    this.#isLimited = hasLengthLimit || messageTtlMs >= 0;
    this.#isRejecting = hasLengthLimit && overflow !== 'drop-head';
  }

  /** New limits hold for what waits already, too. */
  protected override settingsChanged(_earlier: QueueSettings): void {
    this.#readLimits();
    this.lease.change(this.settings.expiresMs, this.consumers.count === 0);
    if (this.settings.messageTtlMs >= 0) this.#mayExpire = true;
    // What can be delivered at once is not too much.
    if (this.isScheduled) this.dispatch();
    this.#dropOverflow();
    this.#awaitExpiry();
    this.consumers.tellSettings();
  }

  get deadLetterTarget(): DeadLetterTarget | null {
    return this.settings.deadLetterTarget;
  }

  protected isAnyReady(): boolean {
    return this.backlog.length > 0;
  }

  /** Ready messages, after everything that could be delivered has been. */
  get readyCount(): number {
    if (this.isScheduled) this.dispatch();
    return this.backlog.length;
  }

  stats(): QueueStats {
    const { readyCount, consumerCount } = this;
    return { readyCount, unackedCount: this.#contents.unackedCount, consumerCount };
  }

  facts(): QueueFacts {
    const { readyCount } = this;
    return {
      ...totalsOf(this.#contents, this.backlog),
      readyCount,
      idleSinceMs: this.idleSinceMs(this.#clock),
      consumerCapacity: this.consumers.isAnyWaiting ? 1 : 0,
    };
  }

  // Messages in ----------------------------------------------------------------------------------

  publish(message: Message): PublishOutcome {
    if (this.#isRejecting && this.#isTooMuch(message)) return this.#refuse(message);
    this.backlog.push(message);
    return this.enqueued(message);
  }

  /** A message was added to the end of the backlog. */
  protected enqueued(message: Message): PublishOutcome {
    if (this.#contents === NO_CONTENTS) this.#contents = new QueueContents();
    const contents = this.#contents;
    contents.readyOctets += message.bodyLength;
    this.usedAtMs = message.arrivedAtMs;
    if (this.consumers.isAnyWaiting) this.turn.schedule(this);
    if (this.#isLimited || message.traits !== null) this.#enforceLimits(message);
    if (!isKept(message, this.#keeps)) return ACCEPTED;
    contents.keptCount++;
    contents.keptOctets += message.bodyLength;
    return JOURNALED;
  }

  #isTooMuch({ bodyLength }: Message): boolean {
    if (!this.#isOverLimit(1, bodyLength)) return false;
    // Consumers may be about to make room.
    if (this.isScheduled) this.dispatch();
    return this.#isOverLimit(1, bodyLength);
  }

  #refuse(message: Message): PublishOutcome {
    if (this.settings.overflow === 'reject-publish-dlx' && this.deadLetterTarget !== null) {
      this.deadLetters.add(this, message, -1, 'maxlen');
    }
    return REJECTED;
  }

  /** A message has come: what the limits on length and time make of it. */
  #enforceLimits(message: Message): void {
    if (this.#isOverLimit()) {
      // What can be delivered at once is not too much.
      if (this.isScheduled) this.dispatch();
      this.#dropOverflow();
    }
    const deadlineMs = deadlineOf(message, this.settings.messageTtlMs);
    if (deadlineMs === Number.POSITIVE_INFINITY) return;
    this.#mayExpire = true;
    if (deadlineMs <= this.turn.nowMs() && !this.consumers.isAnyWaiting) {
      this.#expire(this.turn.nowMs());
    }
    if (deadlineMs < this.#expiry.atMs) this.#awaitExpiry();
  }

  #isOverLimit(more = 0, moreOctets = 0): boolean {
    const { maxLength, maxLengthBytes } = this.settings;
    return (
      this.backlog.length + more > maxLength ||
      this.#contents.readyOctets + moreOctets > maxLengthBytes
    );
  }

  #dropOverflow(): void {
    if (this.#isRejecting) return;
    for (let count = 0; this.#isOverLimit(); count++) {
      if (count >= GIVEN_UP_MAX) return this.#trimSoon();
      const message = this.#take();
      if (message === null) return;
      this.giveUp(message, this.backlog.position, 'maxlen');
    }
  }

  #trimSoon(): void {
    this.#trimming ??= new Deadline(() => this.#dropOverflow());
    this.deadlines.set(this.#trimming, this.turn.nowMs() + 1);
  }

  // Messages out ---------------------------------------------------------------------------------

  /** Gives ready messages to consumers until one of the two runs out. */
  dispatch(): void {
    this.usedAtMs = this.turn.nowMs();
    if (this.isDeleted) this.consumers.tellRemoved();
    const nowMs = this.#mayExpire ? this.turn.nowMs() : 0;
    while (this.backlog.length > 0) {
      // A message whose time is up in this very turn may still be delivered: `expiration` 0 means "now or never".
      if (this.#mayExpire && this.#expire(nowMs - 1)) continue;
      const consumer = this.consumers.takeTurn();
      if (consumer === null) break;
      this.#deliverNext(consumer);
    }
    if (!this.#mayExpire) return;
    this.#expire(nowMs);
    this.#awaitExpiry();
  }

  #deliverNext(consumer: Consumer): void {
    const message = this.#take();
    if (message === null) return;
    const { position, isRedelivered } = this.backlog;
    const shown = isRedelivered ? this.shownAgain(message, position) : message;
    if (consumer.noAck) {
      this.forget(message, position);
    } else {
      consumer.unackedCount++;
      this.#contents.unackedCount++;
      this.#contents.unackedOctets += message.bodyLength;
    }
    consumer.target.deliver(consumer, shown, position, isRedelivered);
  }

  get(noAck: boolean): TakenMessage | null {
    this.touch();
    if (this.isScheduled) this.dispatch();
    if (this.#mayExpire) this.#expire(this.turn.nowMs());
    const message = this.#take();
    if (this.#mayExpire) this.#awaitExpiry();
    if (message === null) return null;
    const { position, isRedelivered } = this.backlog;
    const shown = isRedelivered ? this.shownAgain(message, position) : message;
    if (noAck) this.forget(message, position);
    else {
      this.#contents.unackedCount++;
      this.#contents.unackedOctets += message.bodyLength;
    }
    return { message: shown, position, isRedelivered, readyCount: this.backlog.length };
  }

  #take(): Message | null {
    const message = this.backlog.shift();
    if (message !== null) this.#contents.readyOctets -= message.bodyLength;
    // Less may have been there than was counted, when the disk was damaged.
    if (this.backlog.length === 0) this.#contents.readyOctets = 0;
    return message;
  }

  // Settlement -----------------------------------------------------------------------------------

  acknowledge(message: Message, position: number): void {
    this.#contents.unackedCount--;
    this.#contents.unackedOctets -= message.bodyLength;
    this.forget(message, position);
  }

  reject(message: Message, position: number): void {
    this.#contents.unackedCount--;
    this.#contents.unackedOctets -= message.bodyLength;
    if (!this.isDeleted) this.giveUp(message, position, 'rejected');
  }

  requeue(message: Message, position: number, isFailure: boolean): void {
    this.#contents.unackedCount--;
    this.#contents.unackedOctets -= message.bodyLength;
    if (!this.isDeleted) this.takeBack(message, position, isFailure);
  }

  /** A delivered message is to be delivered again. */
  protected takeBack(message: Message, position: number, _isFailure: boolean): void {
    this.putBack(message, position);
  }

  protected putBack(message: Message, position: number): void {
    this.backlog.putBack(message, position);
    this.#contents.readyOctets += message.bodyLength;
    this.turn.schedule(this);
    if (!this.#isLimited && message.traits === null) return;
    this.#dropOverflow();
    // Whether it expires is found when the queue is dispatched.
    this.#mayExpire = true;
  }

  /** A message of the backlog waits elsewhere. */
  protected leftOut(bodyLength: number): void {
    this.#contents.readyOctets -= bodyLength;
  }

  /** How consumers see a message that was delivered before. */
  protected shownAgain(message: Message, _position: number): Message {
    return message;
  }

  /** The queue lets go of a message that nobody has acknowledged. */
  protected giveUp(message: Message, position: number, reason: DeathReason): void {
    if (this.deadLetterTarget !== null) this.deadLetters.add(this, message, position, reason);
    this.forget(message, position);
  }

  /** At most once: nothing is kept, so nothing is to be done. */
  deadLettered(_position: number, _isTaken: boolean): void {}

  /** The message is gone for good. */
  protected forget(message: Message, position: number): void {
    if (!isKept(message, this.#keeps) || this.isDeleted) return;
    this.backlog.settle(position);
    this.#contents.keptCount--;
    this.#contents.keptOctets -= message.bodyLength;
  }

  // Expiry ---------------------------------------------------------------------------------------

  /** Gives up on what stands at the head and whose time is up. True when there was any. */
  #expire(nowMs: number, countMax = Number.POSITIVE_INFINITY): boolean {
    let count = 0;
    while (count < countMax && this.#nextDeadline() <= nowMs) {
      const message = this.#take();
      if (message === null) break;
      this.giveUp(message, this.backlog.position, 'expired');
      count++;
    }
    return count > 0;
  }

  /** When the head expires; Infinity for never. */
  #nextDeadline(): number {
    const { head } = this.backlog;
    if (head === null) return Number.POSITIVE_INFINITY;
    return deadlineOf(head, this.settings.messageTtlMs);
  }

  #awaitExpiry(earliestMs = 0): void {
    if (this.backlog.length === 0) this.#mayExpire = false;
    this.deadlines.set(this.#expiry, Math.max(earliestMs, this.#nextDeadline()));
  }

  #onExpiry(nowMs: number): void {
    this.#expire(nowMs, GIVEN_UP_MAX);
    this.#awaitExpiry(nowMs + 1);
  }

  /** Messages from position `from` on, `limit` at most, whoever has them: looked at, not taken. */
  browse(from: number, limit: number): readonly BrowsedMessage[] {
    const held = this.#contents.unackedCount > 0 ? heldMessages(this, this.#holders) : [];
    return firstByPosition([...held, ...this.backlog.browse(from, limit)], from, limit);
  }

  // The queue's life -----------------------------------------------------------------------------

  purge(): number {
    if (this.isScheduled) this.dispatch();
    const count = this.backlog.clear();
    if (count > 0) {
      this.#contents.cleared(count, this.#keeps, () => heldMessages(this, this.#holders));
    }
    return count;
  }

  /** Ends the queue: its messages are dropped and its consumers told. Returns the number of ready messages. */
  delete(): number {
    const count = this.purge();
    this.isDeleted = true;
    this.#journal.deleteQueue(this.id);
    this.deadlines.clear(this.#expiry);
    this.lease.suspend();
    this.consumers.removeAll();
    this.turn.schedule(this);
    return count;
  }
}
