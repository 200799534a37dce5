/**
 * The backlog of a quorum queue: what comes back is served before everything else, in the order in which it came back
 * and whatever its priority; then by priority (https://www.rabbitmq.com/docs/quorum-queues).
 */
import type { Message } from '../message.ts';
import type { Backlog } from './backlog.ts';
import { firstByPosition, type BrowsedMessage } from './browsed-message.ts';
import { PriorityBacklog } from './priority-backlog.ts';
import type { MessageLists } from './message-lists.ts';
import { ReturnedMessages } from './returned-messages.ts';

const PRIORITY_MAX = 31;
const PRIORITY_DEFAULT = 4;

export class QuorumBacklog implements Backlog {
  position = 0;
  isRedelivered = false;
  readonly #ready: PriorityBacklog;
  readonly #returned = new ReturnedMessages();
  /** The positions of what is in `#ready` although it was delivered before. */
  readonly #readyAgain = new Set<number>();

  constructor(lists: MessageLists) {
    this.#ready = new PriorityBacklog(lists, PRIORITY_MAX, PRIORITY_DEFAULT);
  }

  get length(): number {
    return this.#ready.length + this.#returned.length;
  }

  push(message: Message): number {
    return this.#ready.push(message);
  }

  get head(): Message | null {
    return this.#returned.head ?? this.#ready.head;
  }

  get loadedHead(): Message | null {
    return this.#returned.head ?? this.#ready.loadedHead;
  }

  get inMemoryCount(): number {
    return this.#returned.length + this.#ready.inMemoryCount;
  }

  shift(): Message | null {
    if (this.#returned.length > 0) {
      this.position = this.#returned.headPosition!;
      this.isRedelivered = true;
      return this.#returned.shift();
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
    this.#returned.push(message, position);
  }

  settle(position: number): void {
    this.#ready.settle(position);
  }

  clear(): number {
    const count = this.length;
    this.#returned.forEach((_, position) => this.settle(position));
    this.#returned.clear();
    this.#readyAgain.clear();
    this.#ready.clear();
    return count;
  }

  browse(from: number, limit: number): readonly BrowsedMessage[] {
    const returned: BrowsedMessage[] = [];
    this.#returned.forEach((message, position) => {
      returned.push({ position, message, state: 'ready' });
    });
    return firstByPosition([...returned, ...this.#ready.browse(from, limit)], from, limit);
  }

  /** As of a list. */
  isStored(position: number): boolean {
    return this.#ready.isStored(position);
  }

  /** As of a list. */
  leaveOut(position: number): boolean {
    return this.#ready.leaveOut(position);
  }

  /** As of a list. */
  readStored(positions: readonly number[]): ReadonlyMap<number, Message> {
    return this.#ready.readStored(positions);
  }

  /** Takes a message back as if it had just come. Returns its new position. */
  putLast(message: Message): number {
    const position = this.#ready.push(message);
    this.#readyAgain.add(position);
    return position;
  }
}
