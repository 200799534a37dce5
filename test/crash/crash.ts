// npm run test:crash -- --seed 1 --cycles 200: kills the broker again and again, and checks what it kept.
import { parseArgs } from 'node:util';
import { leveretUnderTest, rabbitmqUnderTest } from './broker-under-test.ts';
import { run } from './run.ts';

/** Problems that are shown; the first ones tell most. */
const SHOWN_PROBLEMS = 30;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    cycles: { type: 'string', default: '200' },
    broker: { type: 'string', default: 'leveret' },
    'forget-after': { type: 'string' },
  },
});
const seed = Number(values.seed);
const cycles = Number(values.cycles);
const forgetAfter = values['forget-after'] === undefined ? null : Number(values['forget-after']);
if (![seed, cycles, forgetAfter ?? 0].every(Number.isSafeInteger)) {
  throw new Error('--seed, --cycles and --forget-after take whole numbers');
}
if (!['leveret', 'rabbitmq'].includes(values.broker)) {
  throw new Error('--broker is leveret or rabbitmq');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await using broker =
  values.broker === 'rabbitmq' ? await rabbitmqUnderTest() : await leveretUnderTest();
console.log(`seed ${seed}, ${cycles} cycles, ${broker.name} at ${broker.uri}`);
const result = await run(broker, { seed, cycles, forgetAfter, tell: (line) => console.log(line) });
console.log(JSON.stringify(result.counts));
if (result.problems.length > 0) {
  process.exitCode = 1;
  console.log(`seed ${seed}: ${result.problems.length} problems in cycle ${result.cycles}`);
  for (const { rule, text } of result.problems.slice(0, SHOWN_PROBLEMS)) {
    console.log(`  ${rule}: ${text}`);
  }
  console.log(`the broker's last words:\n${broker.lines.join('\n')}`);
}
