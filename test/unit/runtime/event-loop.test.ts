import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchEventLoop } from '../../../src/runtime/event-loop.ts';
import { eventually } from '../../support/eventually.ts';

/** Holds the thread. */
function hold(durationMs: number): void {
  const end = performance.now() + durationMs;
  while (performance.now() < end);
}

/** Some rounds of the event loop, in which it is measured. */
async function rounds(): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 30);
  });
}

test('the watch of the event loop tells how long it was held up, and begins anew', async () => {
  const watch = watchEventLoop();
  let max = 0;
  await eventually('a delay is seen', async () => {
    await rounds();
    hold(60);
    await rounds();
    ({ max } = watch.take());
    return max >= 40;
  });
  const { utilisation } = watch.take();
  assert.ok(utilisation >= 0 && utilisation <= 1);
  watch.stop();
});
