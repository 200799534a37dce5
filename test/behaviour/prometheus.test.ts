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
});
