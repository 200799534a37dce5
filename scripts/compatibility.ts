// Runs the conformance suite and keeps what came out of it: test/conformance/results/NAME.json, and docs/compatibility.md
// made of all results.
//
//   node scripts/compatibility.ts run leveret                      our own broker
//   AMQP_URI=amqp://... node scripts/compatibility.ts run NAME     another one
//   node scripts/compatibility.ts write                            docs/compatibility.md from the results
//   node scripts/compatibility.ts check                            fails when results or page are not those of the suite
import { spawnSync } from 'node:child_process';
import { KNOWN_DIFFERENCES } from '../test/interop/management/differences.ts';
import { REQUESTS } from '../test/interop/management/requests.ts';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is kept of a fact. */
interface Outcome {
  readonly section: string;
  readonly sentence: string;
  readonly result: 'holds' | 'differs';
  /** What the fact says of the differences, in the words of the suite. */
  readonly differsIn310?: string;
  readonly leveretDiffers?: string;
}

const RESULTS = 'test/conformance/results';
const OURS = join(RESULTS, 'leveret.json');
const THEIRS = join(RESULTS, 'rabbitmq-3.10.json');
const PAGE = 'docs/compatibility.md';

const KINDS = {
  'only Leveret': 'in Leveret only',
  'only RabbitMQ': 'in RabbitMQ only',
  type: 'of another type',
  value: 'of another value',
} as const;

const [command = '', name = ''] = process.argv.slice(2);
if (command === 'run' && name !== '') {
  write(join(RESULTS, `${name}.json`), format(runSuite()));
  write(PAGE, page());
} else if (command === 'write') {
  write(PAGE, page());
} else if (command === 'check') {
  const found = format(runSuite());
  if (found !== format(JSON.parse(read(OURS)) as Outcome[])) {
    fail(`${OURS} is not what the suite gives: npm run compatibility`);
  }
  if (page() !== read(PAGE)) fail(`${PAGE} is not made of the results: npm run compatibility`);
} else {
  fail('usage: node scripts/compatibility.ts run NAME | write | check');
}

/** Runs all facts, the output of the test runner shown. Ends the process when one of them fails. */
function runSuite(): readonly Outcome[] {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const file = join(folder, 'outcomes');
  const isOther = (process.env['AMQP_URI'] ?? '') !== '';
  const { status } = spawnSync(
    process.execPath,
    [
      '--conditions=leveret-source',
      '--test',
      '--test-reporter=spec',
      '--test-timeout=120000',
      // Facts clean up what they declare on another broker: one after the other, they do not meet.
      ...(isOther ? ['--test-concurrency=1'] : []),
      ...globSync('test/conformance/*.test.ts').sort(),
    ],
    { stdio: 'inherit', env: { ...process.env, CONFORMANCE_RESULTS: file } },
  );
  if (status !== 0) fail('some facts do not hold');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  rmSync(folder, { recursive: true });
  return lines.map((line) => JSON.parse(line) as Outcome);
}

/** One line a fact, in an order that does not depend on the run. */
function format(outcomes: readonly Outcome[]): string {
  const keyOf = ({ section, sentence }: Outcome): string => `${section}\n${sentence}`;
  const sorted = outcomes.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const doubled = sorted.find((one, i) => i > 0 && keyOf(one) === keyOf(sorted[i - 1]!));
  if (doubled !== undefined) fail(`a fact stands twice: ${doubled.section}: ${doubled.sentence}`);
  return `[\n${sorted.map((outcome) => JSON.stringify(outcome)).join(',\n')}\n]\n`;
}

function page(): string {
  const ours = JSON.parse(read(OURS)) as Outcome[];
  const theirs = new Map(
    (JSON.parse(read(THEIRS)) as Outcome[]).map((one) => [`${one.section}\n${one.sentence}`, one]),
  );
  const sections = Map.groupBy(ours, (one) => one.section);
  const tables = [...sections].map(([section, facts]) => {
    const rows = facts.map((fact) => {
      const other = theirs.get(`${section}\n${fact.sentence}`);
      return `| ${escape(fact.sentence)} | ${ourCell(fact)} | ${theirCell(fact, other)} |`;
    });
    return `## ${section}\n\n| fact | Leveret | RabbitMQ 3.10.8 |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  const differing = ours.filter(({ leveretDiffers }) => leveretDiffers !== undefined);
  const old = [...theirs.values()].filter(
    ({ result, leveretDiffers }) => result === 'differs' && leveretDiffers === undefined,
  );
  return `${introduction(ours.length, differing, old.length)}\n${tables.join('\n')}\n${management()}`;
}

/** The management API: test/interop/management-differential.test.ts keeps these tables true. */
function management(): string {
  const fields = KNOWN_DIFFERENCES.map(
    ({ of, fields: names, kind, why }) =>
      `| ${escape(of)} | ${names.map((name) => `\`${name}\``).join(', ')} | ${KINDS[kind]} | ${escape(why)} |`,
  );
  const requests = REQUESTS.flatMap(({ asker, method, path, body, status, rabbitmq }) =>
    rabbitmq === null
      ? []
      : [
          `| ${asker} | \`${`${method} ${path} ${body}`.trim().replaceAll('|', '\\|')}\` | ${status} | ${rabbitmq.status} | ${escape(rabbitmq.why)} |`,
        ],
  );
  return `## The management API

The same topology is built in Leveret and in RabbitMQ 3.10.8, and the answers of the management API are compared field by field:
which there are, of which types, with which values. ${REQUESTS.length} requests are sent to both, and their statuses compared. All are the
same but for these, which the test knows by name: one more, or one less, fails it.

| of | fields | they are | why |
| --- | --- | --- | --- |
${fields.join('\n')}

| who | asks for | Leveret | RabbitMQ 3.10.8 | why |
| --- | --- | --- | --- | --- |
${requests.join('\n')}
`;
}

function introduction(count: number, differing: readonly Outcome[], oldCount: number): string {
  const list = differing
    .map(({ section, sentence, leveretDiffers }) => `- ${section}: ${sentence}: ${leveretDiffers}.`)
    .join('\n');
  return `# Compatibility

<!-- Made by scripts/compatibility.ts from test/conformance/results: do not edit. -->

${count} facts of RabbitMQ's behaviour, each a test in [test/conformance](../test/conformance), run on Leveret and on the RabbitMQ of
Debian 12. Leveret does as RabbitMQ 4.x does. RabbitMQ 3.10 is older, and differs from that in ${oldCount} of the facts: their rows say
how. To run the suite on any broker: \`AMQP_URI=amqp://guest:guest@host:port node scripts/compatibility.ts run NAME\`.

On purpose, Leveret does otherwise than RabbitMQ 4.x in ${differing.length} of them:

${list}

The answers of [the management API](#the-management-api) are compared with RabbitMQ's field by field.

What no fact states, and is otherwise:

- Dead letters of a quorum queue that nobody takes are tried again each second; RabbitMQ does so after three minutes
  ([decision](decisions/0009-quorum-queues-on-one-node.md)).
`;
}

function ourCell({ leveretDiffers }: Outcome): string {
  return leveretDiffers === undefined ? 'yes' : `yes, on purpose: ${escape(leveretDiffers)}`;
}

function theirCell(fact: Outcome, other: Outcome | undefined): string {
  if (other === undefined) return 'not run';
  if (other.result === 'holds') return 'yes';
  return `no: ${escape(fact.leveretDiffers ?? fact.differsIn310 ?? '')}`;
}

function escape(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/([*_`#])/gu, '\\$1');
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '[]';
}

function write(path: string, text: string): void {
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
