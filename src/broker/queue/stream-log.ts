/**
 * The append-only log that a stream stands on. Messages have consecutive offsets from 0, and lie in chunks: a reader asks
 * for the chunk of an offset and takes messages out of it, so an engine need not hold more of them than are being read.
 * Chunks form segments, and only whole segments are dropped, never the one that is written.
 *
 *   segment 0                       segment 1 (being written)
 *   [ 0 .. 211 ][ 212 .. 700 ]      [ 701 .. 812 ][ 813 .. 815 |
 *   firstOffset                                      nextOffset 816
 *
 * What is appended within one turn is a run, RabbitMQ's chunk: `last` means the beginning of the last one.
 */
import type { Message } from '../message.ts';
import type { PublishOutcome } from './queue-ref.ts';
import type { StreamFilter } from './stream-filter.ts';

/** Consecutive messages that are read together. */
export interface StreamChunk {
  readonly firstOffset: number;
  /** Messages in it. The chunk at the end of the log grows. */
  readonly length: number;
  /** @param offset from `firstOffset`, `length` of them. Null for one that was damaged on disk */
  messageAt(offset: number): Message | null;
  /** False when none of the messages matches. */
  mayMatch(filter: StreamFilter): boolean;
}

/** Consecutive chunks that are dropped together. */
export interface StreamSegment {
  readonly octets: number;
  /** When the last message was published: wall clock, in milliseconds. */
  readonly lastTimestampMs: number;
}

export interface StreamLog {
  /** What `append` means for the publisher: nothing has to be waited for, or the journal's commit. */
  readonly outcome: PublishOutcome;
  /** A segment that has reached this size is no longer written, in octets. */
  segmentOctetsMax: number;
  /** The oldest message; `nextOffset` when there is none. */
  readonly firstOffset: number;
  /** What the next message gets. */
  readonly nextOffset: number;
  /** Where the last run begins; `nextOffset` when there is none. An engine may name an earlier offset of the same chunk. */
  readonly lastRunOffset: number;
  /** From the oldest to the one that is written. */
  readonly segments: readonly StreamSegment[];

  /**
   * Adds a message and returns its offset. Begins a new segment when the one that is written has reached its size.
   *
   * @param timestampMs when it was published: wall clock. One that is earlier than the last counts as the same
   */
  append(message: Message, timestampMs: number): number;
  /** What is appended from now on is another run. */
  endRun(): void;
  /** The chunk with the message of this offset; null beyond the end and for what was dropped. */
  chunkAt(offset: number): StreamChunk | null;
  /**
   * Where the messages begin that were published at this time or later; `nextOffset` when there is none. An engine may
   * name an earlier offset of the same chunk.
   */
  offsetAt(timestampMs: number): number;
  /** Drops the oldest segments, never the last. Chunks that somebody still holds stay readable. */
  dropSegments(count: number): void;
  /** Drops everything, for good. */
  delete(): void;
}
