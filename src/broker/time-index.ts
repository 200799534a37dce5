/**
 * What is to happen to messages, in the order of the times when: a binary heap of pairs of numbers. An entry takes 16
 * octets, and no timer: whoever has an index waits for its first entry. It is not durable itself: its entries are told
 * by what the journal keeps of the messages.
 */
const FIRST_CAPACITY = 16;

export class TimeIndex {
  length = 0;
  #times = new Float64Array(FIRST_CAPACITY);
  #positions = new Float64Array(FIRST_CAPACITY);

  /** The earliest time, in milliseconds; Infinity when there is none. */
  get firstMs(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  /** Adds an entry in O(log n); O(1) when they come in order. */
  insert(atMs: number, position: number): void {
    if (this.length === this.#times.length) this.#grow();
    const times = this.#times;
    const positions = this.#positions;
    let hole = this.length++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (times[parent]! <= atMs) break;
      times[hole] = times[parent]!;
      positions[hole] = positions[parent]!;
      hole = parent;
    }
    times[hole] = atMs;
    positions[hole] = position;
  }

  /** Takes the entries up to a time out, the earliest first, `limit` at most. Returns their positions. */
  takeUntil(nowMs: number, limit: number): number[] {
    const taken: number[] = [];
    while (taken.length < limit && this.firstMs <= nowMs) {
      taken.push(this.#positions[0]!);
      this.#removeFirst();
    }
    return taken;
  }

  #removeFirst(): void {
    const times = this.#times;
    const positions = this.#positions;
    const length = --this.length;
    const lastTime = times[length]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && times[child + 1]! < times[child]!) child++;
      if (times[child]! >= lastTime) break;
      times[hole] = times[child]!;
      positions[hole] = positions[child]!;
      hole = child;
    }
    times[hole] = lastTime;
    positions[hole] = positions[length]!;
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    const times = new Float64Array(capacity);
    const positions = new Float64Array(capacity);
    times.set(this.#times);
    positions.set(this.#positions);
    this.#times = times;
    this.#positions = positions;
  }
}
