/**
 * Gathers a body that arrives in several frames or chunks. Large pieces are kept where they are; small ones are copied
 * together, so that a body sent octet by octet does not cost an object, and a pinned chunk, for each octet.
 */

/** Pieces from this size are kept, not copied. */
const KEPT_PIECE_SIZE = 4096;
/** Largest block that small pieces are copied into, in octets. */
const BLOCK_SIZE_MAX = 65_536;

export class BodyPieces {
  #pieces: Buffer[] = [];
  #block: Buffer | null = null;
  #blockLength = 0;

  /** @param remaining octets of the body still to come, this piece not counted */
  add(buffer: Buffer, start: number, end: number, remaining: number): void {
    if (end - start >= KEPT_PIECE_SIZE) {
      this.#closeBlock();
      this.#pieces.push(buffer.subarray(start, end));
      return;
    }
    let from = start;
    while (from < end) {
      const left = end - from;
      this.#block ??= Buffer.allocUnsafeSlow(Math.min(BLOCK_SIZE_MAX, left + remaining));
      const copied = buffer.copy(this.#block, this.#blockLength, from, end);
      this.#blockLength += copied;
      from += copied;
      if (this.#blockLength === this.#block.length) this.#closeBlock();
    }
  }

  /** The pieces in order; the gathering starts anew. */
  take(): Buffer[] {
    this.#closeBlock();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #closeBlock(): void {
    if (this.#block === null) return;
    this.#pieces.push(this.#block.subarray(0, this.#blockLength));
    this.#block = null;
    this.#blockLength = 0;
  }
}
