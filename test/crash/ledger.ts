// The ledger: what was published, confirmed, delivered and settled, told as it happens, and what a broker therefore owes.
// It knows no sockets, so its rules are tested with histories that are made up.
import type { MessageId } from './content.ts';
import { Copy, type Message, type QueueKind } from './copy.ts';
import { DeliveryOrder } from './delivery-order.ts';

/** What a broker promises beyond the least that is asked of all of them. */
export interface BrokerPromises {
  /** What was settled on a channel that was closed in order stays settled, even when the broker is killed. */
  readonly closeIsSync: boolean;
  /** Deliveries that something synced came after are known after a crash. */
  readonly keepsRedelivered: boolean;
  /** A message that is killed between a queue and its dead-letter queue is in one of them afterwards. */
  readonly keepsDeadLetters: boolean;
}

export type Rule =
  | 'lost'
  | 'duplicate'
  | 'order'
  | 'acked message back'
  | 'redelivered flag'
  | 'refused message there'
  | 'never published'
  | 'wrong queue'
  | 'purge'
  | 'content'
  | 'definition'
  | 'count'
  | 'broker';

export interface Problem {
  readonly rule: Rule;
  readonly text: string;
}

/** A delivery that is to be settled. */
export interface Held {
  readonly copy: Copy;
  readonly channel: LedgerChannel;
}

/** What has been counted, for people to read. */
export class Counts {
  published = 0;
  confirmed = 0;
  delivered = 0;
  settled = 0;
  /** Unsure settlements that the broker forgot. */
  settledAndBack = 0;
  /** Those of them that came over a channel that was closed in order. */
  closedAndBack = 0;
  /** Deliveries before a crash that the broker forgot. */
  withoutRedelivered = 0;
  /** Copies found in both a queue and its dead-letter queue after a crash. */
  deadLetteredTwice = 0;
  /** Copies that a crash took between a queue and its dead-letter queue, where that is allowed. */
  deadLettersLost = 0;
}

interface Operation {
  readonly copy: Copy;
  readonly number: number;
  readonly kind: 'delivery' | 'settlement';
}

/** A channel, from the ledger's point of view: the operations on it of which nothing is certain yet. */
export class LedgerChannel {
  readonly number: number;
  /** `all`: no message overtakes another, redelivered ones included. */
  readonly order: 'first' | 'all';
  uncertain: Operation[] = [];
  /** Delivered on it and neither settled nor given back. */
  readonly held: Set<Copy> = new Set();
  hasEnded = false;

  constructor(number: number, order: 'first' | 'all') {
    this.number = number;
    this.order = order;
  }
}

export class Ledger {
  readonly problems: Problem[] = [];
  readonly counts: Counts = new Counts();
  readonly #promises: BrokerPromises;
  readonly #queues = new Map<string, QueueKind>();
  readonly #messages = new Map<string, Message>();
  /** By the queue that the message was routed to. What is gone is not here. */
  readonly #live = new Map<string, Set<Copy>>();
  readonly #order = new DeliveryOrder();
  #isStopping = false;
  #killCount = 0;
  #channelCount = 0;
  #operationCount = 0;

  constructor(queues: readonly QueueKind[], promises: BrokerPromises) {
    this.#promises = promises;
    for (const queue of queues) {
      this.#queues.set(queue.name, queue);
      this.#live.set(queue.name, new Set());
    }
  }

  report(rule: Rule, text: string): void {
    this.problems.push({ rule, text });
  }

