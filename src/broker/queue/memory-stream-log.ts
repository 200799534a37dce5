/** A StreamLog that holds all messages in memory. */
import type { Message } from '../message.ts';
import { ACCEPTED, type PublishOutcome } from './queue-ref.ts';
import { FilterValues, type StreamFilter } from './stream-filter.ts';
import type { StreamChunk, StreamLog, StreamSegment } from './stream-log.ts';

const CHUNK_LENGTH_MAX = 512;
const CHUNK_OCTETS_MAX = 256 * 1024;
/** What a message takes beside its properties and body: the same as RabbitMQ counts, more or less. */
const MESSAGE_OVERHEAD_OCTETS = 40;

class MemoryChunk implements StreamChunk {
  readonly firstOffset: number;
  readonly #messages: Message[] = [];
  readonly #timestampsMs: number[] = [];
  readonly #filterValues = new FilterValues();
  octets = 0;

  constructor(firstOffset: number) {
    this.firstOffset = firstOffset;
  }

  get length(): number {
    return this.#messages.length;
  }

  get isFull(): boolean {
    return this.length >= CHUNK_LENGTH_MAX || this.octets >= CHUNK_OCTETS_MAX;
  }

  get lastTimestampMs(): number {
    return this.#timestampsMs.at(-1) ?? 0;
  }

  append(message: Message, timestampMs: number, octets: number): void {
    this.#messages.push(message);
    this.#timestampsMs.push(timestampMs);
    this.#filterValues.add(message);
    this.octets += octets;
  }

  messageAt(offset: number): Message {
    return this.#messages[offset - this.firstOffset]!;
  }

  mayMatch(filter: StreamFilter): boolean {
    return this.#filterValues.mayMatch(filter);
  }

  /** Of the first message published at this time or later; the chunk has one. */
  offsetAt(timestampMs: number): number {
    const times = this.#timestampsMs;
    return this.firstOffset + firstIndex(times.length, (index) => times[index]! >= timestampMs);
  }
}

class MemorySegment implements StreamSegment {
  readonly chunks: MemoryChunk[] = [];
  octets = 0;
  readonly firstOffset: number;

  constructor(firstOffset: number) {
    this.firstOffset = firstOffset;
  }

  get lastTimestampMs(): number {
    return this.chunks.at(-1)?.lastTimestampMs ?? 0;
  }

  append(message: Message, offset: number, timestampMs: number): void {
    let chunk = this.chunks.at(-1);
    if (chunk === undefined || chunk.isFull) {
      chunk = new MemoryChunk(offset);
      this.chunks.push(chunk);
    }
    const octets = MESSAGE_OVERHEAD_OCTETS + message.propertiesLength + message.bodyLength;
    chunk.append(message, timestampMs, octets);
    this.octets += octets;
  }

  /** The chunk with a message of this segment. */
  chunkAt(offset: number): MemoryChunk | null {
    const { chunks } = this;
    const after = firstIndex(chunks.length, (index) => chunks[index]!.firstOffset > offset);
    return chunks[after - 1] ?? null;
  }

  /** The first chunk with a message published at this time or later. */
  chunkOf(timestampMs: number): MemoryChunk | null {
    const { chunks } = this;
    const found = firstIndex(
      chunks.length,
      (index) => chunks[index]!.lastTimestampMs >= timestampMs,
    );
    return chunks[found] ?? null;
  }
}

export class MemoryStreamLog implements StreamLog {
  readonly outcome: PublishOutcome = ACCEPTED;
  readonly #segmentOctetsMax: number;
  #segments: MemorySegment[] = [new MemorySegment(0)];
  #nextOffset = 0;
  #lastTimestampMs = 0;
  #lastRunOffset = 0;
  #isRunEnded = true;

  /** @param segmentOctetsMax a segment that has reached this size is no longer written */
  constructor(segmentOctetsMax: number) {
    this.#segmentOctetsMax = segmentOctetsMax;
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
    let segment = this.#segments.at(-1)!;
    if (segment.chunks.length > 0 && segment.octets >= this.#segmentOctetsMax) {
      segment = new MemorySegment(offset);
      this.#segments.push(segment);
    }
    segment.append(message, offset, this.#lastTimestampMs);
    return offset;
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
    return chunk === null ? this.#nextOffset : chunk.offsetAt(timestampMs);
  }

  dropSegments(count: number): void {
    this.#segments.splice(0, Math.min(count, this.#segments.length - 1));
  }

  delete(): void {
    this.#segments = [new MemorySegment(this.#nextOffset)];
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
