/**
 * The unacknowledged deliveries of a channel, indexed by delivery tag. Tags are consecutive, so a ring finds each in
 * O(1) without hashing, and `multiple` walks over just what it settles. A delivery that is held very long would
 * stretch the ring over all later tags: such strays move into a map.
 *
 *   strays {3, 17}   ring [ 1041 . 1043 1044 . . 1047 ]      . = settled, or sent without need of acknowledgement
 *                           first                    next
 */
import type { Message } from '../broker/message.ts';
import type { Subscription } from './subscription.ts';

/** A delivery that waits for its settlement. */
export interface UnackedDelivery {
  readonly tag: number;
  readonly message: Message;
  readonly consumer: Subscription;
  readonly position: number;
}

const CAPACITY_MIN = 16;

export class UnackedRing {
  /** Deliveries held, strays included. */
  count = 0;
  /** What the last `take` removed: fields, because an object for each settlement would be garbage. */
  message: Message | null = null;
  consumer: Subscription | null = null;
  position = 0;
  #capacity: number = CAPACITY_MIN;
  #messages: (Message | null)[] = Array.from<null>({ length: CAPACITY_MIN }).fill(null);
  #consumers: (Subscription | null)[] = Array.from<null>({ length: CAPACITY_MIN }).fill(null);
  #positions: Float64Array = new Float64Array(CAPACITY_MIN);
  /** Lowest tag that may be in the ring. */
  #first = 1;
  /** One more than the highest tag in the ring. */
  #next = 1;
  readonly #strays = new Map<number, UnackedDelivery>();

