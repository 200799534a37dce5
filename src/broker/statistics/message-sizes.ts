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

  /** So many that the first bucket has. @param octets of all messages that are new, in whatever bucket */
  addSmall(count: number, octets: number): void {
    this.counts[0]! += count;
    this.sum += octets;
  }

  /** One that the first bucket has not. Its octets are told with `addSmall`. */
  addLarger(octets: number): void {
    let bucket = 1;
    while (bucket < MESSAGE_SIZE_LIMITS.length && octets > MESSAGE_SIZE_LIMITS[bucket]!) bucket++;
    this.counts[bucket]!++;
  }
}
