// What plugins see of the connections that are open, and what they can do about them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectionRegistry, OpenChannel, OpenConnection } from 'leveret';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { eventually } from '../support/eventually.ts';
import { withPluginContext } from '../support/plugin-context.ts';
import { RawClient } from '../support/raw-client.ts';

function onlyConnection(connections: ConnectionRegistry): OpenConnection {
  const [connection, ...others] = connections;
  assert.ok(connection !== undefined);
  assert.equal(others.length, 0);
  return connection;
}

function onlyChannel(connections: ConnectionRegistry): OpenChannel {
  const [channel, ...others] = onlyConnection(connections).channels;
  assert.ok(channel !== undefined);
  assert.equal(others.length, 0);
  return channel;
}

describe('the registry of connections', { concurrency: true }, () => {
  test('has a connection with its facts from its opening to its end', async () => {
    await withPluginContext(async ({ broker, context: { connections } }) => {
      const before = Date.now();
      const client = await RawClient.open(broker.port, { heartbeat: 30 });
      await client.channel();
      const connection = onlyConnection(connections);
      assert.equal(connection.name, `127.0.0.1:${connection.peerPort} -> 127.0.0.1:${broker.port}`);
      assert.equal(connections.find(connection.name), connection);
      assert.equal(connection.user.name, 'guest');
      assert.equal(connection.vhost, '/');
      assert.equal(connection.address, '127.0.0.1');
      assert.equal(connection.port, broker.port);
      assert.equal(connection.peerAddress, '127.0.0.1');
      assert.equal(connection.protocol, 'AMQP 0-9-1');
      assert.equal(connection.tls, null);
      assert.equal(connection.authMechanism, 'PLAIN');
      assert.equal(connection.channelMax, 2047);
      assert.equal(connection.frameMax, 131_072);
      assert.equal(connection.timeoutSeconds, 30);
      assert.equal(connection.state, 'running');
      assert.equal(connection.channelCount, 1);
      assert.ok(connection.connectedAtMs >= before && connection.connectedAtMs <= Date.now());
      assert.ok(connection.traffic.receivedOctets > 100);
      assert.ok(connection.traffic.sentOctets > 100);
      assert.ok(connection.traffic.receivedCount > 0 && connection.traffic.sentCount > 0);
      await client[Symbol.asyncDispose]();
      await eventually('the connection is gone', () => connections.size === 0);
    });
  });

  test('closes a connection with 320 and the reason that it is given', async () => {
    await withPluginContext(async ({ broker, context: { connections } }) => {
      await using client = await RawClient.open(broker.port);
      await client.channel();
      assert.equal(connections.close('nobody', 'why'), false);
      assert.equal(connections.close(onlyConnection(connections).name, 'Closed by hand'), true);
      await client.expectConnectionClose(320, 'CONNECTION_FORCED - Closed by hand');
    });
  });

  test('has the channels with their modes, and what they hold', async () => {
    await withPluginContext(async ({ broker, context: { connections } }) => {
      await using client = await RawClient.open(broker.port);
      const channel = await client.channel(7);
      await channel.declareQueue('q');
      await channel.qos(5);
      await channel.consume('q', 'mine', { noAck: false });
      await channel.confirmSelect();
      channel.publish('', 'q', 'a');
      await channel.delivery();
      const facts = onlyChannel(connections);
      assert.equal(facts.name, `${onlyConnection(connections).name} (7)`);
      assert.equal(facts.number, 7);
      assert.equal(facts.state, 'running');
      assert.equal(facts.isConfirming, true);
      assert.equal(facts.isTransactional, false);
      assert.equal(facts.prefetchCount, 5);
      assert.equal(facts.globalPrefetchCount, 0);
      assert.equal(facts.unackedCount, 1);
      assert.equal(facts.consumerCount, 1);
      const [consumer] = facts.consumers;
      assert.equal(consumer?.tag, 'mine');
      assert.equal(consumer.isAckRequired, true);
      assert.equal(consumer.prefetchCount, 5);
      assert.equal(consumer.activityStatus, 'up');
      assert.deepEqual(consumer.queue, { name: 'q', vhost: '/' });
    });
  });

  test('tells what a transaction under way has gathered', async () => {
    await withPluginContext(async ({ broker, context: { connections } }) => {
      await using client = await RawClient.open(broker.port);
      const channel = await client.channel();
      await channel.selectTransaction();
      channel.publish('', 'nowhere', 'a');
      await channel.sync();
      const facts = onlyChannel(connections);
      assert.equal(facts.isTransactional, true);
      assert.equal(facts.uncommittedCount, 1);
    });
  });

  test('tells of the consumers of a queue which is the single active one', async () => {
    await withPluginContext(async ({ broker, context }) => {
      await using client = await RawClient.open(broker.port);
      const channel = await client.channel();
      const args = new Map([['x-single-active-consumer', { type: 't', value: true } as const]]);
      await channel.declareQueue('q', { arguments: args });
      await channel.consume('q', 'first');
      await channel.consume('q', 'second');
      const queue = context.broker.findVirtualHost('/')?.queues.find('q');
      assert.ok(queue !== undefined);
      const found = [...queue.consumers].map((one) => context.connections.consumerOf(one));
      assert.deepEqual(
        found.map((one) => [one?.tag, one?.isActive, one?.activityStatus, one?.channel.number]),
        [
          ['first', true, 'single_active', 1],
          ['second', false, 'waiting', 1],
        ],
      );
      assert.equal(queue.activeConsumer?.tag, 'first');
    });
  });

  test('tells that a connection is blocked when it has published while memory is short', async () => {
    await withPluginContext(async ({ broker, context: { connections } }) => {
      await using client = await RawClient.open(broker.port, {
        capabilities: { 'connection.blocked': true },
      });
      const channel = await client.channel();
      await channel.sync();
      broker.setMemoryWatermark({ octets: 0 });
      assert.equal(onlyConnection(connections).state, 'blocking');
      channel.publish('', 'q', 'a');
      await client.expect(methods.CONNECTION_BLOCKED);
      assert.equal(onlyConnection(connections).state, 'blocked');
    });
  });
});
