// What a publisher can say in properties: CC and BCC, user-id (https://www.rabbitmq.com/docs/sender-selected,
// /docs/validated-user-id); returns and confirms in their order (/docs/confirms).
import assert from 'node:assert/strict';
import { fromPlain, toPlain, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { Received } from '../support/raw-client.ts';
import { USER } from '../support/other-broker.ts';
import { fact, section, type Ground } from './support/fact.ts';

type Headers = Readonly<Record<string, PlainValue>>;

/** Publishes to queue `a` by the default exchange, with these headers. */
function publish({ channel }: Ground, headers: Headers, mandatory = false): void {
  channel.publish('', 'a', 'body', { properties: { headers: fromPlain(headers) }, mandatory });
}

async function declareAll({ channel }: Ground, ...queues: readonly string[]): Promise<void> {
  for (const queue of queues) await channel.declareQueue(queue);
}

async function take({ channel, client }: Ground, queue: string): Promise<Received> {
  channel.send(methods.encodeBasicGet, { queue, noAck: true });
  return client.expect(methods.BASIC_GET_OK);
}

section('CC and BCC', () => {
  for (const header of ['CC', 'BCC']) {
    fact(`${header} adds routing keys`, async (ground) => {
      await declareAll(ground, 'a', 'b', 'c');
      publish(ground, { [header]: ['b', 'c'] });
      for (const queue of ['a', 'b', 'c']) assert.equal(await ground.channel.get(queue), 'body');
    });

    fact(`${header} of a wrong type is refused`, async (ground) => {
      await declareAll(ground, 'a');
      publish(ground, { [header]: 'b' });
      const text = `invalid message: {unacceptable_type_in_header,"${header}",longstr}`;
      await ground.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    });
  }

  fact('consumers see CC and not BCC', async (ground) => {
    await declareAll(ground, 'a');
    publish(ground, { CC: ['b'], BCC: ['c'], mine: 1 });
    const { properties } = await take(ground, 'a');
    assert.deepEqual(toPlain(properties.headers ?? new Map()), { CC: ['b'], mine: 1 });
  });

  fact('a queue that several keys lead to gets the message once', async (ground) => {
    await declareAll(ground, 'a');
    publish(ground, { CC: ['a', 'a'], BCC: ['a'] });
    assert.equal(await ground.channel.get('a'), 'body');
    assert.equal(await ground.channel.get('a'), null);
  });

  fact('the routing key of a copy is that of the publish', async (ground) => {
    await declareAll(ground, 'a', 'b');
    publish(ground, { CC: ['b'] });
    const { method } = await take(ground, 'b');
    assert.ok(method.id === methods.BASIC_GET_OK);
    assert.equal(method.routingKey, 'a');
  });

  fact('they count for topic exchanges', async (ground) => {
    await declareAll(ground, 'b');
    await ground.channel.bind('b', 'amq.topic', 'news.*');
    const headers = fromPlain({ CC: ['news.hares'] });
    ground.channel.publish('amq.topic', 'other', 'body', { properties: { headers } });
    assert.equal(await ground.channel.get('b'), 'body');
  });

  fact('a message that only a copy reaches is not returned', async (ground) => {
    await declareAll(ground, 'b');
    publish(ground, { CC: ['b'] }, true);
    await ground.channel.sync();
    assert.equal(await ground.channel.get('b'), 'body');
  });

  fact('a returned message comes without BCC', async (ground) => {
    publish(ground, { BCC: ['nowhere'], mine: 1 }, true);
    const { properties } = await ground.client.expect(methods.BASIC_RETURN);
    assert.deepEqual(toPlain(properties.headers ?? new Map()), { mine: 1 });
  });

  fact('what is no text in them is skipped', async (ground) => {
    await declareAll(ground, 'a', 'b');
    publish(ground, { CC: [5, 'b'] });
    assert.equal(await ground.channel.get('b'), 'body');
  });

  fact('dead letters without a key of their own go to all keys', async (ground) => {
    const { channel } = ground;
    await channel.declareExchange('dlx', 'direct');
    await declareAll(ground, 'dead');
    await channel.bind('dead', 'dlx', 'hidden');
    await channel.declareQueue('a', {
      arguments: fromPlain({ 'x-dead-letter-exchange': 'dlx', 'x-max-length': 0 }),
    });
    publish(ground, { CC: ['copy'], BCC: ['hidden'] });
    await ground.eventually('it is dead', async () => {
      return (await channel.declareQueue('dead', { passive: true })).messageCount === 1;
    });
    const { properties } = await take(ground, 'dead');
    const deaths = properties.headers?.get('x-death');
    assert.ok(deaths?.type === 'A' && deaths.value[0]?.type === 'F');
    assert.deepEqual(toPlain(deaths.value[0].value)['routing-keys'], ['a', 'copy']);
  });
});

section('user-id', () => {
  fact('of the user who logged in is passed on', async (ground) => {
    await declareAll(ground, 'a');
    ground.channel.publish('', 'a', 'body', { properties: { userId: USER } });
    assert.equal((await take(ground, 'a')).properties.userId, USER);
  });

  fact('of somebody else is refused', async ({ channel, client }) => {
    await channel.declareQueue('a');
    channel.publish('', 'a', 'body', { properties: { userId: 'mallory' } });
    const text = `user_id property set to 'mallory' but authenticated user was '${USER}'`;
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });
});

section('Returns and confirms', () => {
  fact('a return comes before the confirm of its message', async ({ channel, client }) => {
    await channel.confirmSelect();
    channel.publish('', 'nowhere', 'a', { mandatory: true });
    await client.expect(methods.BASIC_RETURN);
    assert.equal((await client.expect(methods.BASIC_ACK)).method.deliveryTag, 1);
  });

  fact('a message that nobody wants is confirmed', async ({ channel, client }) => {
    await channel.confirmSelect();
    channel.publish('', 'nowhere', 'a');
    assert.equal((await client.expect(methods.BASIC_ACK)).method.deliveryTag, 1);
  });

  fact(
    'a missing exchange is named before anything is said of the properties',
    async ({ channel, client }) => {
      channel.publish('nowhere', '', 'a', { properties: { expiration: 'never' } });
      await client.expectChannelClose(1, 404, "NOT_FOUND - no exchange 'nowhere' in vhost '/'");
    },
  );

  fact('confirm.select twice goes on counting', async ({ channel, client }) => {
    await channel.confirmSelect();
    channel.publish('', 'nowhere', 'a');
    await client.expect(methods.BASIC_ACK);
    await channel.confirmSelect();
    channel.publish('', 'nowhere', 'b');
    assert.equal((await client.expect(methods.BASIC_ACK)).method.deliveryTag, 2);
  });
});
