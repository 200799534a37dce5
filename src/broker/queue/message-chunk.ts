/** A run of messages with consecutive positions: in memory, in a page on disk, or in both. */
import type { Page } from '../../store/journal.ts';
import type { Message } from '../message.ts';
import { SharedMemory } from './shared-memory.ts';

export class MessageChunk {
  /** Position of the first slot. */
  first: number;
  /** By position; null for what is not there any more. The chunk itself is null in memory while it is on disk only. */
  messages: (Message | null)[] | null = [];
  /** Slots in use. */
  count = 0;
  /** What it takes of the memory budget, in octets. */
  octets = 0;
  /** No message is added any more. */
  isComplete = false;
  /** What of it is on disk: everything that was ready when it was written. */
  page: Page | null = null;
  isBeingWritten = false;
  /** It is to leave memory when it is written. */
  isToLeave = false;
  /** It is in no list any more. */
  isGone = false;
  /** Messages in it, while it is on disk only. */
  storedCount = 0;
  readonly #memory = new SharedMemory();

  constructor(first: number) {
    this.first = first;
  }

  get end(): number {
    return this.first + this.count;
  }

  /** Adds a message, which takes so many octets. */
  add(message: Message, octets: number): void {
    const messages = this.messages!;
    messages[this.count++] = message;
    this.octets += octets;
    this.#memory.added(messages, this.count, this.octets);
  }

  /** It is empty, and not complete: it begins anew. */
  restart(first: number): void {
    this.first = first;
    this.count = 0;
    this.octets = 0;
    this.#memory.clear();
  }

  /** A chunk that was found on disk. */
  static of(page: Page): MessageChunk {
    const chunk = new MessageChunk(page.first);
    chunk.messages = null;
    chunk.count = page.end - page.first;
    chunk.isComplete = true;
    chunk.page = page;
    chunk.storedCount = page.count;
    return chunk;
  }
}
