// Publish/subscribe, routing, topics and headers (https://www.rabbitmq.com/tutorials), with each client.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import { CLIENTS, Stage } from './clients.ts';

for (const client of CLIENTS) {
  describe(`with ${client.name}`, { skip: client.skip, concurrency: true }, () => {
    test('fanout, direct, topic and headers exchanges give each queue what it is bound for', async (t) => {
      await using broker = await createBroker();
      const program = new Stage(t, client, broker.url).run('routing');
      assert.equal(await program.ended(), 0, program.errors);
      assert.deepEqual(JSON.parse(program.lines.at(-1) ?? ''), {
        'fanout: first': ['one', 'two'],
        'fanout: second': ['one', 'two'],
        'direct: errors': ['failed'],
        'direct: all': ['started', 'failed'],
        'topic: orange': ['quick orange rabbit'],
        'topic: lazy': ['lazy brown fox', 'lazy orange male rabbit'],
        'headers: all': ['report'],
        'headers: any': ['report', 'log'],
      });
    });

    test('a durable queue keeps its delivery mode, and refuses a declaration that says otherwise', async (t) => {
      await using broker = await createBroker();
      const program = new Stage(t, client, broker.url).run('durable');
      assert.equal(await program.ended(), 0, program.errors);
      assert.equal(program.lines[0], 'received kept with delivery mode 2');
      // Each client frames the broker's text in its own way.
      const text =
        "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'durable_queue' in vhost '/': " +
        "received 'false' but current is 'true'";
      const refusal = program.lines[1] ?? '';
      assert.ok(refusal.startsWith('refused: ') && refusal.includes(text), refusal);
    });
  });
}
