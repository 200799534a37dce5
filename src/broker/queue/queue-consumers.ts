/**
 * The consumers of a queue: who there is, whose turn it is, and who is served at all, for a queue may serve one
 * consumer only: an exclusive one, or the single active one (https://www.rabbitmq.com/docs/consumers).
 */
import type { Consumer } from './consumer.ts';
import { WaitingConsumers } from './waiting-consumers.ts';

/** Which consumers of a queue are served. */
export type ServingRule =
  /** All of them. */
  | 'all'
  /** One: the first to come, until it leaves. */
  | 'single'
  /** One: the first to come, until it leaves or one of higher priority comes. */
  | 'single-of-highest-priority';

export class QueueConsumers {
  readonly #rule: ServingRule;
  readonly #all = new Set<Consumer>();
  readonly #waiting = new WaitingConsumers();
  /** The only one that is served; null while all are. */
  #active: Consumer | null = null;
  /** Takes over from the active one as soon as that has nothing left to acknowledge. */
  #successor: Consumer | null = null;
  #removed: readonly Consumer[] = [];

  constructor(rule: ServingRule) {
    this.#rule = rule;
  }

  [Symbol.iterator](): Iterator<Consumer> {
    return this.#all.values();
  }

  /** The only one that is served; null when there is none, or when all are. */
  get active(): Consumer | null {
    return this.#active;
  }

  get count(): number {
    return this.#all.size;
  }

  /** Whether anybody may be able to take a message. */
  get isAnyWaiting(): boolean {
    return this.#waiting.current !== null;
  }

  /** Whether nobody else can be let in beside this consumer, or it cannot beside those that are there. */
  isBarred(consumer: Consumer): boolean {
    if (consumer.isExclusive && this.#rule !== 'all') return true;
    const holder = this.#all.values().next().value;
    return holder !== undefined && (holder.isExclusive || consumer.isExclusive);
  }

  /** The settings of the queue are others now. */
  tellSettings(): void {
    for (const consumer of this.#all) consumer.target.settingsChanged(consumer);
  }

  add(consumer: Consumer): void {
    this.#all.add(consumer);
    if (this.#rule === 'all') return;
    const active = this.#active;
    if (active === null) {
      this.#active = consumer;
    } else if (
      this.#rule === 'single-of-highest-priority' &&
      consumer.priority > (this.#successor ?? active).priority
    ) {
      this.#successor = consumer;
      this.#waiting.remove(active);
      this.#succeed();
    }
  }

  /** False when it was gone already. */
  remove(consumer: Consumer): boolean {
    consumer.isCancelled = true;
    this.#waiting.forget(consumer);
    if (!this.#all.delete(consumer)) return false;
    if (consumer === this.#successor) {
      this.#successor = null;
      if (this.#active !== null) this.makeReady(this.#active);
    }
    if (consumer === this.#active) {
      this.#activate(this.#successor ?? this.#firstOfHighestPriority());
    }
    return true;
  }

  /** The queue is gone, and so are all of them. */
  removeAll(): void {
    this.#removed = [...this.#all];
    this.#all.clear();
    for (const consumer of this.#removed) {
      consumer.isCancelled = true;
      this.#waiting.forget(consumer);
    }
  }

  /** Tells those that `removeAll` has removed: later than it, because the deletion is answered first. */
  tellRemoved(): void {
    const removed = this.#removed;
    this.#removed = [];
    for (const consumer of removed) consumer.target.consumerCancelled(consumer);
  }

  /** The consumer may have credit again. */
  makeReady(consumer: Consumer): void {
    if (consumer.isCancelled) return;
    if (this.#rule !== 'all') {
      if (this.#successor !== null) {
        this.#succeed();
        return;
      }
      if (consumer !== this.#active) return;
    }
    this.#waiting.add(consumer);
  }

  /** The consumer whose turn it is, of those with credit; null when there is none. */
  takeTurn(): Consumer | null {
    const waiting = this.#waiting;
    for (let consumer = waiting.current; consumer !== null; consumer = waiting.current) {
      if (consumer.hasCredit()) {
        waiting.advance();
        return consumer;
      }
      waiting.remove(consumer);
    }
    return null;
  }

  #succeed(): void {
    if (this.#active !== null && this.#active.unackedCount > 0) return;
    this.#activate(this.#successor);
  }

  #activate(consumer: Consumer | null): void {
    this.#active = consumer;
    this.#successor = null;
    if (consumer !== null) this.#waiting.add(consumer);
  }

  #firstOfHighestPriority(): Consumer | null {
    let best: Consumer | null = null;
    for (const consumer of this.#all) {
      if (best === null || consumer.priority > best.priority) best = consumer;
    }
    return best;
  }
}
