// Bindings as plugins list them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedBinding } from 'leveret';
import { withPluginContext } from '../support/plugin-context.ts';
import { RawClient } from '../support/raw-client.ts';

function shown(bindings: Iterable<ListedBinding>): string[] {
  return [...bindings].map(({ source, destinationType, destination, propertiesKey }) => {
    return `${source}/${destinationType}/${destination}/${propertiesKey}`;
  });
}

test('bindings are listed for a virtual host, from and to an exchange, and to a queue', async () => {
  await withPluginContext(async ({ broker, context }) => {
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    await channel.declareQueue('q');
    await channel.declareQueue('r');
    await channel.bind('q', 'amq.topic', 'a.#');
    const host = context.broker.findVirtualHost('/');
    const [topic, direct] = ['amq.topic', 'amq.direct'].map((name) => host?.findExchange(name));
    const [byDefault, q] = [host?.findExchange(''), host?.queues.find('q')];
    assert.ok(host !== null && host !== undefined && q !== undefined && byDefault !== undefined);
    assert.ok(topic !== undefined && direct !== undefined);
    await host.bindExchange({
      source: 'amq.direct',
      destination: 'amq.topic',
      bindingKey: '',
      arguments: new Map(),
    });
    const [ofQ, ofR] = ['/queue/q/q', '/queue/r/r'];
    const [toQ, toTopic] = ['amq.topic/queue/q/a.%23', 'amq.direct/exchange/amq.topic/~'];
    assert.deepEqual(shown(host.listBindings()), [ofQ, ofR, toTopic, toQ]);
    assert.deepEqual(shown(host.bindingsFrom(topic)), [toQ]);
    assert.deepEqual(shown(host.bindingsFrom(byDefault)), [ofQ, ofR]);
    assert.deepEqual(shown(host.bindingsTo(topic)), [toTopic]);
    assert.deepEqual(shown(host.bindingsTo(direct)), []);
    assert.deepEqual(shown(host.bindingsToQueue(q)), [ofQ, toQ]);
  });
});
