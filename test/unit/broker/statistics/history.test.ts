// How numbers were in the past, by a wall clock that may be set.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { History } from '../../../../src/broker/statistics/history.ts';

const DAY_MS = 86_400_000;

describe('a history', () => {
  test('goes on at once when the clock is set back', () => {
    const history = new History();
    history.add(10 * DAY_MS, [1]);
    for (let second = 0; second <= 60; second += 5) history.add(DAY_MS + second * 1000, [2]);
    const { samples } = history.range(0, DAY_MS + 60_000, 30_000, 5000);
    assert.deepEqual(
      samples.map(({ sample }) => sample),
      [2, 2, 2, 2, 2, 2, 2],
    );
  });
});
