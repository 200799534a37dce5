// What plugins are told of, apart from messages: names and facts are those of RabbitMQ's event exchange.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BrokerEvent, EventName, PluginContext } from 'leveret';
import { eventually } from '../support/eventually.ts';
import { withPluginContext } from '../support/plugin-context.ts';
import { RawClient } from '../support/raw-client.ts';

function collect({ broker }: PluginContext): BrokerEvent[] {
  const events: BrokerEvent[] = [];
  broker.events.on((event) => {
    events.push(event);
  });
  return events;
}

function factsOf(events: readonly BrokerEvent[], name: EventName): BrokerEvent['facts'] {
  const found = events.find((event) => event.name === name);
  assert.ok(found !== undefined, name);
  return found.facts;
}

describe('events', { concurrency: true }, () => {
  test('tell of a client, in order, from its login to its end', async () => {
    await withPluginContext(async ({ broker, context }) => {
      const events = collect(context);
      const client = await RawClient.open(broker.port);
      const channel = await client.channel();
      await channel.declareQueue('q');
      await channel.consume('q', 'mine');
      await channel.cancel('mine');
      await channel.deleteQueue('q');
      await channel.close();
      await client[Symbol.asyncDispose]();
      await eventually('it is gone', () => events.at(-1)?.name === 'connection.closed');
      assert.deepEqual(
        events.map(({ name }) => name),
        [
          'user.authentication.success',
          'connection.created',
          'channel.created',
          'queue.created',
          'consumer.created',
          'consumer.deleted',
          'queue.deleted',
          'channel.closed',
          'connection.closed',
        ],
      );
      assert.equal(factsOf(events, 'connection.created')['user'], 'guest');
      assert.equal(factsOf(events, 'channel.created')['number'], 1);
      assert.equal(factsOf(events, 'consumer.created')['queue'], 'q');
      const { name, vhost, durable } = factsOf(events, 'queue.created');
      assert.deepEqual([name, vhost, durable], ['q', '/', false]);
      assert.ok(events.every(({ timestampMs }) => timestampMs > 1_600_000_000_000));
    });
  });

  test('tell what ends with a connection: channels, consumers and exclusive queues', async () => {
    await withPluginContext(async ({ broker, context }) => {
      const client = await RawClient.open(broker.port);
      const channel = await client.channel();
      await channel.declareQueue('q', { exclusive: true });
      await channel.consume('q');
      const events = collect(context);
      await client[Symbol.asyncDispose]();
      await eventually('it is gone', () => events.at(-1)?.name === 'connection.closed');
      assert.deepEqual(events.map(({ name }) => name).sort(), [
        'channel.closed',
        'connection.closed',
        'consumer.deleted',
        'queue.deleted',
      ]);
    });
  });

  test('tell of exchanges and bindings, also of those that end with an exchange', async () => {
    await withPluginContext(async ({ broker, context }) => {
      await using client = await RawClient.open(broker.port);
      const channel = await client.channel();
      await channel.declareQueue('q');
      const events = collect(context);
      await channel.declareExchange('x', 'topic');
      await channel.bind('q', 'x', 'a.*');
      await channel.bind('q', 'x', 'a.*');
      const host = context.broker.findVirtualHost('/');
      await host?.exchanges.delete('x', false);
      assert.deepEqual(
        events.map(({ name }) => name),
        ['exchange.created', 'binding.created', 'binding.deleted', 'exchange.deleted'],
      );
      const { arguments: _, ...facts } = factsOf(events, 'binding.created');
      assert.deepEqual(facts, {
        vhost: '/',
        source_name: 'x',
        source_kind: 'exchange',
        destination_name: 'q',
        destination_kind: 'queue',
        routing_key: 'a.*',
      });
    });
  });

  test('tell of virtual hosts, users, permissions, policies, limits and alarms', async () => {
    await withPluginContext(async ({ broker, context }) => {
      const events = collect(context);
      await context.broker.createVirtualHost('v', { description: 'new' });
      const host = context.broker.findVirtualHost('v');
      assert.ok(host !== null);
      const { access } = context;
      const hashed = await access.users.hashPassword('secret');
      await access.users.put({ name: 'u', ...hashed, tags: [], limits: {} });
      const all = { configure: '.*', write: '.*', read: '.*' };
      await access.permissions.put({ user: 'u', vhost: 'v', ...all });
      const definition = { 'max-length': 1 };
      const rest = { pattern: '.*', applyTo: 'queues', priority: 0, definition } as const;
      await host.policies.put({ name: 'p', ...rest });
      await host.policies.delete('p');
      await host.setLimit('max-queues', 5);
      broker.setMemoryWatermark({ octets: 0 });
      broker.setMemoryWatermark({ share: 1 });
      await access.users.delete('u');
      await context.broker.deleteVirtualHost('v');
      const names = new Set(events.map(({ name }) => name));
      const expected: readonly EventName[] = [
        'vhost.created',
        'user.created',
        'permission.created',
        'policy.set',
        'policy.cleared',
        'vhost.limits.set',
        'alarm.set',
        'alarm.cleared',
        'user.deleted',
        'vhost.deleted',
      ];
      for (const name of expected) assert.ok(names.has(name), name);
      assert.equal(factsOf(events, 'vhost.created')['description'], 'new');
      assert.deepEqual(factsOf(events, 'permission.created'), { user: 'u', vhost: 'v', ...all });
      assert.equal(factsOf(events, 'policy.set')['pattern'], '.*');
      assert.deepEqual(factsOf(events, 'alarm.set'), { name: 'memory' });
    });
  });

  test('reach all listeners though one of them fails', async () => {
    await withPluginContext(async ({ broker, context }) => {
      context.broker.events.on(() => {
        throw new Error('broken');
      });
      const events = collect(context);
      await using client = await RawClient.open(broker.port);
      await client.channel();
      assert.equal(events.at(-1)?.name, 'channel.created');
    });
  });

  test('are not told to who has ended that', async () => {
    await withPluginContext(async ({ broker, context }) => {
      let count = 0;
      const end = context.broker.events.on(() => {
        count++;
      });
      end();
      await using client = await RawClient.open(broker.port);
      await client.channel();
      assert.equal(count, 0);
    });
  });
});
