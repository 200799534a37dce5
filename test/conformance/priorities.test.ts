// Priority queues (https://www.rabbitmq.com/docs/priority).
import assert from 'node:assert/strict';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import type { RawChannel } from '../support/raw-client.ts';
import { fact, section } from './support/fact.ts';

const QUEUE = { arguments: fromPlain({ 'x-max-priority': 5 }) };

/** Publishes messages named like their priorities; null for none. */
async function publishAll(
  channel: RawChannel,
  priorities: readonly (number | null)[],
): Promise<void> {
  for (const [i, priority] of priorities.entries()) {
    const properties = priority === null ? {} : { priority };
    channel.publish('', 'q', `${priority ?? 'none'}${'abcdefgh'[i] ?? ''}`, { properties });
  }
  await channel.sync();
}

async function drain(channel: RawChannel): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const body = await channel.get('q');
    if (body === null) return bodies;
    bodies.push(body);
  }
}

section('Priority queues', () => {
  fact(
    'the message of highest priority comes first, and of equal ones the oldest',
    async ({ channel }) => {
      await channel.declareQueue('q', QUEUE);
      await publishAll(channel, [1, 3, 5, 3, 0, 1]);
      assert.deepEqual(await drain(channel), ['5c', '3b', '3d', '1a', '1f', '0e']);
    },
  );

  fact('a message without a priority has priority 0', async ({ channel }) => {
    await channel.declareQueue('q', QUEUE);
    await publishAll(channel, [null, 0, 1]);
    assert.deepEqual(await drain(channel), ['1c', 'nonea', '0b']);
  });

  fact('a priority above x-max-priority counts as that', async ({ channel }) => {
    await channel.declareQueue('q', QUEUE);
    await publishAll(channel, [5, 200, 4]);
    assert.deepEqual(await drain(channel), ['5a', '200b', '4c']);
  });

  fact('a queue without x-max-priority keeps the order of arrival', async ({ channel }) => {
    await channel.declareQueue('q');
    await publishAll(channel, [1, 5, 3]);
    assert.deepEqual(await drain(channel), ['1a', '5b', '3c']);
  });

  fact('the priority is passed on as it was published', async ({ channel, client }) => {
    await channel.declareQueue('q', QUEUE);
    await channel.consume('q', 'c', { noAck: true });
    channel.publish('', 'q', 'a', { properties: { priority: 200 } });
    assert.equal((await client.next()).properties.priority, 200);
  });

  fact('consumers get the highest priority first', async ({ channel }) => {
    await channel.declareQueue('q', QUEUE);
    await publishAll(channel, [0, 2, 1]);
    await channel.consume('q', 'c', { noAck: true });
    assert.deepEqual(await channel.deliveries(3), ['2b', '1c', '0a']);
  });

  fact('a requeued message goes back to its place within its priority', async ({ channel }) => {
    await channel.declareQueue('q', QUEUE);
    await publishAll(channel, [1, 2, 2]);
    assert.equal(await channel.get('q', false), '2b');
    channel.nack(1, true);
    await channel.sync();
    assert.deepEqual(await drain(channel), ['2b again', '2c', '1a']);
  });

  fact('the number of ready messages counts all priorities', async ({ channel }) => {
    await channel.declareQueue('q', QUEUE);
    await publishAll(channel, [1, 2, 2]);
    assert.equal((await channel.declareQueue('q', QUEUE)).messageCount, 3);
  });

  fact(
    'a message behind ones of higher priority does not expire before they are gone',
    async (ground) => {
      const { channel } = ground;
      await channel.declareQueue('q', QUEUE);
      channel.publish('', 'q', 'low', { properties: { priority: 1, expiration: '20' } });
      channel.publish('', 'q', 'high', { properties: { priority: 5, expiration: '60000' } });
      await channel.declareQueue('clock');
      channel.publish('', 'clock', 'a', { properties: { expiration: '60' } });
      await ground.eventually('the time has passed', async () => {
        return (await channel.declareQueue('clock', { passive: true })).messageCount === 0;
      });
      assert.equal((await channel.declareQueue('q', QUEUE)).messageCount, 2);
      assert.deepEqual(await drain(channel), ['high']);
    },
  );
});
