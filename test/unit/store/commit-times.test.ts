import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMIT_TIME_LIMITS, CommitTimes } from '../../../src/store/commit-times.ts';

test('commit times are counted up to each limit, and beyond the last', () => {
  const times = new CommitTimes();
  for (const durationMs of [0.05, 0.1, 0.2, 60_000]) times.add(durationMs);
  assert.equal(times.count, 4);
  assert.deepEqual(Array.from(times.counts.subarray(0, 3)), [2, 1, 0]);
  assert.equal(times.counts[COMMIT_TIME_LIMITS.length], 1);
  assert.ok(Math.abs(times.sumMs - 60_000.35) < 0.001);
});
