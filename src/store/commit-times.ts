/** How long commits took: a histogram. */

/** In milliseconds; each bucket has the commits up to this that the one before does not have; one more has the rest. */
export const COMMIT_TIME_LIMITS: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 5000,
];

export class CommitTimes {
  /** One for each limit, not cumulative, and one for the rest. */
  readonly counts: Float64Array = new Float64Array(COMMIT_TIME_LIMITS.length + 1);
  count = 0;
  sumMs = 0;

  add(durationMs: number): void {
    this.count++;
    this.sumMs += durationMs;
    const bucket = COMMIT_TIME_LIMITS.findIndex((limit) => durationMs <= limit);
    this.counts[bucket < 0 ? COMMIT_TIME_LIMITS.length : bucket]!++;
  }
}