  /** Adds a delivery; its tag is higher than all before. */
  add(tag: number, message: Message, consumer: Subscription, position: number): void {
    if (this.count === this.#strays.size) this.#first = tag;
    else if (tag - this.#first >= this.#capacity) this.#makeRoom(tag);
    const slot = tag & (this.#capacity - 1);
    this.#messages[slot] = message;
    this.#consumers[slot] = consumer;
    this.#positions[slot] = position;
    this.#next = tag + 1;
    this.count++;
  }

  /**
   * Removes a delivery. What it was is then in `message`, `consumer` and `position`.
   *
   * @returns false when there is none of this tag
   */
  take(tag: number): boolean {
    if (tag >= this.#first && tag < this.#next) {
      const slot = tag & (this.#capacity - 1);
      const message = this.#messages[slot]!;
      if (message === null) return false;
      this.message = message;
      this.consumer = this.#consumers[slot]!;
      this.position = this.#positions[slot]!;
      this.#messages[slot] = null;
      this.#consumers[slot] = null;
      this.count--;
      if (tag === this.#first) this.#first++;
      return true;
    }
    const stray = this.#strays.get(tag);
    if (stray === undefined) return false;
    this.#strays.delete(tag);
    this.message = stray.message;
    this.consumer = stray.consumer;
    this.position = stray.position;
    this.count--;
    return true;
  }

  has(tag: number): boolean {
    if (tag >= this.#first && tag < this.#next) {
      return this.#messages[tag & (this.#capacity - 1)] !== null;
    }
    return this.#strays.has(tag);
  }

  /** Lowest tag held, or null when none is. Amortised O(1) when tags are taken in order. */
  lowestTag(): number | null {
    if (this.count === 0) return null;
    // Strays are older than everything in the ring, and a map keeps the order of insertion.
    for (const tag of this.#strays.keys()) return tag;
    while (this.#messages[this.#first & (this.#capacity - 1)] === null) this.#first++;
    return this.#first;
  }

  /** Puts back deliveries that were taken: for rare occasions, because everything held is sorted anew. */
  restore(deliveries: readonly UnackedDelivery[]): void {
    const all = [...this.#takeAll(), ...deliveries].sort((a, b) => a.tag - b.tag);
    for (const { tag, message, consumer, position } of all) {
      this.add(tag, message, consumer, position);
    }
  }

  /** Lets `successor` stand for a consumer; returns what that held. For rare occasions, as `restore` is. */
  reassign(consumer: Subscription, successor: Subscription): UnackedDelivery[] {
    const all = this.#takeAll();
    for (const { tag, message, position, ...delivery } of all) {
      const holder = delivery.consumer === consumer ? successor : delivery.consumer;
      this.add(tag, message, holder, position);
    }
    return all.filter((delivery) => delivery.consumer === consumer);
  }

  /** Calls back with each message of a queue that is held. */
  forEachOf(queue: object, visit: (message: Message, position: number) => void): void {
    for (const { consumer, message, position } of this.#strays.values()) {
      if (consumer.queue === queue) visit(message, position);
    }
    for (let tag = this.#first; tag < this.#next; tag++) {
      const slot = tag & (this.#capacity - 1);
      if (this.#consumers[slot]?.queue !== queue) continue;
      visit(this.#messages[slot]!, this.#positions[slot]!);
    }
  }

  /** The consumer of each delivery held, and so several times the same one. */
  consumers(): Subscription[] {
    const consumers = [...this.#strays.values()].map(({ consumer }) => consumer);
    for (let tag = this.#first; tag < this.#next; tag++) {
      const consumer = this.#consumers[tag & (this.#capacity - 1)]!;
      if (consumer !== null) consumers.push(consumer);
    }
    return consumers;
  }

  /** Whether a consumer holds a delivery up to this tag. */
  isHeldUpTo(lastTag: number, consumer: Subscription): boolean {
    for (const [tag, stray] of this.#strays) {
      if (tag <= lastTag && stray.consumer === consumer) return true;
    }
    const end = Math.min(lastTag + 1, this.#next);
    for (let tag = this.#first; tag < end; tag++) {
      if (this.#consumers[tag & (this.#capacity - 1)] === consumer) return true;
    }
    return false;
  }

  #takeAll(): UnackedDelivery[] {
    const all: UnackedDelivery[] = [];
    for (let tag = this.lowestTag(); tag !== null; tag = this.lowestTag()) {
      this.take(tag);
      const { position } = this;
      all.push({ tag, message: this.message!, consumer: this.consumer!, position });
    }
    return all;
  }

  /** The ring is too short for this tag: skip settled tags, then grow, or put the oldest aside. */
  #makeRoom(tag: number): void {
    while (
      this.#first < this.#next &&
      this.#messages[this.#first & (this.#capacity - 1)] === null
    ) {
      this.#first++;
    }
    while (tag - this.#first >= this.#capacity) {
      const inRing = this.count - this.#strays.size;
      if (inRing === 0) this.#first = tag;
      else if (inRing > this.#capacity / 4) this.#grow();
      else this.#putOldestAside();
    }
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const messages: (Message | null)[] = Array.from<null>({ length: capacity }).fill(null);
    const consumers: (Subscription | null)[] = Array.from<null>({ length: capacity }).fill(null);
    const positions = new Float64Array(capacity);
    for (let tag = this.#first; tag < this.#next; tag++) {
      const from = tag & (this.#capacity - 1);
      const to = tag & (capacity - 1);
      messages[to] = this.#messages[from]!;
      consumers[to] = this.#consumers[from]!;
      positions[to] = this.#positions[from]!;
    }
    this.#capacity = capacity;
    this.#messages = messages;
    this.#consumers = consumers;
    this.#positions = positions;
  }

  #putOldestAside(): void {
    const tag = this.#first;
    const slot = tag & (this.#capacity - 1);
    const message = this.#messages[slot]!;
    const consumer = this.#consumers[slot]!;
    const position = this.#positions[slot]!;
    this.#strays.set(tag, { tag, message, consumer, position });
    this.#messages[slot] = null;
    this.#consumers[slot] = null;
    this.#first++;
    while (
      this.#first < this.#next &&
      this.#messages[this.#first & (this.#capacity - 1)] === null
    ) {
      this.#first++;
    }
  }
}
