/**
 * The log of a stream, on the log of a queue: what is appended goes into the journal, and chunks leave memory as pages
 * when it is short or the journal wants it. Without a disk all stays in memory.
 */
import type { Clock } from '../../runtime/clock.ts';
import type { LogOwner, Page, QueueLog } from '../../store/journal.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { Message } from '../message.ts';
import { ACCEPTED, JOURNALED, type PublishOutcome } from './queue-ref.ts';
import { StoredChunk } from './stream-chunk.ts';
import { FilterValues } from './stream-filter.ts';
import type { StreamChunk, StreamLog, StreamSegment } from './stream-log.ts';

/** What a message takes beside its properties and body: the same as RabbitMQ counts, more or less. */
const MESSAGE_OVERHEAD_OCTETS = 40;
/** Chunks that were read back stay in memory while no more than these were read after them. */
const READ_CHUNKS_MAX = 16;

class ChunkedSegment implements StreamSegment {
  readonly chunks: StoredChunk[] = [];
  octets = 0;
  readonly firstOffset: number;

  constructor(firstOffset: number) {
    this.firstOffset = firstOffset;
  }

  get lastTimestampMs(): number {
    return this.chunks.at(-1)?.lastTimestampMs ?? 0;
  }

  /** The chunk with a message of this segment. */
  chunkAt(offset: number): StoredChunk | null {
    const { chunks } = this;
    const after = firstIndex(chunks.length, (index) => chunks[index]!.firstOffset > offset);
    return chunks[after - 1] ?? null;
  }

  /** The first chunk with a message published at this time or later. */
  chunkOf(timestampMs: number): StoredChunk | null {
    const { chunks } = this;
    const found = firstIndex(
      chunks.length,
      (index) => chunks[index]!.lastTimestampMs >= timestampMs,
    );
    return chunks[found] ?? null;
  }
}

export interface ChunkedStreamLogOptions {
  readonly log: QueueLog;
  readonly budget: MemoryBudget;
  readonly clock: Clock;
  /** A segment that has reached this size is no longer written, in octets. */
  readonly segmentOctetsMax: number;
}

export class ChunkedStreamLog implements StreamLog, LogOwner {
  readonly outcome: PublishOutcome;
  segmentOctetsMax: number;
  readonly #log: QueueLog;
  readonly #budget: MemoryBudget;
  /** Wall clock less monotonic clock, in milliseconds. */
  readonly #clockOffsetMs: number;
  #segments: ChunkedSegment[];
  #nextOffset: number;
  #lastTimestampMs = 0;
  #lastRunOffset: number;
  #isRunEnded = true;
  /** Chunks on disk whose messages are in memory too, the one read last at the end. */
  readonly #readChunks: StoredChunk[] = [];

  constructor({ log, budget, clock, segmentOctetsMax }: ChunkedStreamLogOptions) {
    this.#log = log;
    this.#budget = budget;
    this.segmentOctetsMax = segmentOctetsMax;
    this.#clockOffsetMs = clock.nowMs() - clock.monotonicMs();
    this.outcome = log.hasPages ? JOURNALED : ACCEPTED;
    this.#nextOffset = log.nextPosition;
    this.#lastRunOffset = log.nextPosition;
    this.#segments = [new ChunkedSegment(log.pages[0]?.first ?? log.nextPosition)];
    for (const page of log.pages) this.#adopt(page);
    log.owner = this;
  }

  /** A page of an earlier process. */
  #adopt(page: Page): void {
    const chunk = new StoredChunk(page.first, null, (read) => this.#keepRead(read));
    chunk.messages = null;
    chunk.page = page;
    chunk.isComplete = true;
    chunk.length = page.end - page.first;
    chunk.octets = page.bodyOctets + page.count * MESSAGE_OVERHEAD_OCTETS;
    chunk.firstTimestampMs = page.firstArrivedAtMs + this.#clockOffsetMs;
    chunk.lastTimestampMs = page.lastArrivedAtMs + this.#clockOffsetMs;
    this.#lastTimestampMs = Math.max(this.#lastTimestampMs, chunk.lastTimestampMs);
    this.#lastRunOffset = chunk.firstOffset;
    const segment = this.#openSegment(chunk.firstOffset);
    segment.chunks.push(chunk);
    segment.octets += chunk.octets;
  }

  get firstOffset(): number {
    return this.#segments[0]!.firstOffset;
  }

  get nextOffset(): number {
    return this.#nextOffset;
  }

