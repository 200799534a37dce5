/** What stands before the records of a page, as numbers: little-endian, 64 octets, with a checksum of its own. */
import { viewOf } from '../../runtime/copy-octets.ts';
import { checksum } from './checksum.ts';

export const PAGE_HEADER_SIZE = 64;
const MAGIC = 0x4547_4150;

export interface PageHeader {
  /** Octets of the records that follow. */
  readonly payloadLength: number;
  readonly queueId: number;
  readonly lane: number;
  /** Positions of the messages: from `first`, before `end`. */
  readonly first: number;
  readonly end: number;
  /** Messages that outlive the process. */
  readonly keptCount: number;
  /** Octets in the bodies of these. */
  readonly bodyOctets: number;
  /** Wall clock, in milliseconds. */
  readonly firstArrivedAtMs: number;
  readonly lastArrivedAtMs: number;
}

/** @param octets begins at a multiple of 4 of its memory */
export function writePageHeader(octets: Buffer, header: PageHeader): void {
  octets.fill(0, 0, PAGE_HEADER_SIZE);
  const view = viewOf(octets);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, header.payloadLength, true);
  view.setUint32(12, header.queueId, true);
  view.setFloat64(16, header.first, true);
  view.setFloat64(24, header.end, true);
  view.setFloat64(32, header.firstArrivedAtMs, true);
  view.setFloat64(40, header.lastArrivedAtMs, true);
  view.setUint32(48, header.bodyOctets, true);
  view.setUint32(52, header.keptCount, true);
  view.setUint8(56, header.lane);
  view.setInt32(4, checksumOf(octets), true);
}

/** Null when there is no sound header. */
export function readPageHeader(octets: Buffer, at: number): PageHeader | null {
  if (octets.length - at < PAGE_HEADER_SIZE || octets.readUInt32LE(at) !== MAGIC) return null;
  const own = Buffer.allocUnsafeSlow(PAGE_HEADER_SIZE);
  octets.copy(own, 0, at, at + PAGE_HEADER_SIZE);
  const view = viewOf(own);
  if (view.getInt32(4, true) !== checksumOf(own)) return null;
  return {
    payloadLength: view.getUint32(8, true),
    queueId: view.getUint32(12, true),
    first: view.getFloat64(16, true),
    end: view.getFloat64(24, true),
    firstArrivedAtMs: view.getFloat64(32, true),
    lastArrivedAtMs: view.getFloat64(40, true),
    bodyOctets: view.getUint32(48, true),
    keptCount: view.getUint32(52, true),
    lane: view.getUint8(56),
  };
}

function checksumOf(octets: Buffer): number {
  const words = new Int32Array(octets.buffer, octets.byteOffset, PAGE_HEADER_SIZE / 4);
  return checksum(octets, words, 2, PAGE_HEADER_SIZE / 4);
}
