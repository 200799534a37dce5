// What publishers see while the broker is short of memory (https://www.rabbitmq.com/docs/connection-blocked).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import { Alarms } from '../../src/broker/alarms.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { RawClient } from '../support/raw-client.ts';

const capabilities = { 'connection.blocked': true };
const NOTHING = { octets: 0 };
const ENOUGH = { share: 1 };

describe('the memory alarm', { concurrency: true }, () => {
  test('blocks a connection that publishes, tells it why, and lets it go on when it is over', async () => {
    await using broker = await createBroker();
    await using client = await RawClient.open(broker.port, { capabilities });
    const channel = await client.channel();
    await channel.declareQueue('q');
    broker.setMemoryWatermark(NOTHING);
    channel.publish('', 'q', 'a');
    assert.equal((await client.expect(methods.CONNECTION_BLOCKED)).method.reason, 'low on memory');
    channel.sendDeclareQueue('behind');
    broker.setMemoryWatermark(ENOUGH);
    await client.expect(methods.CONNECTION_UNBLOCKED);
    assert.equal((await client.expect(methods.QUEUE_DECLARE_OK)).method.queue, 'behind');
    assert.equal(await channel.get('q'), 'a');
  });

  test('tells a client that is blocked already nothing more, however much it publishes', async () => {
    await using broker = await createBroker({ memoryWatermark: NOTHING });
    await using client = await RawClient.open(broker.port, { capabilities });
    const channel = await client.channel();
    for (const body of ['a', 'b', 'c']) channel.publish('', 'nowhere', body);
    await client.expect(methods.CONNECTION_BLOCKED);
    broker.setMemoryWatermark(ENOUGH);
    await client.expect(methods.CONNECTION_UNBLOCKED);
    await channel.sync();
  });

  test('leaves alone who declares and consumes', async () => {
    await using broker = await createBroker({ memoryWatermark: NOTHING });
    await using client = await RawClient.open(broker.port, { capabilities });
    const channel = await client.channel();
    await channel.declareQueue('q');
    await channel.consume('q');
    await channel.sync();
  });

  test('lets consumers go on while publishers wait', async () => {
    await using broker = await createBroker();
    await using publisher = await RawClient.open(broker.port, { capabilities });
    await using consumer = await RawClient.open(broker.port, { capabilities });
    const publishing = await publisher.channel();
    const consuming = await consumer.channel();
    await publishing.declareQueue('q');
    for (const body of ['a', 'b']) publishing.publish('', 'q', body);
    await publishing.sync();
    broker.setMemoryWatermark(NOTHING);
    publishing.publish('', 'q', 'c');
    await publisher.expect(methods.CONNECTION_BLOCKED);
    await consuming.consume('q');
    assert.deepEqual(await consuming.deliveries(2), ['a', 'b']);
  });

  test('blocks without a word a client that does not know connection.blocked', async () => {
    await using broker = await createBroker({ memoryWatermark: NOTHING });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    channel.publish('', 'nowhere', 'a');
    channel.sendDeclareQueue('behind');
    broker.setMemoryWatermark(ENOUGH);
    await client.expect(methods.QUEUE_DECLARE_OK);
  });

  test('expects no heartbeats from a client that it does not read', async () => {
    await using broker = await createBroker({ memoryWatermark: NOTHING });
    await using client = await RawClient.open(broker.port, { capabilities, heartbeat: 1 });
    const channel = await client.channel();
    channel.publish('', 'nowhere', 'a');
    await client.expect(methods.CONNECTION_BLOCKED);
    // The broker's own heartbeats tell that more than the two intervals have passed that a silent peer has.
    await client.untilHeartbeat(7);
    broker.setMemoryWatermark(ENOUGH);
    await client.expect(methods.CONNECTION_UNBLOCKED);
  });

  test('does not keep the broker from stopping', async () => {
    const broker = await createBroker({ memoryWatermark: NOTHING });
    await using client = await RawClient.open(broker.port, { capabilities });
    const channel = await client.channel();
    channel.publish('', 'nowhere', 'a');
    await client.expect(methods.CONNECTION_BLOCKED);
    const closed = broker.close();
    await client.expect(methods.CONNECTION_UNBLOCKED);
    await client.expect(methods.CONNECTION_CLOSE);
    client.send(methods.encodeConnectionCloseOk, 0, {});
    await closed;
  });
});

describe('alarms', () => {
  test('name everything that is short, and are over when nothing is', () => {
    const alarms = new Alarms();
    const told: (string | null)[] = [];
    alarms.onChange(() => told.push(alarms.reason));
    alarms.set('memory', true);
    alarms.set('memory', true);
    alarms.set('disk', true);
    alarms.set('memory', false);
    alarms.set('disk', false);
    assert.deepEqual(told, ['low on memory', 'low on memory & disk', 'low on disk', null]);
  });
});
