import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collectBehindReading, shrinkWhenQuiet } from '../../../src/runtime/garbage-collection.ts';
import type { Timers } from '../../../src/runtime/timers.ts';

/** Calls back when it is told to. */
function manualTimers(): { timers: Timers; tick: () => void } {
  let callback = (): void => {};
  const timers: Timers = {
    after: () => ({ cancel: () => {} }),
    every: (_periodMs, given) => {
      callback = given;
      return { cancel: () => {} };
    },
  };
  return { timers, tick: () => callback() };
}

/** Leaves some 100 MB of heap behind that nobody needs. */
function makeGarbage(): void {
  const arrays: number[][] = [];
  for (let i = 0; i < 100; i++) arrays.push(Array.from<number>({ length: 130_000 }).fill(i));
  assert.equal(arrays.length, 100);
}

describe('memory that a busy time has left', () => {
  test('goes back when the process is quiet', () => {
    makeGarbage();
    const before = process.memoryUsage();
    const { timers, tick } = manualTimers();
    let quietCount = 0;
    shrinkWhenQuiet(timers, () => {
      quietCount++;
      return false;
    });
    tick();
    assert.equal(quietCount, 1);
    assert.ok(process.memoryUsage().heapTotal < before.heapTotal - 50_000_000);
  });
});

describe('what was read from sockets', () => {
  test('is collected for every 8 MiB', () => {
    let collections = 0;
    const read = collectBehindReading(() => collections++);
    for (let i = 0; i < 1024; i++) read(64 * 1024);
    assert.equal(collections, 8);
  });

  test('is given back to the system by that', () => {
    const read = collectBehindReading();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1000; i++) read(Buffer.allocUnsafeSlow(64 * 1024).length);
    assert.ok(process.memoryUsage().arrayBuffers < before + 32_000_000);
  });
});
