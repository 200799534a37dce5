import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LatencyHistogram } from '../../../../src/cli/perf/latency-histogram.ts';

describe('a latency histogram', () => {
  test('gives percentiles within 2 % of the sorted values', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (latencies, share) => {
        const histogram = new LatencyHistogram();
        for (const latency of latencies) histogram.record(latency);
        const sorted = latencies.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
        const found = histogram.percentile(share);
        assert.ok(Math.abs(found - exact) <= exact * 0.02 + 0.02, `${found} for ${exact}`);
      }),
    );
  });

  test('gives the largest value exactly', () => {
    const histogram = new LatencyHistogram();
    for (const latency of [1, 5, 123.5]) histogram.record(latency);
    assert.equal(histogram.percentile(1), 123.5);
  });
});
