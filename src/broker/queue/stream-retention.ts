/**
 * What a stream no longer keeps (https://www.rabbitmq.com/docs/streams#retention): whole segments from the oldest on, for
 * their size or their age, and never the one that is written.
 */
import type { StreamSegment } from './stream-log.ts';

/** @param maxOctets Infinity for no limit; @param maxAgeMs Infinity for none. Returns how many segments to drop. */
export function segmentsToDrop(
  segments: readonly StreamSegment[],
  maxOctets: number,
  maxAgeMs: number,
  nowMs: number,
): number {
  const oldestKept = firstWithin(segments, maxOctets);
  let count = oldestKept;
  while (count < segments.length - 1 && segments[count]!.lastTimestampMs < nowMs - maxAgeMs) {
    count++;
  }
  return count;
}

/** The oldest segment that fits in with all that are younger. */
function firstWithin(segments: readonly StreamSegment[], maxOctets: number): number {
  let index = segments.length - 1;
  let octets = segments[index]?.octets ?? 0;
  while (index > 0) {
    octets += segments[index - 1]!.octets;
    if (octets > maxOctets) break;
    index--;
  }
  return Math.max(index, 0);
}
