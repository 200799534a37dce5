/**
 * Items in the order of a number that each is inserted with: a binary heap. It holds what comes back to a queue, by
 * position, and what has to wait, by time.
 */
export class KeyedHeap<T> {
  readonly #items: T[] = [];
  readonly #keys: number[] = [];

  get length(): number {
    return this.#items.length;
  }

  /** The item with the lowest key; null when there is none. */
  get head(): T | null {
    return this.#items[0] ?? null;
  }

  /** The lowest key. Undefined when the heap is empty. */
  get headKey(): number | undefined {
    return this.#keys[0];
  }

  /** Calls back with each item, in any order. */
  forEach(callback: (item: T, key: number) => void): void {
    for (const [i, item] of this.#items.entries()) callback(item, this.#keys[i]!);
  }

  /** Adds an item in O(log n); O(1) when they come in order. */
  insert(item: T, key: number): void {
    const items = this.#items;
    const keys = this.#keys;
    let hole = items.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (keys[parent]! <= key) break;
      items[hole] = items[parent]!;
      keys[hole] = keys[parent]!;
      hole = parent;
    }
    items[hole] = item;
    keys[hole] = key;
  }

  /** Removes the item with the lowest key, in O(log n). Null when empty. */
  shift(): T | null {
    const first = this.#items[0];
    if (first === undefined) return null;
    const lastItem = this.#items.pop()!;
    const lastKey = this.#keys.pop()!;
    if (this.#items.length > 0) this.#sink(lastItem, lastKey);
    return first;
  }

  /** Puts an item into the hole at the top. */
  #sink(item: T, key: number): void {
    const items = this.#items;
    const keys = this.#keys;
    const { length } = items;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      items[hole] = items[child]!;
      keys[hole] = keys[child]!;
      hole = child;
    }
    items[hole] = item;
    keys[hole] = key;
  }
}
