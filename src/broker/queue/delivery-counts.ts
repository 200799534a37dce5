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
}

const SIZE = 16;

/** @param readyAtWallMs when it may be delivered again, by the wall clock in milliseconds; 0 for at once */
export function writeCounts({ acquired, failed }: DeliveryCounts, readyAtWallMs: number): Buffer {
  const octets = Buffer.alloc(SIZE);
  octets.writeUInt32LE(acquired, 0);
  octets.writeUInt32LE(failed, 4);
  octets.writeDoubleLE(readyAtWallMs, 8);
  return octets;
}

/** What `writeCounts` wrote; null for anything else. */
export function readCounts(
  octets: Buffer,
): { readonly counts: DeliveryCounts; readonly readyAtWallMs: number } | null {
  if (octets.length !== SIZE) return null;
  const acquired = octets.readUInt32LE(0);
  const failed = octets.readUInt32LE(4);
  return { counts: { original: null, acquired, failed }, readyAtWallMs: octets.readDoubleLE(8) };
}
