// Processes that follow each other on one disk, each of which crashes or is stopped in order.
import { SeededRandom } from '../support/seeded-random.ts';
import { DurableWorld, JournalRun } from './journal-run.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { JournalHost } from './simulated-journal.ts';

const GENERATIONS = 5;
const ACTIONS = 120;
/** About as many operations as a process asks the disk for. */
const OPERATIONS = 260;
/** Of these the recovery takes some. */
const FIRST_OPERATIONS = 30;

export interface Lives {
  /** Crashes and ends. */
  readonly count: number;
  /** What the first asked of the disk. */
  readonly firstOperations: number;
}

/**
 * Throws when the journal does not keep what it owes.
 *
 * @param firstCrash operation in which the first process crashes; 0: the seed chooses
 * @param watch called before each process begins, with the number of the operation in which it crashes
 */
export async function liveThrough(
  seed: number,
  firstCrash: number,
  watch: (disk: SimulatedDisk, crash: number) => void = () => {},
): Promise<Lives> {
  const random = new SeededRandom(seed);
  const world = new DurableWorld();
  const fileSize = random.pick([4096, 8192, 16_384]);
  let disk = new SimulatedDisk(seed);
  let firstOperations = 0;
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const chosen = 1 + random.below(random.oneIn(3) ? FIRST_OPERATIONS : OPERATIONS);
    const crash = generation === 0 && firstCrash > 0 ? firstCrash : chosen;
    watch(disk, crash);
    disk.crashAt(crash);
    const hasFaults = random.oneIn(3);
    if (hasFaults) letFail(disk, random);
    await live(new JournalHost(disk, fileSize), world, random, hasFaults);
    if (generation === 0) firstOperations = disk.operationCount;
    disk = disk.crash();
    disk.setCapacity(Number.POSITIVE_INFINITY);
  }
  watch(disk, 0);
  await JournalRun.start(new JournalHost(disk, fileSize), world, random);
  return { count: GENERATIONS, firstOperations };
}

/** Lets some operations fail, or all that need more room than there is. */
function letFail(disk: SimulatedDisk, random: SeededRandom): void {
  if (random.oneIn(4)) disk.setCapacity(1000 * (10 + random.below(60)));
  for (let count = random.below(4); count > 0; count--) {
    disk.failAt(1 + random.below(OPERATIONS), random.pick(['EIO', 'ENOSPC']));
  }
}

async function live(
  host: JournalHost,
  world: DurableWorld,
  random: SeededRandom,
  hasFaults: boolean,
): Promise<void> {
  try {
    const run = await JournalRun.start(host, world, random, hasFaults);
    for (let i = 0; i < ACTIONS; i++) run.act();
    if (random.oneIn(2)) await run.close();
  } catch (error) {
    // A disk that refuses is a reason not to start.
    if (hasFaults && isRefusal(error)) return;
    // Whatever is thrown when the machine is gone is of no interest: only what is said about it before.
    if (!host.disk.hasCrashed) throw error;
  }
}

/** A journal that cannot be recovered because of the disk, or one that waits for it. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && (error.code === 'EIO' || error.code === 'ENOSPC')) return true;
  return /cannot be recovered|nothing happens any more/u.test(error.message);
}