  openChannel(order: 'first' | 'all' = 'first'): LedgerChannel {
    return new LedgerChannel(++this.#channelCount, order);
  }

  /** A message is about to be sent, and will be routed to these queues. */
  published(
    id: MessageId,
    facts: { readonly isPersistent: boolean; readonly priority: number | null },
    queues: readonly string[],
  ): void {
    const message: Message = { ...id, ...facts, copies: [], publication: 'sent' };
    for (const name of queues) {
      const copy = new Copy(message, this.#queues.get(name)!);
      message.copies.push(copy);
      this.#live.get(name)!.add(copy);
    }
    this.#messages.set(nameOf(id), message);
    this.counts.published++;
  }

  confirmed(id: MessageId): void {
    this.#messages.get(nameOf(id))!.publication = 'confirmed';
    this.counts.confirmed++;
  }

  /** basic.nack: a message for one queue is in none; one for several may be in some of them. */
  refused(id: MessageId): void {
    const message = this.#messages.get(nameOf(id))!;
    message.publication = 'refused';
    for (const copy of message.copies) {
      copy.mayBeMissing = true;
      if (message.copies.length === 1) this.#leave(copy, 'refused');
    }
  }

  isPersistent(id: MessageId): boolean | null {
    return this.#messages.get(nameOf(id))?.isPersistent ?? null;
  }

  /** A message came from a queue; null when it ought not to have come. */
  delivered(
    channel: LedgerChannel,
    place: string,
    id: MessageId,
    redelivered: boolean,
  ): Held | null {
    this.counts.delivered++;
    const name = `${nameOf(id)} from ${place}`;
    const message = this.#messages.get(nameOf(id));
    if (message === undefined) return this.#reject('never published', name);
    const candidates = message.copies.filter((copy) => copy.mayBeIn(place));
    if (candidates.length === 0) return this.#reject('wrong queue', name);
    const copy = candidates.find((candidate) => this.#mayCome(candidate, redelivered));
    if (copy === undefined) return this.#rejectSurplus(message, candidates, name);
    this.#checkRedelivered(copy, place, redelivered);
    this.#checkOrder(channel, copy, place, redelivered);
    if (copy.isTwin && copy.state === 'unsure') this.counts.deadLetteredTwice++;
    else if (copy.state === 'unsure' && copy.deliveredFrom !== null) {
      this.counts.settledAndBack++;
      if (copy.isSettledInOrder) this.counts.closedAndBack++;
    }
    copy.isSettledInOrder = false;
    copy.state = 'held';
    copy.holder = channel;
    channel.held.add(copy);
    copy.mayBeMissing = false;
    copy.mayBeLostOnTheMove = false;
    copy.deliveredFrom = place;
    copy.isDeliveryCertain = false;
    copy.endSinceDelivery = 'none';
    this.#note(channel, copy, 'delivery');
    return { copy, channel };
  }

  /** An acknowledgement, or a rejection that drops the message, is about to be sent. */
  settled({ copy, channel }: Held): void {
    copy.state = 'settled';
    channel.held.delete(copy);
    copy.isSettledInOrder = false;
    this.counts.settled++;
    this.#note(channel, copy, 'settlement');
  }

  /** It is about to be given back to its queue. */
  requeued({ copy, channel }: Held): void {
    copy.state = 'returned';
    channel.held.delete(copy);
  }

  /** It is about to be rejected: its dead-letter queue gets it, as something never delivered. */
  deadLettered(held: Held): void {
    this.requeued(held);
    const { copy } = held;
    copy.deliveredFrom = null;
  }

  /** What was done on the channel so far; for `certain`. */
  mark(): number {
    return this.#operationCount;
  }

  /** Something synced was answered that came after what was done on the channel before `mark`. */
  certain(channel: LedgerChannel, mark: number): void {
    const uncertain: Operation[] = [];
    for (const operation of channel.uncertain) {
      const { copy, number, kind } = operation;
      if (copy.operation !== number) continue;
      if (number > mark) uncertain.push(operation);
      else if (kind === 'delivery') copy.isDeliveryCertain = true;
      else this.#leave(copy, 'settled, and something was synced since');
    }
    channel.uncertain = uncertain;
  }

  /** A purge is about to be sent by the only user of the queue: what it expects to be told, and what it settles. */
  purging(channel: LedgerChannel, queue: string): { least: number; most: number } {
    const expected = this.expectedCount([queue]);
    for (const copy of this.#live.get(queue)!) {
      if (!copy.isDeliverable) continue;
      copy.state = 'settled';
      copy.isSettledInOrder = false;
      this.#note(channel, copy, 'settlement');
    }
    return expected;
  }

  /** The channel is about to be closed: others may get what it holds before the broker's answer is read. */
  channelEnding(channel: LedgerChannel): void {
    for (const copy of channel.held) if (copy.holder === channel) copy.state = 'returned';
    channel.held.clear();
  }

  /** The channel is no more. In order: everything sent on it was dealt with. */
  channelEnded(channel: LedgerChannel, isInOrder: boolean): void {
    if (channel.hasEnded) return;
    channel.hasEnded = true;
    this.channelEnding(channel);
    for (const { copy, number, kind } of channel.uncertain) {
      if (copy.operation !== number || kind === 'delivery') continue;
      if (!isInOrder) copy.state = 'unsure';
      else if (this.#promises.closeIsSync) {
        this.#leave(copy, 'settled on a channel that was closed in order');
      } else copy.isSettledInOrder = true;
    }
    channel.uncertain = [];
  }

  /** The broker is told to stop: it closes one connection after the other, and the others may get what these hold. */
  brokerStopping(): void {
    this.#isStopping = true;
  }

  /** The broker has ended, and so have all channels. */
  brokerEnded(how: 'stopped' | 'killed'): void {
    this.#isStopping = false;
    if (how === 'killed') this.#killCount++;
    for (const copies of this.#live.values()) {
      for (const copy of copies) this.#survive(copy, how);
    }
  }

  /** Nothing is left in these queues, and nobody holds anything of them. */
  drained(queues: readonly string[]): void {
    const isDrained = (copy: Copy): boolean =>
      queues.includes(copy.queue.deadLetterQueue ?? copy.queue.name);
    for (const queue of queues) {
      for (const copy of this.#live.get(queue)!) {
        if (!copy.isDeliverable || !isDrained(copy)) continue;
        if (copy.isOwed) this.#miss(copy);
        else if (copy.mayBeLostOnTheMove) this.counts.deadLettersLost++;
        this.#leave(copy, 'not there when its queue was drained');
      }
    }
  }

  /** How many messages the queues hold together when nobody holds any of them. */
  expectedCount(queues: readonly string[]): { least: number; most: number } {
    let least = 0;
    let most = 0;
    for (const queue of queues) {
      for (const copy of this.#live.get(queue)!) {
        if (copy.isOwed) least++;
        if (copy.isDeliverable) most++;
      }
    }
    return { least, most };
  }

  #reject(rule: Rule, text: string): null {
    this.report(rule, text);
    return null;
  }

  #mayCome(copy: Copy, redelivered: boolean): boolean {
    if (copy.isDeliverable) return true;
    const isTaken = copy.state === 'held' || (copy.state === 'settled' && !copy.isSettledInOrder);
    return this.#isStopping && redelivered && isTaken;
  }

  #rejectSurplus(message: Message, candidates: readonly Copy[], name: string): null {
    if (message.publication === 'refused') return this.#reject('refused message there', name);
    const isHeld = candidates.some(({ state }) => state === 'held');
    const states = candidates
      .map(({ state, farewell }) => (state === 'gone' ? `gone (${farewell})` : state))
      .join(', ');
    return this.#reject(isHeld ? 'duplicate' : 'acked message back', `${name}: ${states}`);
  }

