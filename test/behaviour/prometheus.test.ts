// Metrics for Prometheus, over HTTP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { createBroker, type EmbeddedBroker } from 'leveret';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function scrape(broker: EmbeddedBroker, path = '/metrics'): Promise<string> {
  const listener = broker.listeners.find(({ protocol }) => protocol === 'http/prometheus');
  const answer = await fetch(`http://127.0.0.1:${listener?.port}${path}`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/u);
  return answer.text();
}

/** The value of the first sample of this name and labels. */
function valueOf(text: string, sample: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  assert.ok(line !== undefined, `no ${sample}`);
  return Number(line.slice(sample.length + 1));
}

/** Three messages published with confirms, of which one is consumed and acknowledged. */
async function work(broker: EmbeddedBroker): Promise<void> {
  const connection = await connect(broker.url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('a"b');
  for (const body of ['x', 'yy', 'z'.repeat(200)]) channel.sendToQueue('a"b', Buffer.from(body));
  await channel.waitForConfirms();
  const message = await channel.get('a"b', { noAck: false });
  if (message !== false) channel.ack(message);
  await channel.checkQueue('a"b');
  await connection.close();
}

describe('metrics for Prometheus', { concurrency: true }, () => {
  test('sum up what queues have and what has happened', async () => {
    await using broker = await createBroker({ prometheus: { port: 0 } });
    await work(broker);
    const text = await scrape(broker);
    assert.equal(valueOf(text, 'rabbitmq_queue_messages_ready'), 2);
    assert.equal(valueOf(text, 'rabbitmq_queues'), 1);
    const global = (name: string): number =>
      valueOf(text, `rabbitmq_global_messages_${name}_total{protocol="amqp091"}`);
    assert.equal(global('received'), 3);
    assert.equal(global('confirmed'), 3);
    assert.equal(global('routed'), 3);
    assert.equal(global('delivered_get_manual_ack'), 1);
    assert.equal(global('acknowledged'), 1);
    assert.equal(valueOf(text, 'rabbitmq_message_size_bytes_count{protocol="amqp091"}'), 3);
    assert.equal(valueOf(text, 'rabbitmq_message_size_bytes_sum{protocol="amqp091"}'), 203);
    assert.equal(valueOf(text, 'rabbitmq_connections_opened_total'), 1);
    assert.match(text, /^rabbitmq_identity_info\{rabbitmq_node="leveret@localhost",/mu);
  });

  test('tell of each queue where that is asked for', async () => {
    await using broker = await createBroker({ prometheus: { port: 0 } });
    await work(broker);
    const text = await scrape(broker, '/metrics/per-object');
    assert.equal(valueOf(text, 'rabbitmq_queue_messages_ready{vhost="/",queue="a\\"b"}'), 2);
  });

  test('are per object everywhere where that is set', async () => {
    await using broker = await createBroker({ prometheus: { port: 0, isPerObject: true } });
    await work(broker);
    const text = await scrape(broker);
    assert.equal(valueOf(text, 'rabbitmq_queue_messages_ready{vhost="/",queue="a\\"b"}'), 2);
  });

  test('tell how long commits take and how late the broker is', async (t) => {
    const dataDir = temporaryDirectory(t);
    await using broker = await createBroker({ dataDir, prometheus: { port: 0 } });
    const connection = await connect(broker.url);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('q', { durable: true });
    channel.sendToQueue('q', Buffer.from('x'), { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
    const text = await scrape(broker);
    assert.ok(valueOf(text, 'leveret_commit_duration_seconds_count') > 0);
    assert.ok(valueOf(text, 'leveret_journal_written_bytes_total') > 0);
    assert.ok(valueOf(text, 'leveret_event_loop_utilisation') > 0);
  });

  test('tell of alarms', async () => {
    await using broker = await createBroker({ prometheus: { port: 0 } });
    broker.setMemoryWatermark({ octets: 0 });
    assert.equal(valueOf(await scrape(broker), 'rabbitmq_alarms_memory_used_watermark'), 1);
  });

  test('of the families, virtual hosts and queues that are asked for are in detail', async () => {
    await using broker = await createBroker({ prometheus: { port: 0 } });
    await work(broker);
    await broker.definitions.import({
      vhosts: [{ name: 'v' }],
      queues: ['one', 'two'].map((name) => ({ name, vhost: 'v' })),
    });
    const families = 'family=queue_coarse_metrics&family=queue_delivery_metrics&family=nonsense';
    const all = await scrape(broker, `/metrics/detailed?${families}`);
    const ready = (labels: string): string => `rabbitmq_detailed_queue_messages_ready{${labels}}`;
    assert.equal(valueOf(all, ready('vhost="/",queue="a\\"b"')), 2);
    assert.equal(valueOf(all, ready('vhost="v",queue="one"')), 0);
    const acked = 'rabbitmq_detailed_queue_messages_acked_total{vhost="/",queue="a\\"b"}';
    assert.equal(valueOf(all, acked), 1);
    assert.doesNotMatch(all, /connections|channel_|leveret_|rabbitmq_queue/u);
    assert.match(all, /rabbitmq_identity_info\{.*rabbitmq_endpoint="detailed"\} 1/u);
    const some = await scrape(broker, `/metrics/detailed?${families}&vhost=v&queue=^t`);
    assert.deepEqual(some.match(/queue_messages_ready\{.*\}/gu), [
      'queue_messages_ready{vhost="v",queue="two"}',
    ]);
  });

  test('of the whole cluster have names of their own', async () => {
    await using broker = await createBroker({ prometheus: { port: 0 } });
    const families = 'family=vhost_status&family=exchange_names&family=exchange_bindings';
    const text = await scrape(broker, `/metrics/detailed?${families}`);
    assert.equal(valueOf(text, 'rabbitmq_cluster_vhost_status{vhost="/"}'), 1);
    const topic = '{vhost="/",exchange="amq.topic",type="topic"}';
    assert.equal(valueOf(text, `rabbitmq_cluster_exchange_name${topic}`), 1);
    assert.equal(valueOf(text, `rabbitmq_cluster_exchange_bindings${topic}`), 0);
  });

  test('for an expression that is none are refused', async () => {
    await using broker = await createBroker({ prometheus: { port: 0 } });
    const listener = broker.listeners.find(({ protocol }) => protocol === 'http/prometheus');
    const url = `http://127.0.0.1:${listener?.port}/metrics/detailed?queue=(`;
    assert.equal((await fetch(url)).status, 400);
  });

  test('count logins by protocol', async () => {
    await using broker = await createBroker({ prometheus: { port: 0 }, management: { port: 0 } });
    await work(broker);
    const text = await scrape(broker);
    assert.equal(valueOf(text, 'rabbitmq_auth_attempts_total{protocol="amqp091"}'), 1);
  });

  test('have all names that the dashboard RabbitMQ-Overview asks for', async (t) => {
    const dataDir = temporaryDirectory(t);
    await using broker = await createBroker({ dataDir, prometheus: { port: 0 } });
    const text = await scrape(broker);
    const names = new Set(text.split('\n').map((line) => line.replace(/[{ ].*/u, '')));
    // What Linux tells only.
    const wanted = OVERVIEW.filter(
      (name) => process.platform === 'linux' || !name.includes('_fds'),
    );
    assert.deepEqual(
      wanted.filter((name) => !names.has(`rabbitmq_${name}`)),
      [],
    );
  });
});

/** Of its queries, without their prefix. */
const OVERVIEW = [
  'identity_info',
  'build_info',
  'queue_messages_ready',
  'queue_messages_unacked',
  'connections',
  'channels',
  'queues',
  'consumers',
  'global_publishers',
  'global_consumers',
  ...[
    'received',
    'received_confirm',
    'confirmed',
    'routed',
    'unroutable_dropped',
    'unroutable_returned',
    'delivered',
    'redelivered',
    'delivered_consume_manual_ack',
    'delivered_consume_auto_ack',
    'delivered_get_manual_ack',
    'delivered_get_auto_ack',
    'get_empty',
    'acknowledged',
  ].map((name) => `global_messages_${name}_total`),
  'message_size_bytes_bucket',
  'message_size_bytes_sum',
  'message_size_bytes_count',
  'process_resident_memory_bytes',
  'resident_memory_limit_bytes',
  'disk_space_available_bytes',
  'disk_space_available_limit_bytes',
  'process_open_fds',
  'process_max_fds',
  'process_open_tcp_sockets',
  'process_max_tcp_sockets',
  'erlang_uptime_seconds',
  ...['connections_opened', 'connections_closed', 'channels_opened', 'channels_closed'].map(
    (name) => `${name}_total`,
  ),
  ...['declared', 'created', 'deleted'].map((name) => `queues_${name}_total`),
  // Its queries of RabbitMQ 3.
  'channel_consumers',
  'channel_messages_published_total',
  'channel_messages_confirmed_total',
  'channel_messages_unroutable_returned_total',
  'channel_messages_unroutable_dropped_total',
  'channel_messages_unconfirmed',
  'channel_messages_delivered_total',
  'channel_messages_delivered_ack_total',
  'channel_messages_redelivered_total',
  'channel_messages_acked_total',
  'channel_get_total',
  'channel_get_ack_total',
  'channel_get_empty_total',
  'queue_messages_published_total',
];
