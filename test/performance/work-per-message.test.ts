// What a message costs the broker, counted and not timed: the same on every machine. Who makes it cheaper lowers the
// limit; who needs more has to say what for, and raise it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

interface Limit {
  readonly workload: string;
  readonly what: string;
  /** Octets of JavaScript's heap, allocated for each message. */
  readonly allocation: number;
  /** Blocks of the broker's own code, executed for each message. */
  readonly execution: number;
}

const LIMITS: readonly Limit[] = [
  {
    workload: 'transient',
    what: 'a transient message, acknowledged automatically,',
    allocation: 140,
    execution: 94,
  },
  {
    workload: 'settled',
    what: 'a persistent message, confirmed and acknowledged,',
    allocation: 140,
    execution: 190,
  },
];

/** So large that nothing is collected while allocations are counted. In MiB. */
const YOUNG_GENERATION = 512;

async function measured(workload: string, kind: 'allocation' | 'execution'): Promise<number> {
  const flags = [
    '--expose-gc',
    `--min-semi-space-size=${YOUNG_GENERATION}`,
    `--max-semi-space-size=${YOUNG_GENERATION}`,
    '--conditions=leveret-source',
  ];
  const args = [...flags, 'test/performance/workload.ts', workload, kind];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

describe('what a message costs', () => {
  for (const { workload, what, allocation, execution } of LIMITS) {
    test(`${what} takes no more memory than it did`, async () => {
      const octets = await measured(workload, 'allocation');
      assert.ok(octets > 0 && octets <= allocation, `${octets} octets a message`);
    });

    test(`${what} takes no more steps than it did`, async () => {
      const blocks = await measured(workload, 'execution');
      assert.ok(blocks > 0 && blocks <= execution, `${blocks} blocks a message`);
    });
  }
});
