// What is counted as messages come and go. The numbers are those that RabbitMQ's management API gives for the same.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import amqplib, { type ConfirmChannel, type GetMessage } from 'amqplib';
import type { Broker, PluginContext, VirtualHost } from 'leveret';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { withPluginContext } from '../support/plugin-context.ts';
import { RawClient } from '../support/raw-client.ts';

function host(broker: Broker): VirtualHost {
  const found = broker.findVirtualHost('/');
  assert.ok(found !== null);
  return found;
}

const NONE = {
  publish: 0,
  deliver: 0,
  deliverNoAck: 0,
  get: 0,
  getNoAck: 0,
  getEmpty: 0,
  redeliver: 0,
  ack: 0,
};

/** As an object that can be compared. */
function plain(counters: object | null | undefined): unknown {
  return Object.fromEntries(Object.entries(counters ?? {}));
}

async function taken(channel: ConfirmChannel, queue: string, noAck = false): Promise<GetMessage> {
  const message = await channel.get(queue, { noAck });
  assert.ok(message !== false);
  return message;
}

/** Publishes, some of it to nowhere. */
async function publishSome(channel: ConfirmChannel): Promise<void> {
  for (const queue of ['q1', 'q2', 'q3']) await channel.assertQueue(queue, { durable: false });
  for (const name of ['x', 'none']) {
    await channel.assertExchange(name, 'fanout', { durable: false });
  }
  await channel.bindQueue('q1', 'x', '');
  await channel.bindQueue('q2', 'x', '');
  channel.on('return', () => {});
  for (let i = 0; i < 3; i++) channel.publish('x', '', Buffer.from('abc'));
  channel.sendToQueue('q1', Buffer.from('abc'));
  channel.publish('none', '', Buffer.from('a'), { mandatory: true });
  channel.publish('none', '', Buffer.from('a'));
  channel.publish('none', '', Buffer.from('a'));
  await channel.waitForConfirms();
}

/** Takes all of it in all ways there are. */
async function takeAll(channel: ConfirmChannel): Promise<void> {
  channel.nack(await taken(channel, 'q1'), false, true);
  channel.ack(await taken(channel, 'q1'));
  await taken(channel, 'q1', true);
  assert.equal(await channel.get('q3'), false);
  await new Promise<void>((resolve) => {
    let count = 0;
    void channel.consume('q1', (message) => {
      assert.ok(message !== null);
      count++;
      if (count === 1) channel.nack(message, false, true);
      else if (count === 2) channel.nack(message, false, false);
      else {
        channel.ack(message);
        resolve();
      }
    });
  });
  await new Promise<void>((resolve) => {
    let count = 0;
    const onMessage = (): void => {
      count++;
      if (count === 3) resolve();
    };
    void channel.consume('q2', onMessage, { noAck: true });
  });
  await channel.checkQueue('q1');
}

async function withWorkDone(run: (context: PluginContext) => Promise<void> | void): Promise<void> {
  await withPluginContext(async ({ broker, context }) => {
    const client = await amqplib.connect(broker.url);
    const channel = await client.createConfirmChannel();
    await publishSome(channel);
    await takeAll(channel);
    await run(context);
    await client.close();
  });
}