  #checkRedelivered(copy: Copy, place: string, redelivered: boolean): void {
    if (redelivered || copy.deliveredFrom !== place) return;
    const { endSinceDelivery: end, isDeliveryCertain, isTwin } = copy;
    const isPromised =
      end !== 'killed' || (isDeliveryCertain && this.#promises.keepsRedelivered && !isTwin);
    const text = `${copy.name} from ${place}, delivered before, broker since then: ${end}`;
    if (isPromised) this.report('redelivered flag', text);
    else this.counts.withoutRedelivered++;
  }

  #checkOrder(channel: LedgerChannel, copy: Copy, place: string, redelivered: boolean): void {
    const { queue, message } = copy;
    if (place !== queue.name || copy.isTwin) return;
    const hasPriorities = queue.hasPriorities || queue.isQuorum;
    const line = `${place} ${message.publisher} ${hasPriorities ? String(message.priority) : ''}`;
    const isFirst = copy.deliveredFrom === null && !redelivered;
    const problems = [
      // A kill may take the flags of what was delivered and never read: then it looks like the first time.
      isFirst && queue.hasOneReader
        ? this.#order.next(`${this.#killCount} kills ${line}`, message.sequence)
        : null,
      isFirst || (channel.order === 'all' && !queue.isQuorum)
        ? this.#order.next(`${channel.number} ${line}`, message.sequence)
        : null,
    ];
    const problem = problems.find((text) => text !== null);
    if (problem !== undefined) this.report('order', `${copy.name} from ${place} ${problem}`);
  }

  #note(channel: LedgerChannel, copy: Copy, kind: Operation['kind']): void {
    copy.operation = ++this.#operationCount;
    channel.uncertain.push({ copy, number: copy.operation, kind });
  }

  #leave(copy: Copy, farewell: string): void {
    copy.state = 'gone';
    copy.farewell = farewell;
    this.#live.get(copy.queue.name)!.delete(copy);
  }

  #survive(copy: Copy, how: 'stopped' | 'killed'): void {
    if (copy.state === 'settled') {
      if (how === 'stopped' && copy.isSettledInOrder) this.#leave(copy, 'settled before a stop');
      else copy.state = 'unsure';
    }
    if (!copy.isKept) copy.mayBeMissing = true;
    if (copy.endSinceDelivery !== 'killed') copy.endSinceDelivery = how;
    if (how === 'killed' && copy.queue.deadLetterQueue !== null) this.#survivesOnTheMove(copy);
  }

  /** It may have been on its way to the dead-letter queue: then it may be in both. */
  #survivesOnTheMove(copy: Copy): void {
    if (copy.isTwin || copy.hasTwin || copy.state === 'gone') return;
    if (copy.deliveredFrom === copy.queue.deadLetterQueue && copy.isDeliveryCertain) return;
    if (!this.#promises.keepsDeadLetters) {
      copy.mayBeLostOnTheMove = copy.isOwed && copy.isKept;
      copy.mayBeMissing = true;
    }
    const twin = new Copy(copy.message, copy.queue, true);
    twin.state = 'unsure';
    twin.mayBeMissing = true;
    copy.hasTwin = true;
    copy.message.copies.push(twin);
    this.#live.get(copy.queue.name)!.add(twin);
  }

  #miss(copy: Copy): void {
    const { deadLetterQueue: dead, name } = copy.queue;
    const places = dead === null ? name : `${name} or ${dead}`;
    const before = copy.deliveredFrom === null ? 'never delivered' : 'delivered before';
    this.report('lost', `${copy.name} is not in ${places}: confirmed, ${before}, not acknowledged`);
  }
}

function nameOf({ publisher, sequence }: MessageId): string {
  return `${publisher}.${sequence}`;
}
