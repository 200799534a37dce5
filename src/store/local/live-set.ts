/** A set of positions out of one range, as bits: which messages of a run are not settled yet. */

const NO_WORDS = new Uint32Array(0);

export class LiveSet {
  /** Lowest position that can be in the set; a multiple of 32. */
  readonly #base: number;
  /** What the first position that is added brings: most sets of a page of transient messages stay empty. */
  readonly #firstLength: number;
  #words: Uint32Array = NO_WORDS;
  /** Positions in the set. */
  count = 0;

  /** @param first lowest position that will be added */
  constructor(first: number, capacity = 1024) {
    this.#base = first - (first % 32);
    this.#firstLength = (capacity + 63) >> 5;
  }

  add(position: number): void {
    const bit = position - this.#base;
    if (bit < 0) throw new RangeError(`position ${position} lies before ${this.#base}`);
    const at = Math.floor(bit / 32);
    if (at >= this.#words.length) this.#grow(at);
    const mask = 1 << (bit & 31);
    if ((this.#words[at]! & mask) !== 0) return;
    this.#words[at] = this.#words[at]! | mask;
    this.count++;
  }

  /** False when it was not in the set. */
  delete(position: number): boolean {
    const bit = position - this.#base;
    const at = Math.floor(bit / 32);
    const mask = 1 << (bit & 31);
    if (bit < 0 || at >= this.#words.length || (this.#words[at]! & mask) === 0) return false;
    this.#words[at] = this.#words[at]! & ~mask;
    this.count--;
    return true;
  }

  has(position: number): boolean {
    const bit = position - this.#base;
    const at = Math.floor(bit / 32);
    return bit >= 0 && at < this.#words.length && (this.#words[at]! & (1 << (bit & 31))) !== 0;
  }

  /** Removes everything in [from, end) and returns how many that were. */
  deleteRange(from: number, end: number): number {
    const before = this.count;
    const last = Math.min(end, this.#base + this.#words.length * 32);
    for (let position = Math.max(from, this.#base); position < last && this.count > 0; position++) {
      // Whole words that are empty already are passed over at once.
      if (((position - this.#base) & 31) === 0 && this.#words[(position - this.#base) >> 5] === 0) {
        position += 31;
      } else {
        this.delete(position);
      }
    }
    return before - this.count;
  }

  /** The lowest position from `from` on; -1 when there is none. */
  next(from: number): number {
    const end = this.#base + this.#words.length * 32;
    for (let position = Math.max(from, this.#base); position < end; position++) {
      const bit = position - this.#base;
      if ((bit & 31) === 0 && this.#words[bit >> 5] === 0) position += 31;
      else if (this.has(position)) return position;
    }
    return -1;
  }

  #grow(at: number): void {
    const words = new Uint32Array(Math.max(at + 1, this.#firstLength, this.#words.length * 2));
    words.set(this.#words);
    this.#words = words;
  }
}
