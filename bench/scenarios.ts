// What is measured beside rates: memory of what waits or idles, and how fast things are declared, opened and closed.
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { PerfConnection } from '../src/cli/perf/perf-connection.ts';
import { parseUri } from '../src/cli/perf/perf-options.ts';
import { perf } from './perf.ts';
import { Pipeline } from './pipeline.ts';
import { cpuSeconds, residentOctets, type Target } from './target.ts';

export interface Scenario {
  readonly name: string;
  /** Returns what was found, for people; null where the broker cannot do it. */
  run(target: Target, prefix: string): Promise<string>;
}

const QUEUED = 2_000_000;
const CHURN_MS = 3000;
const CHURN_CONNECTIONS = 8;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: '10,000 idle connections, each a channel, a queue and a consumer: memory each',
    run: (target, prefix) => idleConnections(target, prefix, 10_000),
  },
  {
    name: '5,000 durable queues, then 10,000 bindings declared: seconds',
    run: durableTopology,
  },
  {
    name: '100,000 queues declared: seconds, memory each',
    run: (target, prefix) => manyQueues(target, prefix, 100_000),
  },
  {
    name: '1 million messages of 16 B in 10,000 queues: seconds, memory each message',
    run: (target, prefix) => messagesInManyQueues(target, prefix, 10_000, 100),
  },
  {
    name: '2 million messages of 16 B queued: resident, transient',
    run: (target, prefix) => queued(target, prefix, []),
  },
  {
    name: '2 million messages of 16 B queued: resident, persistent',
    run: (target, prefix) => queued(target, prefix, ['--durable', '--persistent']),
  },
  { name: 'connections opened and closed a second', run: connectionChurn },
  { name: 'queues declared and deleted a second', run: queueChurn },
  { name: 'bindings made and removed a second', run: bindingChurn },
];

async function withChannel<T>(
  target: Target,
  body: (channel: Channel, connection: ChannelModel) => Promise<T>,
): Promise<T> {
  const connection = await connect(target.uri);
  connection.on('error', () => {});
  try {
    return await body(await connection.createChannel(), connection);
  } finally {
    await connection.close().catch(() => {});
  }
}

async function idleConnections(target: Target, prefix: string, count: number): Promise<string> {
  const before = residentOctets(target);
  const open: ChannelModel[] = [];
  try {
    await concurrently(50, count, async (i) => {
      const connection = await connect(`${target.uri}?heartbeat=0`);
      connection.on('error', () => {});
      open.push(connection);
      const channel = await connection.createChannel();
      const { queue } = await channel.assertQueue(`${prefix}-${i}`, { exclusive: true });
      await channel.consume(queue, () => {});
    });
    await settle();
    return each(before, residentOctets(target), count);
  } finally {
    await concurrently(200, open.length, async (i) => open[i]!.close().catch(() => {}));
  }
}

