// Publisher confirms, returns, basic.get and RPC (RabbitMQ's tutorials six and seven), with each
// client: https://www.rabbitmq.com/tutorials
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLIENTS } from './clients.ts';
import { Stage } from './stage.ts';

for (const client of CLIENTS) {
  describe(`publishing with ${client.name}`, { skip: client.skip, concurrency: true }, () => {
    test('a confirmed message is in the queue, persistent, for basic.get to take', async (t) => {
      const stage = await Stage.open(t, client, 'process');
      await stage.send('zeroth');
      assert.deepEqual(await stage.perform('publisher-confirms', 'first', 'second'), [
        { event: 'confirmed', body: 'first' },
        { event: 'confirmed', body: 'second' },
      ]);
      assert.deepEqual(await stage.perform('get'), [
        { event: 'got', body: 'zeroth', deliveryMode: 2, left: 2 },
        { event: 'got', body: 'first', deliveryMode: 2, left: 1 },
        { event: 'got', body: 'second', deliveryMode: 2, left: 0 },
        { event: 'empty' },
      ]);
    });

    test('a mandatory message that no queue takes comes back with 312, before its confirm', async (t) => {
      const stage = await Stage.open(t, client);
      assert.deepEqual(await stage.perform('publisher-confirms', 'lost', 'lost too'), [
        { event: 'returned', body: 'lost', code: 312, text: 'NO_ROUTE' },
        { event: 'returned', body: 'lost too', code: 312, text: 'NO_ROUTE' },
      ]);
    });

    test('an answer comes to the exclusive queue of its asker, with its correlation id', async (t) => {
      const stage = await Stage.open(t, client);
      await stage.start('rpc-server');
      const answers = await Promise.all([
        stage.perform('rpc-client', '10', '1', '7'),
        stage.perform('rpc-client', '3', '12'),
      ]);
      assert.deepEqual(answers, [
        [
          { event: 'answered', n: 10, answer: 55 },
          { event: 'answered', n: 1, answer: 1 },
          { event: 'answered', n: 7, answer: 13 },
        ],
        [
          { event: 'answered', n: 3, answer: 2 },
          { event: 'answered', n: 12, answer: 144 },
        ],
      ]);
    });
  });
}
