// Virtual hosts as clients meet them, and that what operators have set is there after a restart.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import { EMPTY_TABLE, fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { createSystemRuntime } from '../../src/runtime/system-runtime.ts';
import type { DefinitionStore } from '../../src/store/definition-store.ts';
import { openLocalStore } from '../../src/store/local/open-local-store.ts';
import { eventually } from '../support/eventually.ts';
import { OpenedBroker } from '../support/opened-broker.ts';
import { RawClient, type RawChannel } from '../support/raw-client.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function connectTo(port: number, vhost: string): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.login();
  await client.expect(methods.CONNECTION_TUNE);
  client.tune();
  client.openVhost(vhost);
  await client.expect(methods.CONNECTION_OPEN_OK);
  return client;
}

/** What a broker that is not running has kept. */
async function openStore(
  path: string,
): Promise<{ definitions: DefinitionStore; close(): Promise<void> }> {
  const runtime = createSystemRuntime({});
  const options = { path, ...runtime, isSynced: true, onTrouble: () => {} };
  const { definitions, journal } = await openLocalStore(options);
  const close = async (): Promise<void> => {
    await definitions.close();
    await journal.close();
  };
  return { definitions, close };
}

async function publishDurably(channel: RawChannel, queue: string, body: string): Promise<void> {
  await channel.confirmSelect();
  channel.publish('', queue, body, { properties: { deliveryMode: 2 } });
  await channel.client.expect(methods.BASIC_ACK);
}

