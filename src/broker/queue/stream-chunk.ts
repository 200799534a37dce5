/** Consecutive messages of a stream: in memory, or in a page on disk and read back for as long as somebody reads them. */
import type { Page } from '../../store/journal.ts';
import type { Message } from '../message.ts';
import { MessageRestorer } from '../stored-message.ts';
import { SharedMemory } from './shared-memory.ts';
import type { FilterValues, StreamFilter } from './stream-filter.ts';
import type { StreamChunk } from './stream-log.ts';

const CHUNK_LENGTH_MAX = 512;
const CHUNK_OCTETS_MAX: number = 256 * 1024;

export class StoredChunk implements StreamChunk {
  readonly firstOffset: number;
  length = 0;
  /** Octets of its messages, as they count for the size of a stream. */
  octets = 0;
  /** When the first and the last message were published: wall clock, in milliseconds. */
  firstTimestampMs = 0;
  lastTimestampMs = 0;
  /** No message is added any more. */
  isComplete = false;
  page: Page | null = null;
  isBeingWritten = false;
  isDropped = false;
  /** Null while the chunk is on disk only; null for a message that was damaged there. */
  messages: (Message | null)[] | null = [];
  /** Null: nobody knows, because an earlier process has written the chunk. */
  readonly #filterValues: FilterValues | null;
  readonly #memory = new SharedMemory();
  readonly #onRead: (chunk: StoredChunk) => void;

  /** @param onRead called when the messages were read back into memory */
  constructor(
    firstOffset: number,
    filterValues: FilterValues | null,
    onRead: (chunk: StoredChunk) => void,
  ) {
    this.firstOffset = firstOffset;
    this.#filterValues = filterValues;
    this.#onRead = onRead;
  }

  get isFull(): boolean {
    return this.length >= CHUNK_LENGTH_MAX || this.octets >= CHUNK_OCTETS_MAX;
  }

  append(message: Message, timestampMs: number, octets: number): void {
    if (this.length === 0) this.firstTimestampMs = timestampMs;
    this.lastTimestampMs = timestampMs;
    const messages = this.messages!;
    this.length = messages.push(message);
    this.octets += octets;
    this.#memory.added(messages, this.length, this.octets);
    this.#filterValues?.add(message);
  }

  messageAt(offset: number): Message | null {
    if (this.messages === null) {
      this.messages = this.#readBack();
      this.#onRead(this);
    }
    return this.messages[offset - this.firstOffset] ?? null;
  }

  #readBack(): (Message | null)[] {
    const messages: (Message | null)[] = Array.from<null>({ length: this.length }).fill(null);
    const restorer = new MessageRestorer();
    this.page?.read((stored) => {
      messages[stored.position - this.firstOffset] = restorer.restore(stored);
    });
    return messages;
  }

  mayMatch(filter: StreamFilter): boolean {
    return this.#filterValues === null || this.#filterValues.mayMatch(filter);
  }
}
