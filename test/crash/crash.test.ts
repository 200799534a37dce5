// A short run of the crash tests: the same cycles each time, and some that are new. A longer one: npm run test:crash.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leveretUnderTest } from './broker-under-test.ts';
import { run } from './run.ts';

const CYCLES = 6;
const FIXED_SEED = 1;
const NEW_SEED = Math.floor(Math.random() * 2 ** 31);

for (const [what, seed] of [
  ['known', FIXED_SEED],
  ['new', NEW_SEED],
] as const) {
  test(`${CYCLES} ${what} ends of the broker (seed ${seed}) lose and repeat nothing that was certain`, async () => {
    await using broker = await leveretUnderTest();
    const { problems, counts, cycles } = await run(broker, { seed, cycles: CYCLES });
    assert.deepEqual(problems, [], broker.lines.join('\n'));
    assert.equal(cycles, CYCLES);
    assert.ok(counts.confirmed > 0 && counts.settled > 0, JSON.stringify(counts));
  });
}

test('a data directory that is deleted between two cycles is reported as loss', async () => {
  await using broker = await leveretUnderTest();
  const { problems } = await run(broker, { seed: FIXED_SEED, cycles: 2, forgetAfter: 1 });
  const rules = new Set(problems.map(({ rule }) => rule));
  for (const rule of ['lost', 'count', 'definition'] as const) assert.ok(rules.has(rule), rule);
});
