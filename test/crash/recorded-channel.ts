// A channel of which the ledger learns everything: what is published and settled before it is sent, what comes as soon
// as it is there.
import type { BasicProperties } from '../../src/amqp/wire/generated/properties.ts';
import { Disconnected, type Channel, type ChannelEvents } from './channel.ts';
import type { Client } from './client.ts';
import { contentOf, contentProblem, idOf, type MessageId } from './content.ts';
import type { Held, Ledger, LedgerChannel } from './ledger.ts';
import { routeTo, type Route } from './topology.ts';

/** Who publishes: its sequence numbers go on from one connection to the next. */
export class Author {
  readonly number: number;
  #sequence = 0;

  constructor(number: number) {
    this.number = number;
  }

  next(): MessageId {
    return { publisher: this.number, sequence: ++this.#sequence };
  }
}

interface Publication {
  readonly id: MessageId;
  /** What a confirm makes certain; null for nothing. */
  readonly mark: number | null;
}

export class RecordedChannel implements ChannelEvents {
  readonly channel: Channel;
  readonly ledger: Ledger;
  /** The queue that is read here; empty for none. */
  readonly queue: string;
  /** Delivered and not settled, by delivery tag; null where the ledger knows nothing to settle. */
  readonly held: Map<number, Held | null> = new Map();
  /** Messages that came so far. */
  received = 0;
  readonly #account: LedgerChannel;
  readonly #unconfirmed = new Map<number, Publication>();
  #publishCount = 0;
  #onChange: (() => void) | null = null;
  #isLeaving = false;
  #hasEnded = false;

  private constructor(channel: Channel, ledger: Ledger, queue: string, order: 'first' | 'all') {
    this.channel = channel;
    this.ledger = ledger;
    this.queue = queue;
    this.#account = ledger.openChannel(order);
    channel.events = this;
  }

  /** Opens a channel in confirm mode. */
  static async open(
    client: Client,
    ledger: Ledger,
    queue = '',
    order: 'first' | 'all' = 'first',
  ): Promise<RecordedChannel> {
    const channel = await client.channel();
    const recorded = new RecordedChannel(channel, ledger, queue, order);
    await channel.confirmSelect();
    return recorded;
  }

  get unconfirmedCount(): number {
    return this.#unconfirmed.size;
  }

  publish(author: Author, route: Route, isPersistent: boolean, mark: number | null = null): void {
    const id = author.next();
    const { properties, body } = contentOf(id, isPersistent);
    const facts = { isPersistent, priority: properties.priority ?? null };
    this.ledger.published(id, facts, route.queues);
    this.#unconfirmed.set(++this.#publishCount, { id, mark });
    this.channel.publish(route.exchange, route.routingKey, properties, body);
  }

  /** Publishes a persistent message to the queue that is read here: its confirm makes certain what was done before. */
  publishMark(author: Author): void {
    this.publish(author, routeTo(this.queue), true, this.ledger.mark());
  }

  ack(tag: number): void {
    this.#settle(tag);
    this.channel.ack(tag);
  }

  /** Acknowledges everything that came, with one method. */
  ackAll(): void {
    const last = [...this.held.keys()].at(-1);
    if (last === undefined) return;
    for (const tag of this.held.keys()) this.#settle(tag);
    this.channel.ack(last, true);
  }

  requeue(tag: number): void {
    const held = this.held.get(tag) ?? null;
    this.held.delete(tag);
    if (held !== null) this.ledger.requeued(held);
    this.channel.nack(tag, true);
  }

  /** Rejects a message: to the dead-letter queue if there is one. */
  reject(tag: number): void {
    const held = this.held.get(tag) ?? null;
    // What came from a dead-letter queue has no further one.
    const isMoved = held !== null && held.copy.queue.deadLetterQueue !== null;
    if (isMoved && held.copy.queue.name === this.queue) {
      this.held.delete(tag);
      this.ledger.deadLettered(held);
    } else {
      this.#settle(tag);
    }
    this.channel.nack(tag, false);
  }

  /** Purges a queue that nobody else uses. */
  async purge(queue: string): Promise<void> {
    const { least, most } = this.ledger.purging(this.#account, queue);
    const count = await this.channel.purge(queue);
    if (count >= least && count <= most) return;
    const text = `${queue}: ${count} messages purged, not ${least} to ${most}`;
    this.ledger.report('purge', text);
  }

  /** The channel or its connection is about to be closed: what still comes is not taken. */
  leave(): void {
    this.#isLeaving = true;
    this.held.clear();
    this.ledger.channelEnding(this.#account);
  }

  /** Waits until it is so, at most `patienceMs` long. @throws Disconnected when the channel ends before */
  async until(isReached: () => boolean, patienceMs: number): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      if (isReached()) return true;
      if (this.#hasEnded) throw new Disconnected('the channel ended');
      const restMs = deadline - performance.now();
      if (restMs <= 0) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs);
        this.#onChange = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  onMessage(tag: number, redelivered: boolean, properties: BasicProperties, body: Buffer): void {
    if (this.#isLeaving) return;
    this.received++;
    this.held.set(tag, this.#record(redelivered, properties, body));
    this.#onChange?.();
  }

  onConfirm(tag: number, multiple: boolean, isAck: boolean): void {
    const tags = multiple
      ? [...this.#unconfirmed.keys()].filter((candidate) => candidate <= tag)
      : [tag];
    for (const each of tags) this.#confirm(each, isAck);
    this.#onChange?.();
  }

  onReturn(properties: BasicProperties): void {
    this.ledger.report('definition', `${properties.messageId} came back: no queue was found`);
  }

  onEnd(isInOrder: boolean): void {
    this.#hasEnded = true;
    this.ledger.channelEnded(this.#account, isInOrder);
    this.#onChange?.();
  }

  #record(redelivered: boolean, properties: BasicProperties, body: Buffer): Held | null {
    const id = idOf(properties);
    if (id === null) {
      this.ledger.report(
        'never published',
        `${this.queue}: ${JSON.stringify(properties.messageId)}`,
      );
      return null;
    }
    const isPersistent = this.ledger.isPersistent(id);
    const problem =
      isPersistent === null ? null : contentProblem(id, isPersistent, { properties, body });
    if (problem !== null) {
      this.ledger.report(
        'content',
        `${id.publisher}.${id.sequence} from ${this.queue}: ${problem}`,
      );
    }
    return this.ledger.delivered(this.#account, this.queue, id, redelivered);
  }

  #confirm(tag: number, isAck: boolean): void {
    const publication = this.#unconfirmed.get(tag);
    if (publication === undefined) {
      this.ledger.report('broker', `a confirm of ${tag}, which nothing waits for`);
      return;
    }
    this.#unconfirmed.delete(tag);
    const { id, mark } = publication;
    if (!isAck) {
      this.ledger.refused(id);
      return;
    }
    this.ledger.confirmed(id);
    if (mark !== null) this.ledger.certain(this.#account, mark);
  }

  #settle(tag: number): void {
    const held = this.held.get(tag) ?? null;
    this.held.delete(tag);
    if (held !== null) this.ledger.settled(held);
  }
}
