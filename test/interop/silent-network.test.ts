// A network that goes silent without ending anything: heartbeats let both sides notice
// (https://www.rabbitmq.com/docs/heartbeats).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect } from 'amqplib';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { brokerUrl } from './broker-under-test.ts';

test('both sides of a silent network give up, and what the client held goes to another', async (t) => {
  const url = new URL(await brokerUrl(t, 'embedded'));
  await using proxy = await TcpProxy.open(Number(url.port));
  const far = await connect(`amqp://guest:guest@127.0.0.1:${proxy.port}?heartbeat=1`);
  const near = await connect(url.href);
  const queue = `silent-network-${process.pid}`;

  const holding = await far.createChannel();
  await holding.assertQueue(queue, { autoDelete: false });
  holding.sendToQueue(queue, Buffer.from('task'));
  const held = new Promise<void>((resolve) => {
    void holding.consume(queue, () => resolve());
  });
  await held;

  const lost = once(far, 'error');
  const waiting = await near.createChannel();
  const taken = new Promise<{ text: string; redelivered: boolean }>((resolve) => {
    void waiting.consume(queue, (message) => {
      if (message === null) return;
      resolve({ text: message.content.toString(), redelivered: message.fields.redelivered });
    });
  });
  proxy.cut();

  assert.deepEqual(await taken, { text: 'task', redelivered: true });
  const [error] = (await lost) as [Error];
  assert.match(error.message, /heartbeat/iu);
  await waiting.deleteQueue(queue);
  await near.close();
});