async function concurrently(
  width: number,
  count: number,
  act: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function durableTopology(target: Target, prefix: string): Promise<string> {
  return withChannel(target, async (channel) => {
    const exchange = `${prefix}-exchange`;
    await channel.assertExchange(exchange, 'topic', { durable: true });
    const pipeline = await Pipeline.open(target.uri);
    const queues = await pipeline.declareQueues(5000, prefix, true);
    const bindings = await pipeline.bind(10_000, exchange, (i) => {
      return { queue: `${prefix}-${i % 5000}`, routingKey: `a.b${i}.*.c` };
    });
    await channel.deleteExchange(exchange);
    await pipeline.deleteQueues(5000, prefix);
    await pipeline.close();
    return `${queues.toFixed(2)} s, ${bindings.toFixed(2)} s`;
  });
}

async function manyQueues(target: Target, prefix: string, count: number): Promise<string> {
  const pipeline = await Pipeline.open(target.uri);
  const before = residentOctets(target);
  const seconds = await pipeline.declareQueues(count, prefix, false);
  await settle();
  const memory = each(before, residentOctets(target), count);
  await pipeline.deleteQueues(count, prefix);
  await pipeline.close();
  return `${seconds.toFixed(1)} s, ${memory}`;
}

async function messagesInManyQueues(
  target: Target,
  prefix: string,
  queues: number,
  messages: number,
): Promise<string> {
  const pipeline = await Pipeline.open(target.uri);
  await pipeline.declareQueues(queues, prefix, true);
  const before = residentOctets(target);
  const startedMs = performance.now();
  await withChannel(target, async (_, connection) => {
    const channel = await connection.createConfirmChannel();
    const body = Buffer.alloc(16);
    for (let round = 0; round < messages; round++) {
      for (let i = 0; i < queues; i++) {
        channel.sendToQueue(`${prefix}-${i}`, body, { persistent: true });
      }
      await channel.waitForConfirms();
    }
  });
  const seconds = (performance.now() - startedMs) / 1000;
  await settle();
  const memory = each(before, residentOctets(target), queues * messages);
  await pipeline.deleteQueues(queues, prefix);
  await pipeline.close();
  return `${seconds.toFixed(1)} s, ${memory}`;
}

async function queued(target: Target, prefix: string, args: readonly string[]): Promise<string> {
  const common = ['--uri', target.uri, '--queue-prefix', prefix, '--keep', '--consumers', '0'];
  const output = await perf([...common, '--count', String(QUEUED), '--confirm', '5000', ...args]);
  if (output === null) throw new Error('the load generator gave up');
  await settle();
  const resident = residentOctets(target);
  await withChannel(target, (channel) => channel.deleteQueue(`${prefix}-0`));
  return `${megabytes(resident)} (published ${output.publishedPerSecond.toLocaleString('en-US')}/s)`;
}

async function connectionChurn(target: Target): Promise<string> {
  return churn(target, CHURN_CONNECTIONS, () => async () => {
    const connection = await PerfConnection.open(parseUri(target.uri));
    await connection.close();
  });
}

async function queueChurn(target: Target, prefix: string): Promise<string> {
  return channelChurn(target, (channel, worker) => async () => {
    await channel.assertQueue(`${prefix}-${worker}`, { durable: false });
    await channel.deleteQueue(`${prefix}-${worker}`);
  });
}

async function bindingChurn(target: Target, prefix: string): Promise<string> {
  return channelChurn(target, (channel, worker) => {
    const queue = `${prefix}-${worker}`;
    let isDeclared = false;
    return async () => {
      if (!isDeclared) await channel.assertQueue(queue, { exclusive: true });
      isDeclared = true;
      await channel.bindQueue(queue, 'amq.topic', `${queue}.*`);
      await channel.unbindQueue(queue, 'amq.topic', `${queue}.*`);
    };
  });
}

type Act = () => Promise<unknown>;

async function channelChurn(
  target: Target,
  make: (channel: Channel, worker: number) => Act,
): Promise<string> {
  return withChannel(target, async (_, connection) => {
    const channels: Channel[] = [];
    // One request of a channel at a time: what is measured is the way there and back.
    for (let i = 0; i < 50; i++) channels.push(await connection.createChannel());
    return churn(target, channels.length, (worker) => make(channels[worker]!, worker));
  });
}

async function churn(
  target: Target,
  workers: number,
  make: (worker: number) => Act,
): Promise<string> {
  const before = cpuSeconds(target);
  const endMs = performance.now() + CHURN_MS;
  let count = 0;
  const worker = async (i: number): Promise<void> => {
    const act = make(i);
    while (performance.now() < endMs) {
      await act();
      count++;
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, i) => worker(i)));
  const after = cpuSeconds(target);
  const cpu = before === null || after === null ? '' : ` - ${perAct(after - before, count)}`;
  return `${Math.round(count / (CHURN_MS / 1000)).toLocaleString('en-US')}${cpu}`;
}

function perAct(seconds: number, count: number): string {
  return `${((seconds * 1e6) / count).toFixed(0)} us CPU`;
}

/** Brokers give memory back, or take it, a little later. */
/** Long enough for a broker to notice that nothing happens any more. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 6000));
}

function each(before: number | null, after: number | null, count: number): string {
  if (before === null || after === null) return 'unknown';
  const octets = (after - before) / count;
  return octets >= 10_000 ? `${(octets / 1000).toFixed(0)} KB` : `${octets.toFixed(0)} octets`;
}

function megabytes(octets: number | null): string {
  return octets === null ? 'unknown' : `${(octets / 1e6).toFixed(0)} MB`;
}
