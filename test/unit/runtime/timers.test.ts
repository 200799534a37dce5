// The real timers, on node:test's mock of setTimeout and setInterval: no waiting.
import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { systemTimers } from '../../../src/runtime/timers.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Runs `scenario` on mocked time and counts how often its callback is called. */
function withMockedTime(scenario: (count: () => number, callback: () => void) => void): void {
  let calls = 0;
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    scenario(
      () => calls,
      () => {
        calls += 1;
      },
    );
  } finally {
    mock.timers.reset();
  }
}

describe('after', () => {
  test('calls back once, when the delay is over', () => {
    withMockedTime((count, callback) => {
      systemTimers.after(100, callback);
      mock.timers.tick(99);
      assert.equal(count(), 0);
      mock.timers.tick(1);
      assert.equal(count(), 1);
      mock.timers.tick(1000);
      assert.equal(count(), 1);
    });
  });

  test('does not call back once cancelled', () => {
    withMockedTime((count, callback) => {
      const timer = systemTimers.after(100, callback);
      timer.cancel();
      timer.cancel();
      mock.timers.tick(200);
      assert.equal(count(), 0);
    });
  });

  test('keeps a delay longer than the 24.8 days that Node can hold', () => {
    withMockedTime((count, callback) => {
      systemTimers.after(60 * DAY_MS, callback);
      // The mock starts a timer set during a tick at that tick's end, so tick to each step's end.
      mock.timers.tick(2 ** 31 - 1);
      mock.timers.tick(2 ** 31 - 1);
      mock.timers.tick(60 * DAY_MS - 2 * (2 ** 31 - 1) - 1);
      assert.equal(count(), 0);
      mock.timers.tick(1);
      assert.equal(count(), 1);
    });
  });

  test('can be cancelled in any step of a long delay', () => {
    withMockedTime((count, callback) => {
      const timer = systemTimers.after(60 * DAY_MS, callback);
      mock.timers.tick(30 * DAY_MS);
      timer.cancel();
      mock.timers.tick(60 * DAY_MS);
      assert.equal(count(), 0);
    });
  });
});

describe('every', () => {
  test('calls back each period until cancelled', () => {
    withMockedTime((count, callback) => {
      const timer = systemTimers.every(10, callback);
      mock.timers.tick(35);
      assert.equal(count(), 3);
      timer.cancel();
      mock.timers.tick(100);
      assert.equal(count(), 3);
    });
  });

  test('refuses a period that Node cannot hold', () => {
    assert.throws(() => systemTimers.every(25 * DAY_MS, () => {}), RangeError);
  });
});
