// A short run of the fuzz target: the same sequences each time, and some that are new. A longer one: npm run fuzz.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUND_SEQUENCES, runRound } from './run.ts';
import { collectGarbage } from '../support/garbage.ts';

const FIXED_SEED = 1;
const ROUNDS = 20;
/** What a run may keep beyond what it began with, in octets: much less than a leak of its connections would be. */
const GROWTH_MAX = 8_000_000;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const newSeed = Math.floor(Math.random() * 2 ** 31);

for (const [what, seed] of [
  ['known', FIXED_SEED],
  ['new', newSeed],
] as const) {
  test(`${ROUNDS * ROUND_SEQUENCES} ${what} sequences (seed ${seed}) are all answered, and leave nothing behind`, async () => {
    await runRound(seed, 0);
    const before = heapUsed();
    for (let round = 1; round < ROUNDS; round++) await runRound(seed, round);
    const growth = heapUsed() - before;
    assert.ok(growth < GROWTH_MAX, `the heap grew by ${growth} octets`);
  });
}
