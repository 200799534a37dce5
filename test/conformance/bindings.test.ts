// Bindings of queues and between exchanges, and where a message goes by them (https://www.rabbitmq.com/docs/e2e,
// /docs/ae).
import assert from 'node:assert/strict';
import { EMPTY_TABLE, fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { RawChannel } from '../support/raw-client.ts';
import {
  bindExchange,
  sendBindExchange,
  sendUnbindExchange,
  unbindExchange,
  unbindQueue,
} from './support/exchange-methods.ts';
import { fact, section } from './support/fact.ts';

const DEFAULT_EXCHANGE = 'ACCESS_REFUSED - operation not permitted on the default exchange';

const sendUnbind = (channel: RawChannel, queue: string, exchange: string, routingKey = ''): void =>
  channel.send(methods.encodeQueueUnbind, {
    queue,
    exchange,
    routingKey,
    arguments: EMPTY_TABLE,
  });

/** An exchange with an alternate, and a queue behind the alternate. */
async function declareWithAlternate(channel: RawChannel, alternate: string): Promise<void> {
  await channel.declareExchange('x', 'direct', {
    arguments: fromPlain({ 'alternate-exchange': alternate }),
  });
  await channel.declareQueue('rest');
}

section('Bindings of queues', () => {
  fact('a binding with the same arguments in another order is the same', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.headers', '', fromPlain({ a: 1, b: 2 }));
    await channel.bind('q', 'amq.headers', '', fromPlain({ b: 2, a: 1 }));
    await unbindQueue(channel, 'q', 'amq.headers', '', fromPlain({ b: 2, a: 1 }));
    const headers = fromPlain({ a: 1, b: 2 });
    channel.publish('amq.headers', '', 'body', { properties: { headers } });
    assert.equal(await channel.get('q'), null);
  });

  fact('a binding with other arguments is another one', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.direct', 'k', fromPlain({ a: 1 }));
    await channel.unbind('q', 'amq.direct', 'k');
    channel.publish('amq.direct', 'k', 'still bound');
    await unbindQueue(channel, 'q', 'amq.direct', 'k', fromPlain({ a: 1 }));
    channel.publish('amq.direct', 'k', 'not bound');
    assert.deepEqual([await channel.get('q'), await channel.get('q')], ['still bound', null]);
  });

  fact('unbinding a queue that is not there is no error', async ({ channel }) => {
    await channel.unbind('nowhere', 'amq.direct', 'k');
  });

  fact('unbinding from the default exchange is refused with 403', async ({ channel, client }) => {
    await channel.declareQueue('q');
    sendUnbind(channel, 'q', '', 'q');
    await client.expectChannelClose(1, 403, DEFAULT_EXCHANGE);
  });

  fact('a queue that is deleted and declared again has no bindings', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.direct', 'k');
    await channel.deleteQueue('q');
    await channel.declareQueue('q');
    channel.publish('amq.direct', 'k', 'body');
    assert.equal(await channel.get('q'), null);
  });

  fact('a binding with nowait gives no answer, and is in effect', async ({ channel }) => {
    await channel.declareQueue('q');
    channel.send(methods.encodeQueueBind, {
      queue: 'q',
      exchange: 'amq.direct',
      routingKey: 'k',
      noWait: true,
      arguments: EMPTY_TABLE,
    });
    channel.publish('amq.direct', 'k', 'body');
    assert.equal(await channel.get('q'), 'body');
  });

  fact('a binding with nowait that is refused closes the channel', async ({ channel, client }) => {
    channel.send(methods.encodeQueueBind, {
      queue: 'nowhere',
      exchange: 'amq.direct',
      routingKey: 'k',
      noWait: true,
      arguments: EMPTY_TABLE,
    });
    await client.expectChannelClose(1, 404, "NOT_FOUND - no queue 'nowhere' in vhost '/'");
  });
});

