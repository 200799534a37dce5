// Metrics: what RabbitMQ has Leveret has too, with the same names, types and labels, but for what is named here.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { connect, type ChannelModel } from 'amqplib';
import { eventually } from '../../support/eventually.ts';
import { parsedMetrics, type ParsedMetrics } from '../parsed-metrics.ts';
import type { BothBrokers } from './both-brokers.ts';

const FAMILIES = [
  'connection_churn_metrics',
  'node_coarse_metrics',
  'node_metrics',
  'node_persister_metrics',
  'ra_metrics',
  'auth_attempt_metrics',
  'queue_coarse_metrics',
  'queue_metrics',
  'connection_coarse_metrics',
  'connection_metrics',
  'channel_metrics',
  'channel_process_metrics',
  'channel_exchange_metrics',
  'channel_queue_metrics',
  'channel_queue_exchange_metrics',
  'vhost_status',
  'exchange_names',
  'exchange_bindings',
];

const PATHS = [
  '/metrics',
  '/metrics/per-object',
  `/metrics/detailed?${FAMILIES.map((family) => `family=${family}`).join('&')}`,
  '/metrics/detailed?family=queue_consumer_count&vhost=%2F',
];

/** Names without their prefix, and why Leveret has nothing of that name. */
const ABSENT: ReadonlyArray<readonly [names: RegExp, why: string]> = [
  [/^erlang_(?!uptime)/u, 'of the Erlang machine'],
  [/_process_reductions$/u, 'of the Erlang machine'],
  [
    /^queue_process_memory_bytes$/u,
    'a queue is no process, and nothing counts what it takes of the heap',
  ],
  [/^raft_/u, 'there is no Raft on one node'],
  [/^schema_db_/u, 'of Mnesia'],
  [/^(?:msg_store|queue_index)_/u, "of RabbitMQ's message store"],
  [/^io_/u, 'leveret_journal_* and leveret_commit_duration_seconds tell of the disk'],
  [/^queue_disk_(?:reads|writes)$/u, 'messages are written for all queues together'],
  [
    /^queue_messages_(?:ram|paged_out)_bytes$/u,
    'octets in memory are known of all queues together',
  ],
  [/^alarms_file_descriptor_limit$/u, 'there is no such alarm, nor in RabbitMQ 4'],
  [/^global_messages_dead_lettered_confirmed$/u, 'it is not counted'],
  [/^auth_attempts_detailed$|^auth_attempts_detailed_/u, 'logins are not counted for each source'],
  [/^telemetry_scrape_(?:encoded_)?size_bytes$/u, 'who scrapes knows the size'],
];

/** Names without their prefix whose labels are others, and why. */
const OTHER_LABELS: ReadonlyArray<
  readonly [names: RegExp, labels: readonly string[], why: string]
> = [
  [/^global_messages_dead_lettered_/u, [], 'they are counted over all types of queues'],
  [
    /^global_messages_(?:acknowledged|delivered|get_empty|redelivered)/u,
    ['protocol'],
    'they are counted over all types of queues',
  ],
  [/^channel_(?:messages|get)_?/u, ['channel'], 'they are counted for the channel as a whole'],
  [/^queue_messages_published/u, ['queue', 'vhost'], 'they are counted for the queue as a whole'],
  [/^connection_/u, ['connection'], 'RabbitMQ 3.10 calls a connection channel'],
  [
    /^identity_info$/u,
    ['rabbitmq_cluster', 'rabbitmq_cluster_permanent_id', 'rabbitmq_endpoint', 'rabbitmq_node'],
    'dashboards of RabbitMQ 4 ask for the endpoint',
  ],
  [
    /^build_info$/u,
    [
      'erlang_version',
      'product_name',
      'product_version',
      'prometheus_client_version',
      'prometheus_plugin_version',
      'rabbitmq_version',
    ],
    'it tells what it really is',
  ],
];

export async function testMetrics(t: TestContext, brokers: BothBrokers): Promise<void> {
  const { leveret, rabbitmq } = brokers;
  const connections = await Promise.all([work(leveret.port), work(rabbitmq.port)]);
  try {
    await compare(t, brokers);
  } finally {
    await Promise.all(connections.map(async (connection) => connection.close()));
  }
}

async function compare(t: TestContext, { leveret, rabbitmq }: BothBrokers): Promise<void> {
  const scrape = (port: number, path: string): Promise<ParsedMetrics> =>
    parsedMetrics(`http://127.0.0.1:${port}${path}`);
  await eventually('RabbitMQ has counted', async () => {
    const { samples } = await scrape(rabbitmq.metricsPort, '/metrics/per-object');
    const isThere = (wanted: string): boolean => samples.some(([name]) => name === wanted);
    return (
      isThere('rabbitmq_queue_messages_published_total') &&
      isThere('rabbitmq_channel_messages_acked_total') &&
      isThere('rabbitmq_channel_consumers') &&
      isThere('rabbitmq_connection_channels')
    );
  });
  const names = new Set<string>();
  for (const path of PATHS) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await t.test(path.slice(0, 60), async () => {
      const theirs = await scrape(rabbitmq.metricsPort, path);
      const ours = await scrape(leveret.metricsPort, path);
      assertTypes(ours, theirs);
      assertLabels(ours, theirs);
      for (const name of Object.keys(theirs.types)) names.add(bare(name));
    });
  }
  await t.test('nothing is said to be absent that RabbitMQ has not', () => {
    const needless = ABSENT.filter(([absent]) => ![...names].some((name) => absent.test(name)));
    assert.deepEqual(needless, []);
  });
}

/** Something of everything. */
async function work(port: number): Promise<ChannelModel> {
  const connection = await connect(`amqp://guest:guest@127.0.0.1:${port}`);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('measured', { durable: true });
  await channel.consume('measured', (message) => message !== null && channel.ack(message));
  channel.sendToQueue('measured', Buffer.from('x'), { persistent: true });
  await channel.waitForConfirms();
  return connection;
}

function assertTypes(ours: ParsedMetrics, theirs: ParsedMetrics): void {
  const differences: string[] = [];
  for (const [name, type] of Object.entries(theirs.types)) {
    if (/^(?:erlang_|promhttp_)/u.test(name)) continue;
    const reason = ABSENT.find(([names]) => names.test(bare(name)));
    const found = ours.types[name];
    if (reason === undefined && found !== type) differences.push(`${name}: ${type}, not ${found}`);
    if (reason !== undefined && found !== undefined) differences.push(`${name} is there`);
  }
  assert.deepEqual(differences, []);
}

function assertLabels(ours: ParsedMetrics, theirs: ParsedMetrics): void {
  const found = labelsOf(ours);
  const differences: string[] = [];
  for (const [name, labels] of labelsOf(theirs)) {
    const own = found.get(name);
    if (own === undefined || own === labels) continue;
    const [, wanted] = OTHER_LABELS.find(([names]) => names.test(bare(name))) ?? [];
    if (own !== wanted?.join()) differences.push(`${name}: {${labels}}, not {${own}}`);
  }
  assert.deepEqual(differences, []);
}

/** The names of labels, by the name of the sample. */
function labelsOf({ samples }: ParsedMetrics): ReadonlyMap<string, string> {
  return new Map(
    samples.map(([name, labels]) => [name, Object.keys(labels).toSorted().join()] as const),
  );
}

function bare(name: string): string {
  return name.replace(/^rabbitmq_(?:detailed_)?/u, '').replace(/_total$/u, '');
}
