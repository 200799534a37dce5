/**
 * The records of the write-ahead log and of pages, little-endian, each a multiple of 8 octets long:
 *
 *   0 length (4)  4 checksum (4)  8 type (1)  9 lane (1)  10 small (2)  12 queue id (4)  16 position (8)  24 ...
 *
 *   ENQUEUE    small: length of the address; 24 arrival, wall clock in ms (8), 32 body length (4), 36 properties length
 *              (4), 40 length of extras (4), 44 flags (4), 48 address, properties, extras, body
 *   SETTLE     24 how many consecutive positions (4)
 *   DELIVERED  position: everything below it was delivered
 *   PAGE_LIVE  position: of the page; 24 segment file (4), 28 its offset in it (4), 32 how many words (4), 36 words of the
 *              page's live set: what is not settled; none when all is
 *   SYNCED     24 segment file (4), 28 offset (4): all pages before it are durable
 *   DROPPED    24 segment file (4): nothing in it is of use, it need not even be whole
 *   HOLE       24 segment file (4), 28 offset (4): a write failed there
 *   COMMIT     24 octets since the last commit (4): everything since then belongs together
 */

export const ENQUEUE = 1;
export const SETTLE = 2;
export const DELIVERED = 3;
export const PAGE_LIVE = 4;
export const SYNCED = 5;
export const DROPPED = 6;
export const HOLE = 7;
export const COMMIT = 8;

/** What all records have. */
export const HEADER_SIZE = 24;
/** What enqueue records have before the address. */
export const ENQUEUE_SIZE = 48;
/** Where the fields lie. */
export const AT = {
  length: 0,
  checksum: 4,
  type: 8,
  lane: 9,
  small: 10,
  queueId: 12,
  position: 16,
  arrivedAtMs: 24,
  count: 24,
  bodyLength: 32,
  propertiesLength: 36,
  extrasLength: 40,
  flags: 44,
  segment: 24,
  offset: 28,
  wordCount: 32,
  words: 36,
} as const;

/** Flags of ENQUEUE. The message is for this process only. */
export const IS_TRANSIENT = 1;
/** Delivery mode 2. */
export const IS_PERSISTENT = 2;

/** The next multiple of 8. */
export function aligned(length: number): number {
  return (length + 7) & ~7;
}
