// Limits that whoever starts a broker can set.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { RawClient } from '../support/raw-client.ts';

describe('limits', { concurrency: true }, () => {
  test('a message larger than messageSizeMax closes the channel with 406', async () => {
    await using broker = await createBroker({ limits: { messageSizeMax: 1000 } });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    channel.publish('', 'q', Buffer.alloc(1001));
    await client.expectChannelClose(
      1,
      406,
      'PRECONDITION_FAILED - message size 1001 is larger than configured max size 1000',
    );
  });

  test('one connection more than connectionMax is refused with 530, until another has left', async () => {
    await using broker = await createBroker({ limits: { connectionMax: 1 } });
    const first = await RawClient.open(broker.port);
    await using second = await RawClient.connect(broker.port);
    await second.login();
    await second.expect(methods.CONNECTION_TUNE);
    second.tune();
    second.openVhost('/');
    await second.expectConnectionClose(
      530,
      'NOT_ALLOWED - connection refused: node connection limit (1) is reached',
    );
    await first[Symbol.asyncDispose]();
    await using third = await RawClient.open(broker.port);
    await third.channel();
  });

  test('one consumer more than channelConsumerMax closes the connection with 530', async () => {
    await using broker = await createBroker({ limits: { channelConsumerMax: 1 } });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    await channel.declareQueue('q');
    await channel.consume('q', 'one');
    channel.sendConsume('q', 'two');
    await client.expectConnectionClose(
      530,
      'NOT_ALLOWED - reached maximum (1) of consumers per channel',
    );
  });

  test('one channel more than nodeChannelMax closes the connection with 530, until another is closed', async () => {
    const limits = { nodeChannelMax: 2 };
    await using broker = await createBroker({ limits, nodeName: 'hare@burrow' });
    const first = await RawClient.open(broker.port);
    await first.channel(1);
    await first.channel(2);
    await using second = await RawClient.open(broker.port);
    second.send(methods.encodeChannelOpen, 1, {});
    await second.expectConnectionClose(
      530,
      "NOT_ALLOWED - number of channels opened on node 'hare@burrow' has reached the maximum allowed limit of (2)",
    );
    await first[Symbol.asyncDispose]();
    await using third = await RawClient.open(broker.port);
    await third.channel(1);
  });

  test('one exchange more than exchangeMax, with those that every virtual host has, is refused with 406', async () => {
    await using broker = await createBroker({ exchangeMax: 8 });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    await channel.declareExchange('one', 'direct');
    await channel.declareExchange('one', 'direct');
    channel.sendDeclareExchange('two', 'direct');
    await client.expectChannelClose(
      1,
      406,
      "PRECONDITION_FAILED - cannot declare exchange 'two' in vhost '/': exchange limit of 8 is reached",
    );
  });

  test('channelMax, frameMax and heartbeatSeconds are what connection.tune proposes', async () => {
    const limits = { channelMax: 7, frameMax: 8192, heartbeatSeconds: 5 };
    await using broker = await createBroker({ limits });
    await using client = await RawClient.connect(broker.port);
    await client.login();
    const { channelMax, frameMax, heartbeat } = (await client.expect(methods.CONNECTION_TUNE))
      .method;
    assert.deepEqual([channelMax, frameMax, heartbeat], [7, 8192, 5]);
  });

  test('isConsumerTimeoutForAll closes the channel of a slow consumer of a classic queue', async () => {
    const limits = { isConsumerTimeoutForAll: true, consumerTimeoutMs: 50 };
    await using broker = await createBroker({ limits });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    await channel.declareQueue('q');
    channel.publish('', 'q', 'a');
    await channel.consume('q');
    await channel.delivery();
    const text =
      'delivery acknowledgement on channel 1 timed out. Timeout value used: 50 ms. This timeout value can be configured, see consumers doc guide to learn more';
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    assert.equal(await (await client.channel(1)).get('q'), 'a again');
  });

  test('a consumer that acknowledges in time is never too slow', async () => {
    const limits = { isConsumerTimeoutForAll: true, consumerTimeoutMs: 1000 };
    await using broker = await createBroker({ limits });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    await channel.declareQueue('q');
    await channel.consume('q');
    for (let i = 0; i < 20; i++) {
      channel.publish('', 'q', String(i));
      const { text, tag } = await channel.delivery();
      assert.equal(text, String(i));
      channel.ack(tag);
    }
    await channel.sync();
  });

  test('without hasGlobalPrefetch a global prefetch is one for each consumer to come', async () => {
    await using broker = await createBroker({ limits: { hasGlobalPrefetch: false } });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    await channel.declareQueue('q');
    await channel.qos(1, true);
    await channel.consume('q', 'one');
    await channel.consume('q', 'two');
    for (const body of ['a', 'b', 'c']) channel.publish('', 'q', body);
    assert.deepEqual(await channel.deliveries(2), ['a', 'b']);
    await channel.sync();
  });

  test('who says nothing is dropped after handshakeTimeoutMs', async () => {
    await using broker = await createBroker({ limits: { handshakeTimeoutMs: 20 } });
    await using client = await RawClient.connect(broker.port);
    await client.ended();
  });
});
