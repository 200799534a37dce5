/**
 * The backlog of a queue with priorities: a plain one for each, the highest served first. A position tells the priority
 * too, so that what comes back finds its place: position = place within its priority x number of priorities + priority.
 */
import type { Message } from '../message.ts';
import type { Backlog } from './backlog.ts';
import { firstByPosition, type BrowsedMessage } from './browsed-message.ts';
import { FifoBacklog } from './fifo-backlog.ts';
import type { MessageLists } from './message-lists.ts';

export class PriorityBacklog implements Backlog {
  length = 0;
  position = 0;
  isRedelivered = false;
  readonly #lists: MessageLists;
  readonly #levelCount: number;
  readonly #defaultPriority: number;
  /** By priority; made when the first message of a priority comes. */
  readonly #levels: (FifoBacklog | undefined)[];
  /** No level above this one has messages. */
  #top = 0;

  /**
   * @param lists the lane of each priority is its list
   * @param maxPriority higher ones count as this
   * @param defaultPriority of messages that say nothing
   */
  constructor(lists: MessageLists, maxPriority: number, defaultPriority: number) {
    this.#lists = lists;
    this.#levelCount = maxPriority + 1;
    this.#defaultPriority = defaultPriority;
    this.#levels = Array.from<undefined>({ length: this.#levelCount });
    for (const lane of lists.storedLanes) {
      if (lane < this.#levelCount) this.length += this.#level(lane).length;
    }
  }

  push(message: Message): number {
    const given = message.traits?.priority ?? -1;
    const wanted = given < 0 ? this.#defaultPriority : given;
    const priority = Math.min(wanted, this.#levelCount - 1);
    this.length++;
    return this.#level(priority).push(message) * this.#levelCount + priority;
  }

  get head(): Message | null {
    return this.#look('head');
  }

  get loadedHead(): Message | null {
    return this.#look('loadedHead');
  }

  #look(which: 'head' | 'loadedHead'): Message | null {
    while (this.length > 0) {
      const level = this.#level(this.#findTop());
      const before = level.length;
      const head = level[which];
      // Who looks may have to read, and find less than there was.
      this.length -= before - level.length;
      if (head !== null || level.length === before) return head;
    }
    return null;
  }

  get inMemoryCount(): number {
    return this.#levels.reduce((sum, level) => sum + (level?.inMemoryCount ?? 0), 0);
  }

  shift(): Message | null {
    if (this.length === 0) return null;
    const priority = this.#findTop();
    const level = this.#level(priority);
    const before = level.length;
    const message = level.shift();
    // One less; or some less, when they turned out to be damaged on disk.
    this.length -= before - level.length;
    if (message === null) return this.shift();
    this.position = level.position * this.#levelCount + priority;
    this.isRedelivered = level.isRedelivered;
    return message;
  }

  putBack(message: Message, position: number): void {
    const priority = position % this.#levelCount;
    this.length++;
    this.#level(priority).putBack(message, (position - priority) / this.#levelCount);
  }

  settle(position: number): void {
    const priority = position % this.#levelCount;
    this.#level(priority).settle((position - priority) / this.#levelCount);
  }

  clear(): number {
    const count = this.length;
    for (const level of this.#levels) level?.clear();
    this.length = 0;
    return count;
  }

  /** As of a list. */
  isStored(position: number): boolean {
    const priority = position % this.#levelCount;
    return this.#level(priority).isStored((position - priority) / this.#levelCount);
  }

  /** As of a list. */
  leaveOut(position: number): boolean {
    const priority = position % this.#levelCount;
    const isThere = this.#level(priority).leaveOut((position - priority) / this.#levelCount);
    if (isThere) this.length--;
    return isThere;
  }

  /** As of a list. */
  readStored(positions: readonly number[]): ReadonlyMap<number, Message> {
    const found = new Map<number, Message>();
    for (const [priority, level] of this.#levels.entries()) {
      if (level === undefined) continue;
      const own = positions.filter((position) => position % this.#levelCount === priority);
      const ownPositions = own.map((position) => (position - priority) / this.#levelCount);
      for (const [position, message] of level.readStored(ownPositions)) {
        found.set(position * this.#levelCount + priority, message);
      }
    }
    return found;
  }

  browse(from: number, limit: number): readonly BrowsedMessage[] {
    const found: BrowsedMessage[] = [];
    for (const [priority, level] of this.#levels.entries()) {
      if (level === undefined) continue;
      const ownFrom = Math.max(0, Math.ceil((from - priority) / this.#levelCount));
      for (const browsed of level.browse(ownFrom, limit)) {
        found.push({ ...browsed, position: browsed.position * this.#levelCount + priority });
      }
    }
    return firstByPosition(found, from, limit);
  }

  /** The highest priority that has messages. Amortised O(1): what a push raised is lowered once. */
  #findTop(): number {
    while (this.#top > 0 && (this.#levels[this.#top]?.length ?? 0) === 0) this.#top--;
    return this.#top;
  }

  /** The level of a priority that is about to be used. */
  #level(priority: number): FifoBacklog {
    if (priority > this.#top) this.#top = priority;
    const level = this.#levels[priority];
    if (level !== undefined) return level;
    const created = new FifoBacklog(this.#lists.open(priority));
    this.#levels[priority] = created;
    return created;
  }
}