  get lastRunOffset(): number {
    return Math.max(this.#lastRunOffset, this.firstOffset);
  }

  get segments(): readonly StreamSegment[] {
    return this.#segments;
  }

  append(message: Message, timestampMs: number): number {
    const offset = this.#nextOffset++;
    if (this.#isRunEnded) this.#lastRunOffset = offset;
    this.#isRunEnded = false;
    this.#lastTimestampMs = Math.max(this.#lastTimestampMs, timestampMs);
    const segment = this.#openSegment(offset);
    let chunk = segment.chunks.at(-1);
    if (chunk === undefined || chunk.isComplete) {
      chunk = new StoredChunk(offset, new FilterValues(), (read) => this.#keepRead(read));
      segment.chunks.push(chunk);
    }
    const octets = MESSAGE_OVERHEAD_OCTETS + message.propertiesLength + message.bodyLength;
    chunk.append(message, this.#lastTimestampMs, octets);
    segment.octets += octets;
    this.#log.enqueue(offset, message);
    if (chunk.isFull) this.#complete(chunk);
    return offset;
  }

  /** The segment that is written; a new one when it has reached its size. */
  #openSegment(offset: number): ChunkedSegment {
    const last = this.#segments.at(-1)!;
    if (last.chunks.length === 0 || last.octets < this.segmentOctetsMax) return last;
    const segment = new ChunkedSegment(offset);
    const written = last.chunks.at(-1);
    if (written?.isComplete === false) this.#complete(written);
    this.#segments.push(segment);
    return segment;
  }

  endRun(): void {
    this.#isRunEnded = true;
  }

  chunkAt(offset: number): StreamChunk | null {
    if (offset >= this.#nextOffset) return null;
    const segments = this.#segments;
    const after = firstIndex(segments.length, (index) => segments[index]!.firstOffset > offset);
    return segments[after - 1]?.chunkAt(offset) ?? null;
  }

  offsetAt(timestampMs: number): number {
    const segments = this.#segments;
    const found = firstIndex(
      segments.length,
      (index) => segments[index]!.lastTimestampMs >= timestampMs,
    );
    const chunk = segments[found]?.chunkOf(timestampMs) ?? null;
    if (chunk === null) return this.#nextOffset;
    if (chunk.firstTimestampMs >= timestampMs) return chunk.firstOffset;
    const isReached = (index: number): boolean => {
      const message = chunk.messageAt(chunk.firstOffset + index);
      return message !== null && message.arrivedAtMs + this.#clockOffsetMs >= timestampMs;
    };
    // Its last message was published at that time or later, by a clock that may have been read a little later.
    return chunk.firstOffset + Math.min(firstIndex(chunk.length, isReached), chunk.length - 1);
  }

  dropSegments(count: number): void {
    const dropped = this.#segments.splice(0, Math.min(count, this.#segments.length - 1));
    if (dropped.length === 0) return;
    this.#log.settleRange(dropped[0]!.firstOffset, this.firstOffset);
    for (const segment of dropped) this.#release(segment);
  }

  delete(): void {
    for (const segment of this.#segments) this.#release(segment);
    this.#segments = [new ChunkedSegment(this.#nextOffset)];
  }

  #release(segment: ChunkedSegment): void {
    for (const chunk of segment.chunks) {
      chunk.isDropped = true;
      if (chunk.page === null) this.#leaveMemory(chunk);
      // Who still reads it has it in memory, or finds nothing.
      else chunk.page.release();
    }
  }

  // Memory ---------------------------------------------------------------------------------------

  #complete(chunk: StoredChunk): void {
    chunk.isComplete = true;
    if (!this.#log.hasPages) return;
    this.#budget.used += chunk.octets;
    if (this.#budget.isExceeded) this.#write(chunk);
  }

  #leaveMemory(chunk: StoredChunk): void {
    if (chunk.isComplete && this.#log.hasPages) this.#budget.used -= chunk.octets;
  }

  #write(chunk: StoredChunk): void {
    if (chunk.isBeingWritten) return;
    chunk.isBeingWritten = true;
    const contents = {
      first: chunk.firstOffset,
      messages: chunk.messages!,
      from: 0,
      to: chunk.length,
      isKept: (): boolean => true,
    };
    this.#log.writePage(contents, (page) => {
      chunk.isBeingWritten = false;
      if (page === null) return;
      chunk.page = page;
      if (chunk.isDropped) {
        page.release();
        return;
      }
      this.#leaveMemory(chunk);
      this.#keepRead(chunk);
    });
  }

  /** Its messages are in memory although it is on disk: for as long as somebody may be reading them. */
  #keepRead(chunk: StoredChunk): void {
    this.#readChunks.push(chunk);
    if (this.#readChunks.length > READ_CHUNKS_MAX) this.#readChunks.shift()!.messages = null;
  }

  /** A file of the write-ahead log is to go. */
  writePages(end: number): void {
    for (const segment of this.#segments) {
      for (const chunk of segment.chunks) {
        if (chunk.firstOffset >= end) return;
        if (chunk.page !== null || chunk.length === 0) continue;
        if (!chunk.isComplete) this.#complete(chunk);
        this.#write(chunk);
      }
    }
  }
}

/** The first index for which `isReached` holds, of those below `length`; it must hold for all after it. */
function firstIndex(length: number, isReached: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isReached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