describe('a virtual host', { concurrency: true }, () => {
  test('has exchanges and queues of its own', async () => {
    await using opened = await OpenedBroker.open();
    await opened.broker.createVirtualHost('v');
    await using client = await connectTo(opened.port, 'v');
    const channel = await client.channel();
    await channel.declareQueue('q');
    assert.equal(opened.host().queues.size, 0);
    assert.equal(opened.host('v').connections.size, 1);
  });

  test('that is deleted closes its connections with 320, and no others', async () => {
    await using opened = await OpenedBroker.open();
    await opened.broker.createVirtualHost('v');
    await using other = await RawClient.open(opened.port);
    await using client = await connectTo(opened.port, 'v');
    await (await client.channel()).declareQueue('q', { exclusive: true });
    await opened.broker.deleteVirtualHost('v');
    await client.expectConnectionClose(320, "CONNECTION_FORCED - vhost 'v' is deleted");
    await (await other.channel()).declareQueue('q');
  });

  test('that is deleted cannot be opened', async () => {
    await using opened = await OpenedBroker.open();
    await opened.broker.createVirtualHost('v');
    await opened.broker.deleteVirtualHost('v');
    await using client = await RawClient.connect(opened.port);
    await client.login();
    await client.expect(methods.CONNECTION_TUNE);
    client.tune();
    client.openVhost('v');
    await client.expectConnectionClose(530, 'NOT_ALLOWED - vhost v not found');
  });

  test('with max-queues refuses one queue more with 406', async () => {
    await using opened = await OpenedBroker.open();
    await opened.host().setLimit('max-queues', 1);
    await using client = await RawClient.open(opened.port);
    const channel = await client.channel();
    await channel.declareQueue('a');
    channel.sendDeclareQueue('b');
    const text = "cannot declare queue 'b': queue limit in vhost '/' (1) is reached";
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  test('with a default type gives it to queues without one, and tells of a declaration that differs', async () => {
    await using opened = await OpenedBroker.open();
    await opened.broker.updateVirtualHost('/', { defaultQueueType: 'quorum' });
    await using client = await RawClient.open(opened.port);
    const channel = await client.channel();
    await channel.declareQueue('q', { durable: true });
    await channel.declareQueue('q', { durable: true });
    assert.equal(opened.queue('q').type, 'quorum');
    const args = fromPlain({ 'x-queue-type': 'classic' });
    channel.sendDeclareQueue('q', { durable: true, arguments: args });
    await client.expectChannelClose(
      1,
      406,
      "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received " +
        "'classic' but current is 'quorum'",
    );
  });
});

describe('after a restart', { concurrency: true }, () => {
  test('policies, limits, metadata and parameters are there, and hold', async (t) => {
    const directory = temporaryDirectory(t);
    {
      await using opened = await OpenedBroker.open({ directory });
      await opened.broker.createVirtualHost('v', { description: 'd', tags: ['t'] });
      const virtualHost = opened.host('v');
      const policy = { name: 'p', pattern: '^q', applyTo: 'queues', priority: 1 };
      await virtualHost.policies.put({ ...policy, definition: { 'max-length': 1 } });
      await virtualHost.operatorPolicies.put({ ...policy, definition: { expires: 60_000 } });
      await virtualHost.setLimit('max-queues', 1);
      await opened.broker.globalParameters.put('cluster_name', 'c');
      await using client = await connectTo(opened.port, 'v');
      await (await client.channel()).declareQueue('q', { durable: true });
    }
    await using again = await OpenedBroker.open({ directory });
    const { metadata, limits } = again.host('v');
    assert.deepEqual([metadata.description, metadata.tags], ['d', ['t']]);
    assert.deepEqual(limits, { 'max-queues': 1 });
    assert.deepEqual(
      { ...again.queue('q', 'v').effectivePolicy },
      { 'max-length': 1, expires: 60_000 },
    );
    assert.equal(again.queue('q', 'v').settings.maxLength, 1);
    assert.equal(again.broker.globalParameters.find('cluster_name')?.value, 'c');
  });

  test('nothing is there of a virtual host that was deleted, also when there is one of its name again', async (t) => {
    const directory = temporaryDirectory(t);
    {
      await using opened = await OpenedBroker.open({ directory });
      await opened.broker.createVirtualHost('v');
      await using client = await connectTo(opened.port, 'v');
      const channel = await client.channel();
      await channel.declareQueue('q', { durable: true });
      await publishDurably(channel, 'q', 'old');
      await opened.broker.deleteVirtualHost('v');
      await client.expectConnectionClose(320, "CONNECTION_FORCED - vhost 'v' is deleted");
      await opened.broker.createVirtualHost('v');
    }
    await using again = await OpenedBroker.open({ directory });
    assert.equal(again.host('v').queues.size, 0);
    await using client = await connectTo(again.port, 'v');
    const channel = await client.channel();
    assert.equal((await channel.declareQueue('q', { durable: true })).messageCount, 0);
  });

  test('nothing is there of a virtual host in the midst of whose deletion the broker was stopped', async (t) => {
    const directory = temporaryDirectory(t);
    {
      await using opened = await OpenedBroker.open({ directory });
      await opened.broker.createVirtualHost('v');
      const { queues } = opened.host('v');
      const flags = { isDurable: true, isExclusive: false, isAutoDelete: false };
      for (let i = 0; i < 3000; i++) {
        queues.declare({ ...flags, name: `q${i}`, arguments: EMPTY_TABLE }, {});
      }
      await queues.whenDurable('q2999');
      assert.ok(opened.broker.deleteVirtualHost('v') instanceof Promise);
      assert.ok(queues.size > 0);
    }
    const store = await openStore(directory);
    assert.notEqual(store.definitions.load('queue').length, 0);
    await store.close();
    {
      await using again = await OpenedBroker.open({ directory });
      assert.equal(again.broker.findVirtualHost('v'), null);
    }
    const later = await openStore(directory);
    for (const kind of ['queue', 'ending-vhost'] as const) {
      assert.deepEqual(later.definitions.load(kind), []);
    }
    await later.close();
  });

  test('a limit holds for what was there before the process ended, be it not yet dropped', async (t) => {
    const directory = temporaryDirectory(t);
    {
      await using opened = await OpenedBroker.open({ directory });
      await using client = await RawClient.open(opened.port);
      const channel = await client.channel();
      await channel.declareQueue('q', { durable: true });
      await channel.confirmSelect();
      for (const body of ['a', 'b', 'c']) {
        channel.publish('', 'q', body, { properties: { deliveryMode: 2 } });
        await client.expect(methods.BASIC_ACK);
      }
    }
    // As if it had been set and the process had ended at once.
    const store = await openStore(directory);
    const value = { pattern: 'q', priority: 0, definition: { 'max-length': 1 } };
    const parameter = { component: 'policy', vhost: '/', name: 'p', value };
    const key = JSON.stringify(['/', 'policy', 'p']);
    await store.definitions.put({ kind: 'parameter', key, value: parameter });
    await store.close();
    await using again = await OpenedBroker.open({ directory });
    await eventually('one is left', () => again.queue('q').stats().readyCount === 1);
  });
});

describe('defaults for new virtual hosts', () => {
  test('that are wrong stop the start, and the data directory is free again', async (t) => {
    const dataDir = temporaryDirectory(t);
    const limits = [{ limits: { 'max-queues': 1.5 } }];
    const virtualHostDefaults = { limits, operatorPolicies: [] };
    await assert.rejects(
      createBroker({ dataDir, virtualHostDefaults }),
      /max-queues should be a number, actually was 1\.5/u,
    );
    await using _broker = await createBroker({ dataDir });
  });
});
