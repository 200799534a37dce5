// Connections, channels, consumers and the broker as a whole over the management API.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { connect, type ChannelModel } from 'amqplib';
import type { EmbeddedBroker } from 'leveret';
import { withManagement } from '../../support/management.ts';

interface Named {
  readonly name: string;
}

/** A client with a confirm channel, a prefetch, a consumer and a message that it holds. */
async function busyClient(broker: EmbeddedBroker): Promise<ChannelModel> {
  const connection = await connect(broker.url, { clientProperties: { connection_name: 'me' } });
  connection.on('error', () => {});
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => {});
  await channel.prefetch(5);
  await channel.assertQueue('q');
  const delivered = new Promise((resolve) => {
    channel.consume('q', resolve, { consumerTag: 'tag' }).catch(() => {});
  });
  channel.sendToQueue('q', Buffer.from('x'));
  await channel.waitForConfirms();
  await delivered;
  return connection;
}

describe('clients over the management API', { concurrency: true }, () => {
  test('are shown as connections', async () => {
    await withManagement(async ({ api, broker }) => {
      const client = await busyClient(broker);
      const [connection] = await api.get<Named[]>('/connections');
      assert.ok(connection !== undefined);
      const path = `/connections/${encodeURIComponent(connection.name)}`;
      assert.partialDeepStrictEqual(await api.get(path), {
        user: 'guest',
        vhost: '/',
        user_provided_name: 'me',
        protocol: 'AMQP 0-9-1',
        state: 'running',
        channels: 1,
        ssl: false,
        auth_mechanism: 'PLAIN',
        host: '127.0.0.1',
        port: broker.port,
        client_properties: { product: 'amqplib', connection_name: 'me' },
      });
      assert.equal((await api.get<Named[]>('/vhosts/%2F/connections')).length, 1);
      assert.equal((await api.get<Named[]>('/connections/username/nobody')).length, 0);
      await client.close();
    });
  });

  test('are shown as channels and consumers', async () => {
    await withManagement(async ({ api, broker }) => {
      const client = await busyClient(broker);
      const [channel] = await api.get<Named[]>('/channels');
      assert.partialDeepStrictEqual(channel, {
        number: 1,
        confirm: true,
        transactional: false,
        consumer_count: 1,
        messages_unacknowledged: 1,
        messages_unconfirmed: 0,
        user: 'guest',
      });
      const [consumer] = await api.get<object[]>('/consumers/%2F');
      assert.partialDeepStrictEqual(consumer, {
        consumer_tag: 'tag',
        ack_required: true,
        active: true,
        activity_status: 'up',
        prefetch_count: 5,
        queue: { name: 'q', vhost: '/' },
        channel_details: { number: 1, user: 'guest' },
      });
      const one = await api.get(`/channels/${encodeURIComponent(channel?.name ?? '')}`);
      assert.partialDeepStrictEqual(one, { consumer_details: [{ consumer_tag: 'tag' }] });
      assert.partialDeepStrictEqual(await api.get('/queues/%2F/q'), {
        messages_unacknowledged: 1,
        consumers: 1,
      });
      await client.close();
    });
  });

  test('are told why their connection is closed', async () => {
    await withManagement(async ({ api, broker }) => {
      const client = await busyClient(broker);
      const closed = once(client, 'close');
      const [connection] = await api.get<Named[]>('/connections');
      const path = `/connections/${encodeURIComponent(connection?.name ?? '')}`;
      const answer = await api.send('DELETE', path, undefined, { 'x-reason': 'too loud' });
      assert.equal(answer.status, 204);
      const [error] = (await closed) as [Error];
      assert.match(error.message, /320 \(CONNECTION-FORCED\) .*too loud/u);
    });
  });

  test('of others are neither shown to users without the tag monitoring nor closed by them', async () => {
    await withManagement(async ({ api, as, broker }) => {
      await api.expect(201, 'PUT', '/users/u', { password: 'p', tags: 'management' });
      const client = await busyClient(broker);
      const [connection] = await api.get<Named[]>('/connections');
      const user = as('u', 'p');
      assert.deepEqual(await user.get('/connections'), []);
      assert.deepEqual(await user.get('/channels'), []);
      const path = `/connections/${encodeURIComponent(connection?.name ?? '')}`;
      await user.expect(401, 'GET', path);
      await user.expect(401, 'DELETE', path);
      await client.close();
    });
  });
});

describe('the broker over the management API', { concurrency: true }, () => {
  test('says what it is and has', async () => {
    await withManagement(async ({ api, broker }) => {
      const client = await busyClient(broker);
      assert.partialDeepStrictEqual(await api.get('/overview'), {
        product_name: 'Leveret',
        rates_mode: 'basic',
        queue_totals: { messages: 1, messages_ready: 0, messages_unacknowledged: 1 },
        object_totals: { connections: 1, channels: 1, consumers: 1, exchanges: 7, queues: 1 },
        node: 'leveret@localhost',
        listeners: [{ protocol: 'amqp', port: broker.port }, { protocol: 'http' }],
      });
      await client.close();
    });
  });

  test('is one node that runs', async () => {
    await withManagement(async ({ api, as }) => {
      const node = { name: 'leveret@localhost', running: true, mem_alarm: false };
      assert.partialDeepStrictEqual(await api.get('/nodes'), [node]);
      assert.partialDeepStrictEqual(await api.get('/nodes/leveret@localhost'), node);
      await api.expect(404, 'GET', '/nodes/other');
      await api.expect(201, 'PUT', '/users/u', { password: 'p', tags: 'policymaker' });
      await as('u', 'p').expect(401, 'GET', '/nodes');
    });
  });

  test('answers a page of 10,000 queues without showing the others', async () => {
    await withManagement(async ({ api, broker }) => {
      const queues = Array.from({ length: 10_000 }, (_, i) => ({ name: `q${i}`, vhost: '/' }));
      await broker.definitions.import({ queues });
      const page = await api.get<{ items: Named[]; total_count: number }>('/queues?page=100');
      assert.equal(page.total_count, 10_000);
      assert.equal(page.items.length, 100);
      assert.equal(page.items[99]?.name, 'q9999');
    });
  });
});
