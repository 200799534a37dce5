/** How often a message was delivered and came back, and how that is kept in the journal. */
import type { Message } from '../message.ts';

/** A message that came back at least once. */
export interface DeliveryCounts {
  /** The message without the headers that tell the counts; null while only the journal has it. */
  original: Message | null;
  /** How often it was delivered. */
  acquired: number;
  /** How often that failed: the consumer rejected it or was lost. */
  failed: number;
  /** Octets in the body of the message. */
  bodyLength: number;
  state: 'ready' | 'delayed' | 'taken';
  /** Where the note of this stands; -1 for none. */
  notePlace: number;
}

const SIZE = 20;

export function countsOf(
  original: Message | null,
  acquired: number,
  failed: number,
): DeliveryCounts {
  const bodyLength = original === null ? 0 : original.bodyLength;
  return { original, acquired, failed, bodyLength, state: 'taken', notePlace: -1 };
}

/** @param readyAtWallMs when it may be delivered again, by the wall clock in milliseconds; 0 for at once */
export function writeCounts(counts: DeliveryCounts, readyAtWallMs: number): Buffer {
  const octets = Buffer.alloc(SIZE);
  octets.writeUInt32LE(counts.acquired, 0);
  octets.writeUInt32LE(counts.failed, 4);
  octets.writeDoubleLE(readyAtWallMs, 8);
  octets.writeUInt32LE(counts.bodyLength, 16);
  return octets;
}

/** What `writeCounts` wrote; null for anything else. */
export function readCounts(
  octets: Buffer,
): { readonly counts: DeliveryCounts; readonly readyAtWallMs: number } | null {
  if (octets.length !== SIZE) return null;
  const counts = countsOf(null, octets.readUInt32LE(0), octets.readUInt32LE(4));
  counts.bodyLength = octets.readUInt32LE(16);
  return { counts, readyAtWallMs: octets.readDoubleLE(8) };
}
