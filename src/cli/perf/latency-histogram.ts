/**
 * Latencies in buckets whose width grows with the value: 64 for each doubling, so that a percentile is off by 1.6 % at
 * most. Recording costs an increment; a library would bring a dozen times the code.
 */

const BUCKETS_PER_DOUBLING = 64;
const DOUBLINGS = 40;

export class LatencyHistogram {
  count = 0;
  readonly #buckets = new Float64Array(BUCKETS_PER_DOUBLING * DOUBLINGS);
  #maxUs = 0;

  /** @param latencyUs in microseconds */
  record(latencyUs: number): void {
    const us = Math.max(0, latencyUs);
    this.#buckets[bucketOf(us)]! += 1;
    this.count++;
    if (us > this.#maxUs) this.#maxUs = us;
  }

  /** The latency that this share (0 to 1) of the messages did not exceed, in microseconds. */
  percentile(share: number): number {
    if (share >= 1) return this.#maxUs;
    const rank = share * this.count;
    let seen = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      seen += this.#buckets[bucket]!;
      if (seen > 0 && seen >= rank) return Math.min(upperBound(bucket), this.#maxUs);
    }
    return this.#maxUs;
  }
}

function bucketOf(us: number): number {
  const bucket = Math.floor(Math.log2(us + 1) * BUCKETS_PER_DOUBLING);
  return Math.min(bucket, BUCKETS_PER_DOUBLING * DOUBLINGS - 1);
}

function upperBound(bucket: number): number {
  return 2 ** ((bucket + 1) / BUCKETS_PER_DOUBLING) - 1;
}
