// amqp-connection-manager: a connection that comes back by itself, and keeps what is published meanwhile
// (https://github.com/jwalton/node-amqp-connection-manager).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import type { ConfirmChannel } from 'amqplib';
import { BrokerProcess } from './broker-process.ts';
import { brokerUrl } from './broker-under-test.ts';
import { NO_RESTART } from './restarts.ts';

const QUEUE = `connection-manager-${process.pid}`;

function open(t: TestContext, url: string): AmqpConnectionManager {
  const connection = connect([url], { heartbeatIntervalInSeconds: 5, reconnectTimeInSeconds: 0.1 });
  t.after(() => connection.close());
  return connection;
}

/** A channel that declares the queue and consumes from it, each time that it is opened. */
function consuming(
  connection: AmqpConnectionManager,
  received: string[],
): { until(count: number): Promise<void> } {
  let tell = (): void => {};
  const channel = connection.createChannel({
    setup: async (opened: ConfirmChannel) => {
      await opened.assertQueue(QUEUE, { durable: true });
      await opened.prefetch(1);
      await opened.consume(QUEUE, (message) => {
        if (message === null) return;
        received.push(message.content.toString());
        opened.ack(message);
        tell();
      });
    },
  });
  return {
    until: async (count) => {
      await channel.waitForConnect();
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      }
    },
  };
}

test('publishes are confirmed, and consumed with prefetch', async (t) => {
  const url = await brokerUrl(t, 'embedded');
  const received: string[] = [];
  const consumer = consuming(open(t, url), received);
  await consumer.until(0);
  const channel = open(t, url).createChannel({ confirm: true });
  for (const body of ['a', 'b', 'c']) {
    assert.equal(await channel.sendToQueue(QUEUE, Buffer.from(body)), true);
  }
  await consumer.until(3);
  assert.deepEqual(received, ['a', 'b', 'c']);
  const removing = open(t, url).createChannel({
    setup: (opened: ConfirmChannel) => opened.deleteQueue(QUEUE),
  });
  await removing.waitForConnect();
});

test('what is published while the broker is away is confirmed and consumed when it is back', {
  skip: NO_RESTART,
}, async (t) => {
  const broker = await BrokerProcess.start(t);
  const received: string[] = [];
  const consumer = consuming(open(t, broker.url), received);
  const publisher = open(t, broker.url);
  const channel = publisher.createChannel({
    setup: (opened: ConfirmChannel) => opened.assertQueue(QUEUE, { durable: true }),
  });
  await channel.sendToQueue(QUEUE, Buffer.from('before'));
  await consumer.until(1);

  const disconnected = once(publisher, 'disconnect');
  await broker.stop('SIGKILL');
  await disconnected;
  const meanwhile = channel.sendToQueue(QUEUE, Buffer.from('meanwhile'));
  await broker.startAgain();
  assert.equal(await meanwhile, true);
  await channel.sendToQueue(QUEUE, Buffer.from('after'));
  await consumer.until(3);
  assert.deepEqual(received, ['before', 'meanwhile', 'after']);
});

test('channels are opened again after the broker has closed all connections', {
  skip: NO_RESTART,
}, async (t) => {
  const broker = await BrokerProcess.start(t);
  const received: string[] = [];
  const connection = open(t, broker.url);
  const consumer = consuming(connection, received);
  await consumer.until(0);
  const [disconnected, connected] = [once(connection, 'disconnect'), once(connection, 'connect')];
  await broker.stop('SIGTERM');
  await disconnected;
  await broker.startAgain();
  await connected;
  const channel = open(t, broker.url).createChannel({ confirm: true });
  await consumer.until(0);
  await channel.sendToQueue(QUEUE, Buffer.from('again'));
  await consumer.until(1);
  assert.deepEqual(received, ['again']);
});