describe('counters', { concurrency: true }, () => {
  test('of a queue tell what came, how it was taken, and what was acknowledged', async () => {
    await withWorkDone(({ broker }) => {
      const { queues } = host(broker);
      const some = { publish: 4, deliver: 3, get: 2, getNoAck: 1, redeliver: 2, ack: 2 };
      assert.deepEqual(plain(queues.find('q1')?.counters), { ...NONE, ...some });
      const others = { publish: 3, deliverNoAck: 3 };
      assert.deepEqual(plain(queues.find('q2')?.counters), { ...NONE, ...others });
      assert.deepEqual(plain(queues.find('q3')?.counters), { ...NONE, getEmpty: 1 });
    });
  });

  test('of an exchange tell what came in and how often it went out', async () => {
    await withWorkDone(({ broker }) => {
      const { exchanges } = host(broker);
      assert.deepEqual(plain(exchanges.find('x')?.counters), { publishIn: 3, publishOut: 6 });
      assert.deepEqual(plain(exchanges.find('none')?.counters), { publishIn: 3, publishOut: 0 });
      assert.equal(exchanges.find('amq.topic')?.counters, null);
    });
  });

  test('of a channel are those of all that it did, and the totals of the broker the same', async () => {
    await withWorkDone(({ broker, connections }) => {
      const [connection] = connections;
      const [channel] = connection?.channels ?? [];
      const expected = {
        publish: 7,
        confirm: 7,
        returnUnroutable: 1,
        dropUnroutable: 2,
        deliver: 3,
        deliverNoAck: 3,
        get: 2,
        getNoAck: 1,
        getEmpty: 1,
        redeliver: 2,
        ack: 2,
      };
      assert.deepEqual(plain(channel?.counters), expected);
      const { totals } = broker;
      for (const [name, count] of Object.entries(expected)) {
        assert.equal(totals[name as keyof typeof expected], count, name);
      }
      assert.equal(totals.connectionsOpened, 1);
      assert.equal(totals.channelsOpened, 1);
      assert.equal(totals.queuesCreated, 3);
      assert.equal(totals.queuesDeclared, 3);
      assert.equal(totals.messageSizes.counts[0], 7);
      assert.equal(totals.messageSizes.sum, 15);
    });
  });

  test('are raised for a transaction when it is committed', async () => {
    await withPluginContext(async ({ broker, context }) => {
      await using client = await RawClient.open(broker.port);
      const channel = await client.channel();
      await channel.declareQueue('q');
      await channel.selectTransaction();
      channel.publish('', 'q', 'a');
      await channel.sync();
      const { queues } = host(context.broker);
      assert.equal(queues.find('q')?.counters, null);
      await channel.commit();
      assert.equal(queues.find('q')?.counters?.publish, 1);
    });
  });

  test('of a queue do not have what was dead-lettered to it; the totals tell why it was', async () => {
    await withPluginContext(async ({ broker, context }) => {
      const client = await amqplib.connect(broker.url);
      const channel = await client.createConfirmChannel();
      await channel.assertQueue('dead');
      await channel.assertQueue('q', {
        maxLength: 1,
        deadLetterExchange: '',
        deadLetterRoutingKey: 'dead',
      });
      for (const body of ['a', 'b', 'c']) channel.sendToQueue('q', Buffer.from(body));
      await channel.waitForConfirms();
      const dead = host(context.broker).queues.find('dead');
      assert.equal(dead?.readyCount, 2);
      assert.equal(dead.counters, null);
      const { maxlen, rejected, expired } = context.broker.totals.deadLetters;
      assert.deepEqual([maxlen, rejected, expired], [2, 0, 0]);
      await client.close();
    });
  });
});

