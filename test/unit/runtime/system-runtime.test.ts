// The real runtime in one piece: its parts are there, and a pending timer does not hold a process.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { createSystemRuntime } from '../../../src/runtime/system-runtime.ts';

test('the wall clock says what time it is and the monotonic clock does not go back', () => {
  const { clock } = createSystemRuntime();
  assert.ok(Math.abs(clock.nowMs() - Date.now()) < 1000);
  const earlier = clock.monotonicMs();
  assert.ok(clock.monotonicMs() >= earlier);
});

test('it is silent unless it is given a logger', () => {
  assert.equal(createSystemRuntime().log, silentLogger);
  const log = { ...silentLogger };
  assert.equal(createSystemRuntime({ log }).log, log);
});

test('pending timers do not keep a process alive', () => {
  const timers = new URL('../../../src/runtime/timers.ts', import.meta.url).href;
  const program = `
    const { systemTimers } = await import('${timers}');
    systemTimers.after(3_600_000, () => {});
    systemTimers.every(3_600_000, () => {});
  `;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: 10_000,
  });
  assert.equal(run.status, 0, String(run.stderr));
});
