// The two clocks of the broker and the real ones. Simulated time implements the same interface.

export interface Clock {
  /** Wall-clock time: milliseconds since 1970 (UTC). It may jump when the machine's time is set. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never goes back. For durations and deadlines. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
