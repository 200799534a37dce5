// Channels: opening and closing them, and what a close says (https://www.rabbitmq.com/docs/channels).
import assert from 'node:assert/strict';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { contentHeader, PUBLISH } from '../support/bad-input.ts';
import type { RawChannel, RawClient } from '../support/raw-client.ts';
import { sendDeleteExchange } from './support/exchange-methods.ts';
import { fact, section } from './support/fact.ts';

const CLOSE = { replyCode: 200, replyText: '', classId: 0, methodId: 0 };

/** Class and method that the next channel.close blames. */
async function blamed(client: RawClient): Promise<readonly [number, number]> {
  const { method } = await client.expect(methods.CHANNEL_CLOSE);
  return [method.classId, method.methodId];
}

section('Opening and closing channels', () => {
  fact('numbers up to 65535 may be used, whatever channel_max', async (ground) => {
    const client = await ground.connect({ channelMax: 2 });
    const channel = await client.channel(65_535);
    await channel.declareQueue('q');
  });

  fact('a channel that is closed makes room for another', async (ground) => {
    const client = await ground.connect({ channelMax: 1 });
    for (const number of [1, 2, 3]) await (await client.channel(number)).close();
  });

  fact(
    'closing a channel that is not open is answered, for the close may have crossed ours',
    async ({ client }) => {
      client.send(methods.encodeChannelClose, 2, CLOSE);
      await client.expect(methods.CHANNEL_CLOSE_OK);
    },
    { leveretDiffers: 'RabbitMQ closes the connection with 504' },
  );

  fact('a close that crosses the close of the broker is answered', async ({ channel, client }) => {
    channel.ack(9);
    client.send(methods.encodeChannelClose, 1, CLOSE);
    await client.expect(methods.CHANNEL_CLOSE);
    await client.expect(methods.CHANNEL_CLOSE_OK);
    client.send(methods.encodeChannelCloseOk, 1, {});
    await client.channel(1);
  });

  fact('content sent to a channel that the broker closed is discarded whole', async (ground) => {
    const { channel, client } = ground;
    await channel.declareQueue('q');
    channel.ack(9);
    await client.expect(methods.CHANNEL_CLOSE);
    client.sendFrame(1, 1, PUBLISH);
    client.sendFrame(2, 1, contentHeader(60, 6));
    client.sendFrame(3, 1, Buffer.from('abc'));
    client.sendFrame(3, 1, Buffer.from('def'));
    client.send(methods.encodeChannelCloseOk, 1, {});
    assert.equal(await (await client.channel(1)).get('q'), null);
  });

  fact('a channel that the broker closed gives back what it held', async (ground) => {
    const { channel, client } = ground;
    await channel.declareQueue('q');
    channel.publish('', 'q', 'body');
    await channel.get('q', false);
    channel.ack(9);
    await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - unknown delivery tag 9');
    const other = await client.channel(1);
    await ground.eventually('it is back', async () => (await other.get('q')) === 'body again');
  });

  fact('closing a channel ends its consumers before it is answered', async (ground) => {
    const { channel, client } = ground;
    const other = await client.channel(2);
    await channel.declareQueue('q');
    await channel.consume('q');
    await channel.close();
    assert.equal((await other.declareQueue('q', { passive: true })).consumerCount, 0);
  });

  fact('delivery tags, prefetch and confirms belong to the channel', async ({ client }) => {
    const one = await client.channel(2);
    const two = await client.channel(3);
    await one.declareQueue('q');
    for (const body of ['a', 'b', 'c']) one.publish('', 'q', body);
    await one.sync();
    await one.qos(1);
    await two.qos(1);
    await one.consume('q');
    assert.equal((await one.delivery()).tag, 1);
    await two.consume('q');
    assert.equal((await two.delivery()).tag, 1);
    two.ack(1);
    assert.equal((await two.delivery()).tag, 2);
  });

  fact('consumer tags are unique for each channel only', async ({ channel, client }) => {
    await channel.declareQueue('q');
    await channel.consume('q', 'same');
    const other = await client.channel(2);
    assert.equal(await other.consume('q', 'same'), 'same');
  });

  fact('channel.flow-ok is no method to begin with', async ({ client }) => {
    client.send(methods.encodeChannelFlowOk, 2, { active: true });
    const { method } = await client.expect(methods.CONNECTION_CLOSE);
    assert.equal(method.replyCode, 504);
  });
});

const sendBasicGet = (channel: RawChannel): void =>
  channel.send(methods.encodeBasicGet, { queue: 'q', noAck: true });

section('What a close of a channel blames', () => {
  for (const [name, send, ids] of [
    ['queue.declare', (c) => c.sendDeclareQueue('q', { passive: true }), [50, 10]],
    ['queue.bind', (c) => c.sendBind('q', 'amq.direct'), [50, 20]],
    [
      'queue.purge',
      (c) => c.send(methods.encodeQueuePurge, { queue: 'q', noWait: false }),
      [50, 30],
    ],
    ['exchange.declare', (c) => c.sendDeclareExchange('x', '', { passive: true }), [40, 10]],
    ['exchange.delete', (c) => sendDeleteExchange(c, 'amq.direct'), [40, 20]],
    ['basic.consume', (c) => c.sendConsume('q', 'c'), [60, 20]],
    ['basic.publish', (c) => c.publish('nowhere', 'k', 'body'), [60, 40]],
    ['basic.get', sendBasicGet, [60, 70]],
    ['basic.ack', (c) => c.ack(1), [60, 80]],
    [
      'basic.reject',
      (c) => c.send(methods.encodeBasicReject, { deliveryTag: 1, requeue: false }),
      [60, 90],
    ],
    ['basic.nack', (c) => c.nack(1, false), [60, 120]],
    ['tx.commit', (c) => c.send(methods.encodeTxCommit, {}), [90, 20]],
    ['tx.rollback', (c) => c.send(methods.encodeTxRollback, {}), [90, 30]],
  ] as ReadonlyArray<readonly [string, (channel: RawChannel) => void, readonly number[]]>) {
    fact(`${name} is named by its numbers`, async ({ channel, client }) => {
      send(channel);
      assert.deepEqual(await blamed(client), ids);
    });
  }

  fact('a text of more than 255 octets is cut', async ({ channel, client }) => {
    const name = 'n'.repeat(255);
    channel.sendDeclareQueue(name, { passive: true });
    const { method } = await client.expect(methods.CHANNEL_CLOSE);
    assert.equal(method.replyText.length, 255);
    assert.match(method.replyText, /^NOT_FOUND - no queue 'n+\.\.\.$/u);
  });
});

section('What a close of a connection blames', () => {
  for (const [name, send, ids] of [
    [
      'basic.qos',
      (c) => c.send(methods.encodeBasicQos, { prefetchSize: 1, prefetchCount: 0, global: false }),
      [60, 10],
    ],
    ['basic.publish', (c) => c.publish('', 'q', '', { immediate: true }), [60, 40]],
    ['channel.flow', (c) => c.send(methods.encodeChannelFlow, { active: false }), [20, 20]],
    ['channel.open', (c) => c.send(methods.encodeChannelOpen, {}), [20, 10]],
    ['basic.recover', (c) => c.send(methods.encodeBasicRecover, { requeue: false }), [60, 110]],
  ] as ReadonlyArray<readonly [string, (channel: RawChannel) => void, readonly number[]]>) {
    fact(`${name} is named by its numbers`, async ({ channel, client }) => {
      send(channel);
      const { method } = await client.expect(methods.CONNECTION_CLOSE);
      assert.deepEqual([method.classId, method.methodId], ids);
    });
  }
});
