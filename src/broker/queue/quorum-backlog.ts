/**
 * The backlog of a quorum queue: what comes back is served before everything else, in the order in which it came back
 * and whatever its priority; then by priority (https://www.rabbitmq.com/docs/quorum-queues).
 */
import type { Message } from '../message.ts';
import type { Backlog } from './backlog.ts';
import { firstByPosition, type BrowsedMessage } from './browsed-message.ts';
import { PriorityBacklog } from './priority-backlog.ts';
import type { MessageLists } from './message-lists.ts';

const PRIORITY_MAX = 31;
const PRIORITY_DEFAULT = 4;

export class QuorumBacklog implements Backlog {
  position = 0;
  isRedelivered = false;
  readonly #ready: PriorityBacklog;
  /** What came back, by position, in the order in which it did. */
  readonly #returned = new Map<number, Message>();
  /** The positions of what is in `#ready` although it was delivered before. */
  readonly #readyAgain = new Set<number>();

  constructor(lists: MessageLists) {
    this.#ready = new PriorityBacklog(lists, PRIORITY_MAX, PRIORITY_DEFAULT);
  }

  get length(): number {
    return this.#ready.length + this.#returned.size;
  }

  push(message: Message): number {
    return this.#ready.push(message);
  }

  get head(): Message | null {
    for (const message of this.#returned.values()) return message;
    return this.#ready.head;
  }

  shift(): Message | null {
    for (const [position, message] of this.#returned) {
      this.#returned.delete(position);
      this.position = position;
      this.isRedelivered = true;
      return message;
    }
    const message = this.#ready.shift();
    this.position = this.#ready.position;
    this.isRedelivered = this.#ready.isRedelivered || this.#isReadyAgain();
    return message;
  }

  #isReadyAgain(): boolean {
    return this.#readyAgain.size > 0 && this.#readyAgain.delete(this.position);
  }

  putBack(message: Message, position: number): void {
    this.#returned.set(position, message);
  }

  settle(position: number): void {
    this.#ready.settle(position);
  }

  clear(): number {
    const count = this.length;
    for (const position of this.#returned.keys()) this.settle(position);
    this.#returned.clear();
    this.#readyAgain.clear();
    this.#ready.clear();
    return count;
  }

  browse(from: number, limit: number): readonly BrowsedMessage[] {
    const returned = [...this.#returned].map(([position, message]): BrowsedMessage => {
      return { position, message, state: 'ready' };
    });
    return firstByPosition([...returned, ...this.#ready.browse(from, limit)], from, limit);
  }

  note(position: number, octets: Buffer): void {
    this.#ready.note(position, octets);
  }

  notes(): ReadonlyMap<number, Buffer> {
    return this.#ready.notes();
  }

  /** Takes a message out of its turn, wherever it stands; null when it is not there. */
  takeAt(position: number): Message | null {
    return this.#ready.takeAt(position);
  }

  /** Takes a message back as if it had just come. Returns its new position. */
  putLast(message: Message): number {
    const position = this.#ready.push(message);
    this.#readyAgain.add(position);
    return position;
  }
}
