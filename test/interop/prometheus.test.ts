// What Prometheus' own text parser makes of the metrics.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { createBroker } from 'leveret';
import { python, whyNoPython } from './python-programs.ts';

const PARSE = `
import json, sys, urllib.request
from prometheus_client.parser import text_string_to_metric_families
text = urllib.request.urlopen(sys.argv[1]).read().decode()
families = list(text_string_to_metric_families(text))
samples = [[s.name, s.labels, s.value] for f in families for s in f.samples]
print(json.dumps({"types": {f.name: f.type for f in families}, "samples": samples}))
`;

interface Parsed {
  readonly types: Readonly<Record<string, string>>;
  readonly samples: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, number]>;
}

describe("Prometheus' parser", { skip: whyNoPython() }, () => {
  for (const path of ['/metrics', '/metrics/per-object']) {
    test(`reads ${path}, whatever names queues have`, async () => {
      await using broker = await createBroker({ prometheus: { port: 0 } });
      const connection = await connect(broker.url);
      const channel = await connection.createChannel();
      await channel.assertQueue('odd "name"\\ {x="1"}');
      channel.sendToQueue('odd "name"\\ {x="1"}', Buffer.from('x'));
      await channel.checkQueue('odd "name"\\ {x="1"}');
      const listener = broker.listeners.find(({ protocol }) => protocol === 'http/prometheus');
      const url = `http://127.0.0.1:${listener?.port}${path}`;
      const { stdout } = await promisify(execFile)(python(), ['-c', PARSE, url]);
      const { types, samples } = JSON.parse(stdout) as Parsed;
      assert.equal(types['rabbitmq_message_size_bytes'], 'histogram');
      assert.equal(types['rabbitmq_queue_messages_ready'], 'gauge');
      const ready = samples.filter(([name]) => name === 'rabbitmq_queue_messages_ready');
      assert.equal(ready.length, 1);
      assert.equal(ready[0]?.[2], 1);
      if (path !== '/metrics') assert.equal(ready[0]?.[1]['queue'], 'odd "name"\\ {x="1"}');
      await connection.close();
    });
  }
});
