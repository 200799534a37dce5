// The order in which the messages of a publisher come from a queue: their sequence numbers ascend along each line.

export class DeliveryOrder {
  readonly #last = new Map<string, number>();

  /** What is wrong with this one being the next of its line; null when nothing is. */
  next(line: string, sequence: number): string | null {
    const last = this.#last.get(line) ?? 0;
    if (sequence > last) {
      this.#last.set(line, sequence);
      return null;
    }
    return `came after ${last}`;
  }
}
