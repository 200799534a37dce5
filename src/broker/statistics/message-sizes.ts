/** How large published messages are: a histogram with RabbitMQ's limits. */

/** Each bucket has the messages up to this many octets that the one before does not have; one more has the rest. */
export const MESSAGE_SIZE_LIMITS: readonly number[] = [
  100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000,
];

export class MessageSizes {
  /** One for each limit, not cumulative, and one for the rest. */
  readonly counts: Float64Array = new Float64Array(MESSAGE_SIZE_LIMITS.length + 1);
  /** Octets of all of them. */
  sum = 0;

  add(octets: number): void {
    this.sum += octets;
    if (octets <= 100) this.counts[0]!++;
    else this.#addLarger(octets);
  }

  #addLarger(octets: number): void {
    const bucket = MESSAGE_SIZE_LIMITS.findIndex((limit) => octets <= limit);
    this.counts[bucket < 0 ? MESSAGE_SIZE_LIMITS.length : bucket]!++;
  }
}
