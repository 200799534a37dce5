// `npm run bench:growth`: how the cost of things grows with their number. Writes a plot for each into docs/performance/, and
// prints the figures. Each point has a broker of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { connect } from 'amqplib';
import { PerfConnection } from '../src/cli/perf/perf-connection.ts';
import { parseUri } from '../src/cli/perf/perf-options.ts';
import { perf } from './perf.ts';
import { Pipeline } from './pipeline.ts';
import { plotToSvg, type Plot } from './plot.ts';
import { cpuSeconds, residentOctets, startLeveret, type StartedBroker } from './target.ts';

const DIRECTORY = 'docs/performance';
const SETTLED = ['--confirm', '1000', '--ack', 'each', '--prefetch', '1000'];

interface Growth {
  readonly file: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly counts: readonly number[];
  /** Names of what is measured, and what it is for so many. */
  measure(broker: StartedBroker, count: number): Promise<Readonly<Record<string, number>>>;
}

const GROWTHS: readonly Growth[] = [
  {
    file: 'messages',
    title: 'A persistent message of 16 octets, by the length of the queue',
    xLabel: 'messages queued',
    yLabel: "microseconds of the broker's CPU",
    counts: [1e3, 1e4, 1e5, 1e6, 1e7],
    measure: queuedMessages,
  },
  {
    file: 'memory',
    title: 'Resident memory, by the length of the queue',
    xLabel: 'messages queued',
    yLabel: 'MB',
    counts: [1e3, 1e4, 1e5, 1e6, 1e7],
    measure: async (broker, count) => {
      await publishAll(broker, count);
      return { resident: (residentOctets(broker) ?? 0) / 1e6 };
    },
  },
  {
    file: 'queues',
    title: 'A durable queue, by the number of queues',
    xLabel: 'queues',
    yLabel: 'microseconds, or 100 octets',
    counts: [1e2, 1e3, 1e4, 1e5],
    measure: declaredQueues,
  },
  {
    file: 'bindings',
    title: 'A binding of a topic exchange, by their number',
    xLabel: 'bindings',
    yLabel: 'microseconds',
    counts: [1e2, 1e3, 1e4, 1e5, 1e6],
    measure: boundQueues,
  },
  {
    file: 'consumers',
    title: 'A delivery with acknowledgement, by the consumers of the queue',
    xLabel: 'consumers, each on a connection',
    yLabel: "microseconds of the broker's CPU",
    counts: [1, 10, 100, 1000],
    measure: async (broker, count) => {
      const args = ['-y', String(count), '--confirm', '1000', '--ack', 'each', '--prefetch', '100'];
      return { delivery: await cpuPerMessage(broker, [...args, '--duration', '5']) };
    },
  },
  {
    file: 'connections',
    title: 'An idle connection with a channel, by the number of connections',
    xLabel: 'connections',
    yLabel: 'kilobytes, or 0.1 milliseconds',
    counts: [1e2, 1e3, 1e4],
    measure: idleConnections,
  },
];

const { only } = new Command('growth')
  .option('--only <text>', 'only plots whose file name contains this', '')
  .parse()
  .opts<{ only: string }>();

mkdirSync(DIRECTORY, { recursive: true });
for (const growth of GROWTHS.filter(({ file }) => file.includes(only))) await draw(growth);

async function draw(growth: Growth): Promise<void> {
  const lines = new Map<string, [number, number][]>();
  for (const count of growth.counts) {
    const broker = await startLeveret();
    try {
      const found = await growth.measure(broker, count);
      console.log(growth.file, count, JSON.stringify(found));
      for (const [name, value] of Object.entries(found)) {
        const points = lines.get(name) ?? [];
        lines.set(name, points);
        points.push([count, Number(value.toFixed(2))]);
      }
    } finally {
      await broker.stop();
    }
  }
  const series = [...lines].map(([name, points]) => ({ name, points }));
  const plot: Plot = { ...growth, series };
  writeFileSync(`${DIRECTORY}/${growth.file}.svg`, plotToSvg(plot));
}

