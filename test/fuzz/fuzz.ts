// npm run fuzz -- --seed 1 --rounds 5000: random and mutated sequences of frames against the broker, in this process.
import { parseArgs } from 'node:util';
import { ROUND_SEQUENCES, runRound } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    from: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '50' },
  },
});
const seed = Number(values.seed);
const first = Number(values.from);
const rounds = Number(values.rounds);
const REPORT_ROUNDS = 500;

console.log(`seed ${seed}, ${rounds} rounds of ${ROUND_SEQUENCES} sequences`);
const beginMs = performance.now();
for (let round = first; round < first + rounds; round++) {
  await runRound(seed, round);
  if ((round - first + 1) % REPORT_ROUNDS === 0) report(round - first + 1);
}
report(rounds);

function report(done: number): void {
  globalThis.gc?.();
  const megabytes = (process.memoryUsage().heapUsed / 1e6).toFixed(1);
  const seconds = ((performance.now() - beginMs) / 1000).toFixed(0);
  console.log(`${done * ROUND_SEQUENCES} sequences, ${seconds} s, heap ${megabytes} MB`);
}
