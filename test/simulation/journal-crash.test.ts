// Queues on the journal on a disk whose machine crashes: at every operation of some runs, and in many runs again and
// again, also while the journal is being recovered. What a failing test says runs that case alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveThrough, type Lives } from './journal-lives.ts';

const SEEDS = Number(process.env['JOURNAL_SEEDS'] ?? 3000);
/** Those that crash at each operation of their first process. */
const THOROUGH_SEEDS = 4;

async function check(seed: number, firstCrash: number): Promise<Lives> {
  try {
    return await liveThrough(seed, firstCrash);
  } catch (error) {
    const command = `JOURNAL_SEED=${seed} JOURNAL_CRASH=${firstCrash} npm run test:simulation`;
    throw new Error(`failed; this alone is run by: ${command}`, { cause: error });
  }
}

const onlySeed = process.env['JOURNAL_SEED'];

describe('queues on the journal', () => {
  if (onlySeed !== undefined) {
    test('keep what they owe in the case that was asked for', async () => {
      await check(Number(onlySeed), Number(process.env['JOURNAL_CRASH'] ?? 0));
    });
    return;
  }

  test('keep what they owe through a crash at any operation of the disk', async () => {
    for (let seed = 1; seed <= THOROUGH_SEEDS; seed++) {
      let operations = 1;
      for (let crash = 1; crash <= operations; crash++) {
        const { firstOperations } = await check(seed, crash);
        // A process that crashes later has done more: as far as it goes without a crash.
        operations = Math.max(operations, firstOperations + 1);
        if (firstOperations < crash) break;
      }
      assert.ok(operations > 50, `the disk is used: ${operations} operations`);
    }
  });

  test('keep what they owe through any crashes that follow each other', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) await check(seed, 0);
  });
});
