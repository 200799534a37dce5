// `npm run bench:backlog`: publishes a long backlog of small persistent messages with confirms, kills the broker, starts it
// again and consumes all of it. Tells rates, memory, how long the start took, and what was written to the disk.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { cpuSeconds, residentOctets, startLeveret, type StartedBroker } from './target.ts';

const SAMPLE_MS = 200;

const options = new Command('backlog')
  .option('--count <messages>', 'how long the backlog is', '10000000')
  .option('--size <octets>', 'of a body', '16')
  .parse()
  .opts<{ count: string; size: string }>();
const count = Number(options.count);
const directory = mkdtempSync(join(tmpdir(), 'leveret-backlog-'));
let broker = await startLeveret(directory);
try {
  const published = await measured(broker, [
    '--consumers=0',
    '--confirm=5000',
    `--size=${options.size}`,
  ]);
  const written = writtenOctets(broker);
  await broker.kill();
  broker = await startLeveret(directory);
  const afterStart = megabytes(residentOctets(broker));
  console.log(`published   ${published}`);
  console.log(
    `on disk     ${(written / (count * Number(options.size))).toFixed(1)} octets written per octet of payload, ${(written / count).toFixed(0)} a message`,
  );
  console.log(`restarted   ${broker.startMs.toFixed(0)} ms after SIGKILL, ${afterStart}`);
  const consumed = await measured(broker, ['--producers=0', '--ack=each', '--prefetch=1000']);
  console.log(`consumed    ${consumed}`);
} finally {
  await broker.stop();
  rmSync(directory, { recursive: true });
}

/** Runs the load generator and tells rate, CPU and the most memory that the broker took. */
async function measured(broker: StartedBroker, args: readonly string[]): Promise<string> {
  const before = cpuSeconds(broker) ?? 0;
  let most = 0;
  const sampler = setInterval(() => {
    most = Math.max(most, residentOctets(broker) ?? 0);
  }, SAMPLE_MS);
  const startedMs = performance.now();
  await perf(broker.uri, args);
  const seconds = (performance.now() - startedMs) / 1000;
  clearInterval(sampler);
  const cpuUs = (((cpuSeconds(broker) ?? 0) - before) * 1e6) / count;
  const rate = Math.round(count / seconds).toLocaleString('en-US');
  return `${rate}/s, ${cpuUs.toFixed(2)} us CPU a message, at most ${megabytes(most)}`;
}

async function perf(uri: string, args: readonly string[]): Promise<void> {
  const common = ['--uri', uri, '--durable', '--persistent', '--keep', '--queue-prefix', 'backlog'];
  const child = spawn(
    process.execPath,
    ['bin/from-source.js', 'perf', ...common, '--count', options.count, ...args],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`leveret perf ended with code ${String(code)}`);
}

/** What the broker has given to the disk so far. */
function writtenOctets({ pids }: StartedBroker): number {
  const io = readFileSync(`/proc/${pids[0] ?? 0}/io`, 'latin1');
  return Number(/^write_bytes: (\d+)$/mu.exec(io)?.[1]);
}

function megabytes(octets: number | null): string {
  return octets === null ? 'unknown' : `${(octets / 1e6).toFixed(0)} MB`;
}