async function publishAll(broker: StartedBroker, count: number): Promise<number> {
  const args = ['--consumers', '0', '--count', String(count), '--confirm', '5000'];
  return cpuPerMessage(broker, [...args, '--durable', '--persistent', '--keep'], count);
}

async function queuedMessages(
  broker: StartedBroker,
  count: number,
): Promise<Record<string, number>> {
  await warmUp(broker);
  const published = await publishAll(broker, count);
  const args = [
    '--producers',
    '0',
    '--count',
    String(count),
    '--ack',
    'each',
    '--prefetch',
    '1000',
  ];
  const durable = ['--durable', '--persistent', '--keep'];
  const consumed = await cpuPerMessage(broker, [...args, ...durable], count);
  return { published, consumed };
}

/** Else the smallest counts show how long it takes to compile the code. */
async function warmUp(broker: StartedBroker): Promise<void> {
  const common = ['--uri', broker.uri, '--queue-prefix', 'warm-up', '--durable', '--persistent'];
  await perf([...common, ...SETTLED, '--duration', '3']);
}

/** @param count of messages; where it is left out, those that were consumed */
async function cpuPerMessage(
  broker: StartedBroker,
  args: readonly string[],
  count?: number,
): Promise<number> {
  const before = cpuSeconds(broker) ?? 0;
  const output = await perf(['--uri', broker.uri, ...args]);
  const messages = count ?? output?.total.consumed ?? 0;
  return (((cpuSeconds(broker) ?? 0) - before) * 1e6) / Math.max(1, messages);
}

async function declaredQueues(
  broker: StartedBroker,
  count: number,
): Promise<Record<string, number>> {
  const pipeline = await Pipeline.open(broker.uri);
  await pipeline.declareQueues(1000, 'warm-up', true);
  await pipeline.deleteQueues(1000, 'warm-up');
  const before = residentOctets(broker) ?? 0;
  const seconds = await pipeline.declareQueues(count, 'q', true);
  const octets = (residentOctets(broker) ?? 0) - before;
  await pipeline.close();
  return { 'declare (us)': (seconds * 1e6) / count, 'memory (100 octets)': octets / count / 100 };
}

async function boundQueues(broker: StartedBroker, count: number): Promise<Record<string, number>> {
  const connection = await connect(broker.uri);
  const channel = await connection.createChannel();
  await channel.assertExchange('growth', 'topic', { durable: false });
  await channel.assertQueue('others', { durable: false });
  await connection.close();
  const pipeline = await Pipeline.open(broker.uri);
  const seconds = await pipeline.bind(count, 'growth', (i) => {
    return { queue: 'others', routingKey: `a.b${i}.*.c` };
  });
  await pipeline.close();
  const keys = ['--routing-key', 'x.y', '--keys', '100', '--binding-key', 'x.y.*'];
  const args = ['--exchange', 'growth', ...keys, '--duration', '4'];
  const routed = await cpuPerMessage(broker, args);
  return { bind: (seconds * 1e6) / count, 'route, deliver': routed };
}

async function idleConnections(
  broker: StartedBroker,
  count: number,
): Promise<Record<string, number>> {
  const open: PerfConnection[] = [];
  const connectOne = async (): Promise<void> => {
    open.push(await PerfConnection.open(parseUri(broker.uri)));
  };
  for (let i = 0; i < 50; i++) await connectOne();
  const before = residentOctets(broker) ?? 0;
  const startedMs = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await connectOne();
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  const openMs = (performance.now() - startedMs) / count;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const octets = ((residentOctets(broker) ?? 0) - before) / count;
  for (const connection of open) connection.drop();
  return { 'memory (KB)': octets / 1000, 'open (0.1 ms)': openMs * 10 };
}
