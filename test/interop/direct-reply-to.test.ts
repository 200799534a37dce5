// Clients with an RPC of their own making, which rests on direct reply-to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'rabbitmq-client';
import { brokerUrl } from './broker-under-test.ts';

test("direct reply-to carries the RPC of rabbitmq-client's own making", async (t) => {
  const connection = new Connection(await brokerUrl(t, 'embedded'));
  const server = connection.createConsumer(
    { queue: 'rpc', queueOptions: { queue: 'rpc', exclusive: true } },
    async (message, reply) => {
      await reply(`${String(message.body)} yourself`);
    },
  );
  const client = connection.createRPCClient({ confirm: true });
  const answer = await client.send('rpc', 'hop');
  assert.equal(answer.body, 'hop yourself');
  await client.close();
  await server.close();
  await connection.close();
});
