// `npm run bench`: puts the load of each row on Leveret and on the brokers to compare with, one after the other, and prints
// a table. See README.md beside this file.
import { cpus, release, totalmem } from 'node:os';
import { connect } from 'amqplib';
import { Command } from 'commander';
import { perf } from './perf.ts';
import { ROWS, type Row } from './rows.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { cpuSeconds, parseTarget, residentOctets, startLeveret, type Target } from './target.ts';

/** What one run of one row found. */
interface Measurement {
  readonly perSecond: number;
  /** Of the broker, in microseconds of CPU; null where it cannot be read. */
  readonly cpuPerMessageUs: number | null;
  readonly residentOctets: number | null;
  readonly latency: string;
}

const program = new Command('bench')
  .option(
    '--vs <name=uri[,pid...]>',
    'another broker to measure beside; may be repeated',
    collect,
    [],
  )
  .option('--vs-tls <name=uri>', 'where a broker of --vs speaks TLS; may be repeated', collect, [])
  .option(
    '--keep <name>',
    'a broker of --vs that cannot delete queues: nothing is cleaned up there; may be repeated',
    collect,
    [],
  )
  .option('--rows <text>', 'only rows whose name contains one of these, separated by commas', '')
  .option('--duration <seconds>', 'of each run', '5')
  .option('--repeat <count>', 'runs of each row; the median counts', '1')
  .parse();
const options = program.opts<{
  vs: string[];
  vsTls: string[];
  keep: string[];
  rows: string;
  duration: string;
  repeat: string;
}>();

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

const leveret = await startLeveret();
try {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const idleOctets = residentOctets(leveret);
  const targets: Target[] = [leveret, ...options.vs.map(parseTarget).map(withTls)];
  console.log(machine());
  console.log(
    `\nLeveret: start to first connection ${leveret.startMs.toFixed(0)} ms, idle memory ${megabytes(idleOctets)}.\n`,
  );
  console.log(
    `| row | ${targets.map((target) => `${target.name}: per second, CPU us/message, resident`).join(' | ')} |`,
  );
  console.log(`| --- |${' --- |'.repeat(targets.length)}`);
  for (const row of ROWS.filter(isWanted)) {
    const cells: string[] = [];
    for (const target of targets) cells.push(await cell(row, target));
    console.log(`| ${row.name} | ${cells.join(' | ')} |`);
  }
  // Brokers that keep everything cannot do these.
  const able = targets.filter(({ name }) => !options.keep.includes(name));
  console.log(`\n| | ${able.map(({ name }) => name).join(' | ')} |`);
  console.log(`| --- |${' --- |'.repeat(able.length)}`);
  for (const scenario of SCENARIOS.filter(isWanted)) {
    const cells: string[] = [];
    for (const target of able) cells.push(await scenarioCell(scenario, target));
    console.log(`| ${scenario.name} | ${cells.join(' | ')} |`);
  }
} finally {
  await leveret.stop();
}

function withTls(target: Target): Target {
  const known = options.vsTls.find((text) => text.startsWith(`${target.name}=`));
  return known === undefined ? target : { ...target, tlsUri: known.slice(target.name.length + 1) };
}

function isWanted({ name }: Row | Scenario): boolean {
  return options.rows.split(',').some((part) => name.includes(part));
}

/** Leveret is started anew, so that nothing of the rows before is in its memory. */
async function scenarioCell(scenario: Scenario, target: Target): Promise<string> {
  const fresh = target === leveret ? await startLeveret() : null;
  try {
    const prefix = `bench-${process.pid}-${Math.floor(performance.now())}`;
    return await scenario.run(fresh ?? target, prefix);
  } catch (error) {
    return `failed: ${(error as Error).message}`;
  } finally {
    await fresh?.stop();
  }
}

function machine(): string {
  const processors = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return (
    `${new Date().toISOString().slice(0, 10)}, ${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}), ` +
    `${memory} GiB, Linux ${release()}, Node ${process.versions.node}, ${options.duration} s a run, ` +
    `median of ${options.repeat}`
  );
}

/** Median of the runs of a row, as text; a dash where the broker cannot do it. */
async function cell(row: Row, target: Target): Promise<string> {
  const found: Measurement[] = [];
  for (let run = 0; run < Number(options.repeat); run++) {
    const measurement = await measure(row, target);
    if (measurement === null) return '-';
    found.push(measurement);
  }
  found.sort((a, b) => a.perSecond - b.perSecond);
  const median = found[Math.floor(found.length / 2)];
  if (median === undefined) return '-';
  if (row.isLatency === true) return median.latency;
  const cpu = median.cpuPerMessageUs === null ? '' : ` - ${median.cpuPerMessageUs.toFixed(2)}`;
  const memory = median.residentOctets === null ? '' : ` - ${megabytes(median.residentOctets)}`;
  return `${median.perSecond.toLocaleString('en-US')}${cpu}${memory}`;
}

async function measure(row: Row, target: Target): Promise<Measurement | null> {
  // A fresh queue for each run: a broker that is behind is not asked to forget its backlog.
  const prefix = `bench-${process.pid}-${Math.floor(performance.now())}`;
  const extra = row.extraBindings ?? 0;
  if (extra > 0) await bindMany(target, row, prefix, extra).catch(() => {});
  const uri = row.isEncrypted === true ? target.tlsUri : target.uri;
  if (uri === null) return null;
  const before = cpuSeconds(target);
  const output = await perf([
    '--uri',
    uri,
    '--duration',
    options.duration,
    '--queue-prefix',
    prefix,
    ...row.options,
    ...(options.keep.includes(target.name) ? ['--keep'] : []),
  ]);
  if (output === null) return null;
  const after = cpuSeconds(target);
  const messages = Math.max(output.total[row.counts], 1);
  const { latencyUs } = output;
  return {
    perSecond: row.counts === 'consumed' ? output.consumedPerSecond : output.publishedPerSecond,
    cpuPerMessageUs: before === null || after === null ? null : ((after - before) * 1e6) / messages,
    residentOctets: residentOctets(target),
    latency: latencyUs === null ? '-' : `p50 ${latencyUs.p50} us, p99 ${latencyUs.p99} us`,
  };
}

/** Bindings that every message is compared with and none matches; they go with the exchange. */
async function bindMany(target: Target, row: Row, prefix: string, count: number): Promise<void> {
  const exchange = row.options[row.options.indexOf('--exchange') + 1] ?? '';
  const connection = await connect(target.uri);
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'topic', { durable: false });
  const queue = `${prefix}-others`;
  await channel.assertQueue(queue, { durable: false, autoDelete: true });
  const bound: Array<Promise<unknown>> = [];
  for (let i = 0; i < count; i++) bound.push(channel.bindQueue(queue, exchange, `a.b${i}.*.c`));
  await Promise.all(bound);
  await connection.close();
}

function megabytes(octets: number | null): string {
  return octets === null ? 'unknown' : `${(octets / 2 ** 20).toFixed(0)} MB`;
}
