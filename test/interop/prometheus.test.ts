// What Prometheus' own text parser makes of the metrics.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { createBroker } from 'leveret';
import { parsedMetrics } from './parsed-metrics.ts';
import { whyNoPython } from './python-programs.ts';

const ODD = 'odd "name"\\ {x="1"}';

describe("Prometheus' parser", { skip: whyNoPython() }, () => {
  for (const [path, prefix] of [
    ['/metrics', 'rabbitmq_'],
    ['/metrics/per-object', 'rabbitmq_'],
    ['/metrics/detailed?family=queue_coarse_metrics&family=exchange_names', 'rabbitmq_detailed_'],
  ] as const) {
    test(`reads ${path}, whatever names queues have`, async () => {
      await using broker = await createBroker({ prometheus: { port: 0 } });
      const connection = await connect(broker.url);
      const channel = await connection.createChannel();
      await channel.assertQueue(ODD);
      channel.sendToQueue(ODD, Buffer.from('x'));
      await channel.checkQueue(ODD);
      const listener = broker.listeners.find(({ protocol }) => protocol === 'http/prometheus');
      const { types, samples } = await parsedMetrics(`http://127.0.0.1:${listener?.port}${path}`);
      assert.equal(types[`${prefix}queue_messages_ready`], 'gauge');
      assert.equal(types['telemetry_scrape_duration_seconds'], 'summary');
      const ready = samples.filter(([name]) => name === `${prefix}queue_messages_ready`);
      assert.equal(ready.length, 1);
      assert.equal(ready[0]?.[2], 1);
      if (path !== '/metrics') assert.equal(ready[0]?.[1]['queue'], ODD);
      await connection.close();
    });
  }
});
