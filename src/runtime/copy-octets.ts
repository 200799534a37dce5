/**
 * Copies short ranges of octets, eight at a time. For the frames of a small message this takes a third of an octet-wise
 * loop's time and half of `Buffer.copy`'s (Node 24: 60 octets in 19, 69 and 40 ns); from some 200 octets on `Buffer.copy`
 * wins.
 */

const BY_WORDS_MAX = 192;
/** A view costs as much as a short copy: for a chunk that holds just a message or two it does not pay. */
const VIEWED_SOURCE_MIN = 1024;

/** A view of all of a buffer. */
export function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

const NO_SOURCE = Buffer.alloc(0);
let lastSource: Buffer = NO_SOURCE;
let lastView: DataView = viewOf(lastSource);

/** Lets go of what was copied from last. */
export function forgetLastSource(): void {
  lastSource = NO_SOURCE;
  lastView = viewOf(NO_SOURCE);
}

/** Copies `length` octets; both ranges must lie within their buffers. `targetView` is a view of all of `target`. */
export function copyOctets(
  source: Buffer,
  sourceStart: number,
  target: Buffer,
  targetView: DataView,
  targetStart: number,
  length: number,
): void {
  if (length > BY_WORDS_MAX || source.length < VIEWED_SOURCE_MIN) {
    source.copy(target, targetStart, sourceStart, sourceStart + length);
    return;
  }
  // Successive messages mostly lie in the same chunk.
  if (source !== lastSource) {
    lastSource = source;
    lastView = viewOf(source);
  }
  copyWords(lastView, sourceStart, targetView, targetStart, length);
}

/** Copies `length` octets between views. */
export function copyWords(
  source: DataView,
  sourceStart: number,
  target: DataView,
  targetStart: number,
  length: number,
): void {
  let copied = 0;
  for (; copied + 8 <= length; copied += 8) {
    target.setBigUint64(targetStart + copied, source.getBigUint64(sourceStart + copied));
  }
  for (; copied < length; copied++) {
    target.setUint8(targetStart + copied, source.getUint8(sourceStart + copied));
  }
}
