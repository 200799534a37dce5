// Queues on the journal on a disk whose machine crashes: at every operation of some runs, and in many runs again and
// again, also while the journal is being recovered. What a failing test says runs that case alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SeededRandom } from '../support/seeded-random.ts';
import { DurableWorld, JournalRun } from './journal-run.ts';
import { SimulatedCrash, SimulatedDisk } from './simulated-disk.ts';
import { JournalHost } from './simulated-journal.ts';

const SEEDS = Number(process.env['JOURNAL_SEEDS'] ?? 600);
const GENERATIONS = 5;
const ACTIONS = 120;
/** About as many operations as a generation has. */
const OPERATIONS = 260;

interface Outcome {
  /** Crashes, and ends without one. */
  readonly generations: number;
  /** Operations of the first generation. */
  readonly operations: number;
}

/**
 * Lives that follow each other on the same disk, each of which crashes or is stopped.
 *
 * @param firstCrash operation in which the first crashes; 0: the seed says
 */
async function live(seed: number, firstCrash: number): Promise<Outcome> {
  const random = new SeededRandom(seed);
  const world = new DurableWorld();
  const fileSize = random.pick([4096, 8192, 16_384]);
  let disk = new SimulatedDisk(seed);
  let operations = 0;
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const early = random.oneIn(3) ? 30 : OPERATIONS;
    const chosen = 1 + random.below(early);
    disk.crashAt(generation === 0 && firstCrash > 0 ? firstCrash : chosen);
    const host = new JournalHost(disk, fileSize);
    try {
      const run = await JournalRun.start(host, world, random);
      for (let i = 0; i < ACTIONS; i++) run.act();
      if (random.oneIn(2)) await run.close();
    } catch (error) {
      if (!disk.hasCrashed) throw error;
      if (!(error instanceof SimulatedCrash)) throw error;
    }
    if (generation === 0) operations = disk.operationCount;
    disk = disk.crash();
  }
  await JournalRun.start(new JournalHost(disk, fileSize), world, random);
  return { generations: GENERATIONS, operations };
}

async function check(seed: number, firstCrash: number): Promise<Outcome> {
  try {
    return await live(seed, firstCrash);
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

  test('keep what they owe through any crashes that follow each other', async () => {
    let generations = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      ({ generations } = await check(seed, 0));
    }
    assert.ok(generations > 0);
  });
});
