/**
 * The backlog of a quorum queue: what comes back is served before everything else, in the order in which it came back
 * and whatever its priority; then by priority (https://www.rabbitmq.com/docs/quorum-queues).
 */
import type { Message } from '../message.ts';
import type { Backlog } from './backlog.ts';
import { PriorityBacklog } from './priority-backlog.ts';
import { ReadyList } from './ready-list.ts';

const PRIORITY_MAX = 31;
const PRIORITY_DEFAULT = 4;

export class QuorumBacklog implements Backlog {
  position = 0;
  isRedelivered = false;
  readonly #ready = new PriorityBacklog(PRIORITY_MAX, PRIORITY_DEFAULT);
  readonly #returned = new ReadyList();
  /** The positions of what is in `#returned`, by the place that it has there. */
  readonly #returnedPositions = new Map<number, number>();
  /** The positions of what is in `#ready` although it was delivered before. */
  readonly #readyAgain = new Set<number>();

  get length(): number {
    return this.#ready.length + this.#returned.length;
  }

  push(message: Message): number {
    return this.#ready.push(message);
  }

  get head(): Message | null {
    return this.#returned.head ?? this.#ready.head;
  }

  shift(): Message | null {
    if (this.#returned.length === 0) {
      const message = this.#ready.shift();
      this.position = this.#ready.position;
      this.isRedelivered = this.#readyAgain.size > 0 && this.#readyAgain.delete(this.position);
      return message;
    }
    const place = this.#returned.headPosition;
    this.position = this.#returnedPositions.get(place) ?? 0;
    this.#returnedPositions.delete(place);
    this.isRedelivered = true;
    return this.#returned.shift();
  }

  putBack(message: Message, position: number): void {
    this.#returnedPositions.set(this.#returned.push(message), position);
  }

  /** Takes a message back as if it had just come. Returns its new position. */
  putLast(message: Message): number {
    const position = this.#ready.push(message);
    this.#readyAgain.add(position);
    return position;
  }
}