describe('the facts of a queue', { concurrency: true }, () => {
  test('tell messages and octets, ready, unacknowledged and persistent', async () => {
    await withPluginContext(async ({ broker, context }) => {
      const client = await amqplib.connect(broker.url);
      const channel = await client.createConfirmChannel();
      await channel.assertQueue('q');
      const before = Date.now();
      channel.sendToQueue('q', Buffer.alloc(10), { persistent: true, timestamp: 1_700_000_000 });
      channel.sendToQueue('q', Buffer.alloc(200), { persistent: true, timestamp: 1_700_000_001 });
      channel.sendToQueue('q', Buffer.alloc(3000));
      await channel.waitForConfirms();
      const queue = host(context.broker).queues.find('q');
      assert.ok(queue !== undefined);
      assert.equal(queue.facts().headTimestamp, 1_700_000_000);
      const first = await taken(channel, 'q');
      const { idleSinceMs, ...facts } = queue.facts();
      assert.ok(idleSinceMs >= before - 1000 && idleSinceMs <= Date.now() + 1000);
      assert.deepEqual(facts, {
        readyCount: 2,
        unackedCount: 1,
        readyOctets: 3200,
        unackedOctets: 10,
        persistentCount: 2,
        persistentOctets: 210,
        inMemoryCount: 2,
        headTimestamp: 1_700_000_001,
        consumerCapacity: 0,
      });
      await channel.purgeQueue('q');
      assert.equal(queue.facts().persistentCount, 1);
      assert.equal(queue.facts().persistentOctets, 10);
      channel.ack(first);
      await channel.checkQueue('q');
      assert.equal(queue.facts().persistentCount, 0);
      assert.equal(queue.facts().unackedOctets, 0);
      assert.equal(queue.facts().readyOctets, 0);
      await client.close();
    });
  });

  test('keep count in a quorum queue through redelivery and dead-lettering', async () => {
    await withPluginContext(async ({ broker, context }) => {
      const client = await amqplib.connect(broker.url);
      const channel = await client.createConfirmChannel();
      await channel.assertQueue('q', {
        arguments: { 'x-queue-type': 'quorum', 'x-max-length': 2 },
      });
      for (const size of [1, 10, 100]) channel.sendToQueue('q', Buffer.alloc(size));
      await channel.waitForConfirms();
      channel.nack(await taken(channel, 'q'), false, true);
      channel.reject(await taken(channel, 'q'), false);
      await channel.checkQueue('q');
      const facts = host(context.broker).queues.find('q')?.facts();
      assert.equal(facts?.readyCount, 1);
      assert.equal(facts.persistentCount, 1);
      assert.equal(facts.persistentOctets, facts.readyOctets);
      assert.equal(facts.unackedCount, 0);
      assert.equal(facts.unackedOctets, 0);
      await client.close();
    });
  });
  test('keep count when a queue is purged while a transaction has acknowledged some of it', async () => {
    await withPluginContext(async ({ broker, context }) => {
      await using client = await RawClient.open(broker.port);
      const channel = await client.channel();
      await channel.declareQueue('q', { durable: true });
      for (const body of ['a', 'b', 'c']) {
        channel.publish('', 'q', body, { properties: { deliveryMode: 2 } });
      }
      await channel.selectTransaction();
      await channel.get('q', false);
      channel.ack(1);
      const other = await client.channel(2);
      other.send(methods.encodeQueuePurge, { queue: 'q', noWait: false });
      await client.expect(methods.QUEUE_PURGE_OK);
      const queue = host(context.broker).queues.find('q');
      assert.equal(queue?.facts().persistentCount, 1);
      await channel.commit();
      assert.equal(queue.facts().persistentCount, 0);
      assert.equal(queue.facts().persistentOctets, 0);
    });
  });
});

describe('a limit over all consumers of a channel', () => {
  test('counts what a transaction has acknowledged until it is committed, and once', async () => {
    await withPluginContext(async ({ broker, context }) => {
      await using client = await RawClient.open(broker.port);
      const channel = await client.channel();
      await channel.declareQueue('q');
      await channel.selectTransaction();
      await channel.consume('q');
      const other = await client.channel(2);
      for (const body of ['a', 'b']) other.publish('', 'q', body);
      await channel.deliveries(2);
      channel.ack(2, true);
      await channel.qos(1, true);
      for (const body of ['c', 'd', 'e']) other.publish('', 'q', body);
      await other.sync();
      assert.deepEqual(client.inbox, []);
      channel.send(methods.encodeTxCommit, {});
      assert.deepEqual(await channel.deliveries(1), ['c']);
      await client.expect(methods.TX_COMMIT_OK);
      const [connection] = context.connections;
      const [facts] = connection?.channels ?? [];
      assert.equal(facts?.unackedCount, 1);
    });
  });
});
