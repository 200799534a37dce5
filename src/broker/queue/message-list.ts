/**
 * The ready messages of a queue, or of one priority, that come in order: a row of chunks. Those at the head are in memory;
 * when memory is short the ones behind are on disk only, and each is read back when the one before it is begun. What
 * has to survive is told to the log as it comes and goes.
 *
 *   [ . . 8 9 10 ]  [ 11 12 13 14 ]  { page }  { page }  { page }  [ 27 28
 *        head                          on disk only                   tail
 */
import type { LogOwner, QueueLog } from '../../store/journal.ts';
import { MESSAGE_OVERHEAD_OCTETS, type MemoryBudget, type Resting } from '../memory-budget.ts';
import type { Message } from '../message.ts';
import { MessageRestorer } from '../stored-message.ts';
import type { BrowsedMessage } from './browsed-message.ts';
import { MessageChunk } from './message-chunk.ts';

/** Which messages of a queue survive the process. */
export type KeepRule = 'nothing' | 'persistent' | 'everything';

/** What one list keeps in memory at most, once its queue has grown, in octets. */
const LIST_OCTETS_MAX = 24 * 1024 * 1024;

export function isKept(message: Message, rule: KeepRule): boolean {
  return rule === 'persistent' ? message.isPersistent : rule === 'everything';
}

export class MessageList implements LogOwner, Resting {
  /** Messages in the list. */
  length = 0;
  /** Of these, messages that are on disk only. */
  onDiskCount = 0;
  /** Position of the message that `shift` returned last. */
  position = 0;
  readonly log: QueueLog;
  readonly #keeps: KeepRule;
  readonly #budget: MemoryBudget;
  readonly #chunkMessages: number;
  readonly #chunkOctets: number;
  readonly #chunks: MessageChunk[] = [];
  /** Positions of messages that wait elsewhere. */
  readonly #leftOut = new Set<number>();
  /** Slot of the first message in the first chunk. */
  #headIndex = 0;
  #tail: MessageChunk;
  /** Position of the next message to come. */
  #end: number;
  #octets = 0;
  /** Everything below was delivered by an earlier process. */
  readonly #deliveredEnd: number;

  constructor(log: QueueLog, keeps: KeepRule, budget: MemoryBudget) {
    this.log = log;
    this.#keeps = keeps;
    this.#budget = budget;
    this.#chunkMessages = budget.chunkLimits.messages;
    this.#chunkOctets = budget.chunkLimits.octets;
    this.#deliveredEnd = log.deliveredEnd;
    this.#end = log.nextPosition;
    for (const page of log.pages) {
      const chunk = MessageChunk.of(page);
      this.#chunks.push(chunk);
      this.length += chunk.storedCount;
      this.onDiskCount += chunk.storedCount;
    }
    this.#tail = new MessageChunk(this.#end);
    this.#chunks.push(this.#tail);
    log.owner = this;
  }

  /** Whether the message that `shift` returned last was delivered by an earlier process. */
  get wasDelivered(): boolean {
    return this.position < this.#deliveredEnd;
  }