section('Bindings between exchanges', () => {
  fact('exchange.unbind is answered by method 51, not 41', async ({ channel, client }) => {
    await channel.declareExchange('x', 'fanout');
    sendUnbindExchange(channel, 'x', 'amq.fanout');
    const { method } = await client.next();
    assert.deepEqual([method.id >>> 16, method.id & 0xffff], [40, 51]);
  });

  for (const [what, send] of [
    ['binding to the default exchange', (c: RawChannel) => sendBindExchange(c, '', 'amq.direct')],
    ['binding from the default exchange', (c: RawChannel) => sendBindExchange(c, 'amq.direct', '')],
    ['unbinding the default exchange', (c: RawChannel) => sendUnbindExchange(c, '', 'amq.direct')],
    [
      'unbinding from the default exchange',
      (c: RawChannel) => sendUnbindExchange(c, 'amq.direct', ''),
    ],
  ] as const) {
    fact(`${what} is refused with 403`, async ({ channel, client }) => {
      send(channel);
      await client.expectChannelClose(1, 403, DEFAULT_EXCHANGE);
    });
  }

  fact('binding from an exchange that is not there is refused with 404', async (ground) => {
    sendBindExchange(ground.channel, 'amq.direct', 'nowhere');
    const text = "NOT_FOUND - no exchange 'nowhere' in vhost '/'";
    await ground.client.expectChannelClose(1, 404, text);
  });

  for (const [what, destination, source] of [
    ['what is not bound', 'amq.direct', 'amq.fanout'],
    ['an exchange that is not there', 'nowhere', 'amq.fanout'],
    ['from an exchange that is not there', 'amq.direct', 'nowhere'],
  ] as const) {
    fact(`unbinding ${what} is no error`, async ({ channel }) => {
      await unbindExchange(channel, destination, source);
    });
  }

  fact('the routing key counts at each exchange on the way', async ({ channel }) => {
    await channel.declareExchange('x', 'direct');
    await bindExchange(channel, 'x', 'amq.topic', 'a.#');
    await channel.declareQueue('q');
    await channel.bind('q', 'x', 'a.b');
    for (const key of ['a.b', 'a.c', 'b.b']) channel.publish('amq.topic', key, key);
    assert.deepEqual([await channel.get('q'), await channel.get('q')], ['a.b', null]);
  });

  fact('an internal exchange is reached through them', async ({ channel }) => {
    await channel.declareExchange('inner', 'fanout', { internal: true });
    await bindExchange(channel, 'inner', 'amq.fanout');
    await channel.declareQueue('q');
    await channel.bind('q', 'inner');
    channel.publish('amq.fanout', '', 'body');
    assert.equal(await channel.get('q'), 'body');
  });

  fact('a delivery tells the exchange that was published to', async ({ channel, client }) => {
    await channel.declareExchange('inner', 'fanout');
    await bindExchange(channel, 'inner', 'amq.fanout');
    await channel.declareQueue('q');
    await channel.bind('q', 'inner');
    channel.publish('amq.fanout', 'k', 'body');
    await channel.consume('q');
    const { method } = await client.expect(methods.BASIC_DELIVER);
    assert.deepEqual([method.exchange, method.routingKey], ['amq.fanout', 'k']);
  });

  fact('an exchange may be bound to itself', async ({ channel }) => {
    await channel.declareExchange('x', 'fanout');
    await bindExchange(channel, 'x', 'x');
    await channel.declareQueue('q');
    await channel.bind('q', 'x');
    channel.publish('x', '', 'body');
    assert.deepEqual([await channel.get('q'), await channel.get('q')], ['body', null]);
  });
});

section('Alternate exchanges', () => {
  fact('one alternate passes what it cannot route on to its own', async ({ channel }) => {
    await channel.declareExchange('second', 'fanout');
    await channel.declareExchange('first', 'direct', {
      arguments: fromPlain({ 'alternate-exchange': 'second' }),
    });
    await declareWithAlternate(channel, 'first');
    await channel.bind('rest', 'second');
    channel.publish('x', 'k', 'body');
    assert.equal(await channel.get('rest'), 'body');
  });

  fact('two exchanges may be the alternates of each other', async ({ channel }) => {
    await declareWithAlternate(channel, 'y');
    await channel.declareExchange('y', 'direct', {
      arguments: fromPlain({ 'alternate-exchange': 'x' }),
    });
    await channel.confirmSelect();
    channel.publish('x', 'k', 'body', { mandatory: true });
    await channel.client.expect(methods.BASIC_RETURN);
    await channel.client.expect(methods.BASIC_ACK);
  });

  fact('one that is not there is ignored', async ({ channel, client }) => {
    await declareWithAlternate(channel, 'nowhere');
    channel.publish('x', 'k', 'body', { mandatory: true });
    assert.equal((await client.expect(methods.BASIC_RETURN)).body, 'body');
  });

  fact('one may be declared later', async ({ channel }) => {
    await declareWithAlternate(channel, 'later');
    channel.publish('x', 'k', 'too early');
    await channel.declareExchange('later', 'fanout');
    await channel.bind('rest', 'later');
    channel.publish('x', 'k', 'body');
    assert.deepEqual([await channel.get('rest'), await channel.get('rest')], ['body', null]);
  });

  fact('a mandatory message that one routes is not returned', async ({ channel }) => {
    await declareWithAlternate(channel, 'amq.fanout');
    await channel.bind('rest', 'amq.fanout');
    channel.publish('x', 'k', 'body', { mandatory: true });
    assert.equal(await channel.get('rest'), 'body');
  });

  fact('one may be internal', async ({ channel }) => {
    await channel.declareExchange('inner', 'fanout', { internal: true });
    await declareWithAlternate(channel, 'inner');
    await channel.bind('rest', 'inner');
    channel.publish('x', 'k', 'body');
    assert.equal(await channel.get('rest'), 'body');
  });

  fact(
    'an exchange bound to it that leads nowhere keeps the message from the alternate',
    async ({ channel, client }) => {
      await declareWithAlternate(channel, 'amq.fanout');
      await channel.bind('rest', 'amq.fanout');
      await channel.declareExchange('dead end', 'fanout');
      await bindExchange(channel, 'dead end', 'x', 'k');
      channel.publish('x', 'k', 'lost', { mandatory: true });
      assert.equal((await client.expect(methods.BASIC_RETURN)).body, 'lost');
      assert.equal(await channel.get('rest'), null);
    },
  );
});