  keeps(message: Message): boolean {
    return isKept(message, this.#keeps);
  }

  /** Appends a message and returns its position: one more than the last. */
  push(message: Message): number {
    const position = this.#end++;
    let tail = this.#tail;
    if (tail.isComplete) tail = this.#addTail(position);
    tail.add(message, message.bodyLength + message.propertiesLength + MESSAGE_OVERHEAD_OCTETS);
    this.length++;
    if (this.keeps(message)) this.log.enqueue(position, message);
    if (tail.count >= this.#chunkMessages || tail.octets >= this.#chunkOctets) this.#complete(tail);
    return position;
  }

  #addTail(position: number): MessageChunk {
    const tail = new MessageChunk(position);
    this.#tail = tail;
    this.#chunks.push(tail);
    return tail;
  }

  /** The first message; null when the list is empty. */
  get head(): Message | null {
    return this.#find() ? this.#chunks[0]!.messages![this.#headIndex]! : null;
  }

  /** The same, unless it would have to be read from disk. */
  get loadedHead(): Message | null {
    return this.#chunks[0]?.messages === null ? null : this.head;
  }

  /** Removes the first message, whose place is then in `position`. Null when empty. */
  shift(): Message | null {
    if (!this.#find()) return null;
    const chunk = this.#chunks[0]!;
    const messages = chunk.messages!;
    const message = messages[this.#headIndex]!;
    messages[this.#headIndex] = null;
    this.position = chunk.first + this.#headIndex;
    this.#headIndex++;
    this.length--;
    if (this.length === 0) this.#reset();
    if (this.#keeps !== 'nothing') this.log.delivered(this.position + 1);
    return message;
  }

  /** Goes to the next slot with a message. False when there is none. */
  #find(): boolean {
    while (this.length > 0) {
      const chunk = this.#chunks[0]!;
      if (chunk.messages === null) this.#load(chunk);
      const messages = chunk.messages!;
      while (this.#headIndex < chunk.count) {
        if (messages[this.#headIndex] !== null) return true;
        this.#headIndex++;
      }
      if (chunk === this.#tail) break;
      this.#dropHead();
    }
    return false;
  }

  settle(position: number): void {
    if (this.#leftOut.size > 0) this.#leftOut.delete(position);
    this.log.settle(position);
  }

  /** Whether a message is on disk, in a page. */
  isStored(position: number): boolean {
    return this.log.pageOf(position) !== null;
  }

  /** At the start: passes a message over from now on, as one that waits elsewhere. False when it is not there. */
  leaveOut(position: number): boolean {
    const chunk = this.#chunkAt(position);
    if (chunk?.messages !== null || this.log.pageOf(position) === null) return false;
    this.#leftOut.add(position);
    chunk.storedCount--;
    this.length--;
    this.onDiskCount--;
    return true;
  }

  #chunkAt(position: number): MessageChunk | null {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (chunks[middle]!.end <= position) low = middle + 1;
      else high = middle;
    }
    const chunk = chunks[low];
    return chunk !== undefined && chunk.first <= position ? chunk : null;
  }

  /** Messages that are on disk, whoever has them; those that are not, or cannot be read, are missing. */
  readStored(positions: readonly number[]): ReadonlyMap<number, Message> {
    const wanted = new Set(positions);
    const found = new Map<number, Message>();
    const pages = new Set(positions.map((position) => this.log.pageOf(position)));
    for (const page of pages) {
      const restorer = new MessageRestorer();
      page?.read((stored) => {
        const message = restorer.restore(stored);
        if (wanted.has(stored.position)) found.set(stored.position, message);
      });
    }
    return found;
  }

  #dropHead(): void {
    const chunk = this.#chunks.shift()!;
    this.#discard(chunk);
    this.#headIndex = 0;
    // The next but one is read while the next is worked on.
    if (this.#chunks[1]?.messages === null) this.#chunks[1].page?.prefetch();
  }

  #discard(chunk: MessageChunk): void {
    chunk.isGone = true;
    if (chunk.messages === null) {
      chunk.page?.release();
      this.onDiskCount -= chunk.storedCount;
    }
    this.#account(chunk, 0);
  }

  /** The list is empty: the tail begins anew, where the next message comes. */
  #reset(): void {
    // All but the tail. Nothing of it is read ahead: nobody wants it.
    for (const chunk of this.#chunks.splice(0, this.#chunks.length - 1)) this.#discard(chunk);
    const tail = this.#tail;
    if (tail.isComplete || tail.isBeingWritten || tail.page !== null || tail.messages === null) {
      this.#chunks.shift();
      this.#discard(tail);
      this.#addTail(this.#end);
    } else {
      tail.restart(this.#end);
    }
    this.#headIndex = 0;
  }

  /** All messages are gone for good. Returns how many there were. */
  clear(): number {
    const { length } = this;
    if (length === 0) return 0;
    const first = this.#chunks[0]!.first + this.#headIndex;
    this.length = 0;
    if (this.#keeps !== 'nothing') {
      this.#settleAll(first);
      // Nothing below was not delivered. What remembers this keeps the positions from being used again.
      this.log.delivered(this.#end);
    }
    // Its slots are used again, but perhaps not soon.
    if (this.#tail.messages !== null) this.#tail.messages = [];
    this.#reset();
    return length;
  }

  /** All from a position on, but what waits elsewhere. */
  #settleAll(first: number): void {
    let from = first;
    for (const position of [...this.#leftOut].sort((a, b) => a - b)) {
      if (position < first) continue;
      this.log.settleRange(from, position);
      from = position + 1;
    }
    this.log.settleRange(from, this.#end);
  }

  /** Messages from position `from` on, `limit` at most: looked at, not taken, and not kept in memory. */
  browse(from: number, limit: number): readonly BrowsedMessage[] {
    const found: BrowsedMessage[] = [];
    const first = (this.#chunks[0]?.first ?? 0) + this.#headIndex;
    for (const chunk of this.#chunks) {
      if (found.length >= limit) break;
      if (chunk.end <= from) continue;
      for (const [slot, message] of (chunk.messages ?? this.#readBack(chunk)).entries()) {
        const position = chunk.first + slot;
        if (message === null || position < Math.max(first, from)) continue;
        if (slot >= chunk.count || found.length >= limit) break;
        found.push({ position, message, state: 'ready' });
      }
    }
    return found;
  }

  // Memory ---------------------------------------------------------------------------------------

  /** Nothing is added to the chunk any more. From here on it counts, and may leave memory. */
  #complete(chunk: MessageChunk): void {
    if (chunk.isComplete) return;
    chunk.isComplete = true;
    const { octets } = chunk;
    chunk.octets = 0;
    this.#account(chunk, octets);
    const isHead = chunk === this.#chunks[0];
    if (isHead || !this.log.hasPages) return;
    if (this.#budget.isExceeded || this.#octets > LIST_OCTETS_MAX) this.#writeOut(chunk);
  }

  #account(chunk: MessageChunk, octets: number): void {
    if (!chunk.isComplete) return;
    const change = octets - chunk.octets;
    chunk.octets = octets;
    this.#octets += change;
    this.#budget.used += change;
    this.#budget.note(this, this.#octets);
  }

  rest(): boolean {
    if (!this.log.hasPages) return false;
    const behind = this.#chunks.slice(1);
    const tail = this.#tail;
    if (behind.includes(tail) && tail.count > 0) this.#complete(tail);
    const leaving = behind.filter((chunk) => chunk.isComplete && chunk.messages !== null);
    for (const chunk of leaving) this.#writeOut(chunk);
    return leaving.length > 0;
  }

  #writeOut(chunk: MessageChunk): void {
    chunk.isToLeave = true;
    if (chunk.page === null) this.#write(chunk, 0);
    else this.#leaveMemory(chunk);
  }

  #write(chunk: MessageChunk, from: number): void {
    if (chunk.isBeingWritten) return;
    chunk.isBeingWritten = true;
    const contents = {
      first: chunk.first,
      messages: chunk.messages!,
      from,
      to: chunk.count,
      isKept: (message: object): boolean => this.keeps(message as Message),
    };
    this.log.writePage(contents, (page) => {
      chunk.isBeingWritten = false;
      if (page === null) return;
      chunk.page = page;
      if (chunk.isToLeave && !chunk.isGone && chunk !== this.#chunks[0]) this.#leaveMemory(chunk);
      else page.release();
    });
  }

  #leaveMemory(chunk: MessageChunk): void {
    chunk.storedCount = chunk.count;
    this.onDiskCount += chunk.count;
    chunk.messages = null;
    this.#account(chunk, 0);
  }

  #load(chunk: MessageChunk): void {
    const messages = this.#readBack(chunk);
    let octets = 0;
    let count = 0;
    for (const message of messages) {
      if (message === null) continue;
      octets += message.bodyLength + message.propertiesLength + MESSAGE_OVERHEAD_OCTETS;
      count++;
    }
    chunk.messages = messages;
    this.#account(chunk, octets);
    // Damage on disk: what could not be read was reported and is gone.
    this.length -= chunk.storedCount - count;
    this.onDiskCount -= chunk.storedCount;
    chunk.page!.release();
  }

  #readBack(chunk: MessageChunk): (Message | null)[] {
    const messages: (Message | null)[] = Array.from<null>({ length: chunk.count }).fill(null);
    const restorer = new MessageRestorer();
    chunk.page!.read((stored) => {
      const message = restorer.restore(stored);
      if (this.#leftOut.has(stored.position)) return;
      messages[stored.position - chunk.first] = message;
    });
    return messages;
  }

  /** A file of the write-ahead log is to go. */
  writePages(end: number): void {
    for (const chunk of this.#chunks) {
      if (chunk.first >= end) break;
      if (chunk.page !== null || chunk.messages === null || chunk.isBeingWritten) continue;
      const from = chunk === this.#chunks[0] ? this.#headIndex : 0;
      if (from >= chunk.count) continue;
      if (chunk === this.#tail) this.#complete(chunk);
      if (!chunk.isBeingWritten) this.#write(chunk, from);
    }
  }
}
