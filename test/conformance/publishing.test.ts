// Publishing: routing, returns, confirms, sizes (https://www.rabbitmq.com/docs/publishers, /docs/confirms).
import assert from 'node:assert/strict';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { fact, section } from './support/fact.ts';

section('Publishing', () => {
  fact('properties and body arrive as they were sent', async ({ channel, client }) => {
    const properties = {
      contentType: 'text/plain',
      headers: fromPlain({ n: 1, s: 'text', list: [true, null], table: { deep: 2.5 } }),
      deliveryMode: 2,
      priority: 3,
      correlationId: 'c',
      replyTo: 'r',
      messageId: 'm',
      timestamp: 1_700_000_000n,
      type: 't',
      appId: 'a',
    };
    await channel.declareQueue('q');
    channel.publish('', 'q', 'body', { properties });
    await channel.consume('q');
    const { method, properties: received, body } = await client.expect(methods.BASIC_DELIVER);
    assert.deepEqual(received, properties);
    assert.equal(body, 'body');
    assert.deepEqual([method.exchange, method.routingKey, method.redelivered], ['', 'q', false]);
  });

  for (const size of [
    0, 1, 4095, 4096, 8191, 8192, 8193, 16_384, 65_528, 131_064, 131_065, 3_000_000,
  ]) {
    fact(
      `a body of ${size} octets arrives whole, also at a consumer with a small frame_max`,
      async (ground) => {
        const { channel } = ground;

        const body = Buffer.alloc(size);
        for (let i = 0; i < size; i++) body[i] = i * 31;
        await channel.declareQueue('q');
        await using small = await ground.connect({ frameMax: 4096 });
        const smallChannel = await small.channel();
        await smallChannel.consume('q');
        channel.publish('', 'q', body);
        const delivered = await small.expect(methods.BASIC_DELIVER);
        assert.ok(Buffer.from(delivered.body, 'latin1').equals(body));
        smallChannel.nack(1, true);
        await smallChannel.cancel('c');
        const got = await channel.get('q');
        assert.equal(got, `${body.toString('latin1')} again`);
      },
    );
  }

  fact(
    'a mandatory message that nobody wants is returned whole, before its confirm',
    async ({ channel, client }) => {
      await channel.confirmSelect();
      channel.publish('amq.direct', 'nowhere', 'lost', { mandatory: true });
      const { method, body } = await client.expect(methods.BASIC_RETURN);
      assert.deepEqual(
        [method.replyCode, method.replyText, method.exchange, method.routingKey, body],
        [312, 'NO_ROUTE', 'amq.direct', 'nowhere', 'lost'],
      );
      assert.equal((await client.expect(methods.BASIC_ACK)).method.deliveryTag, 1);
    },
  );

  fact(
    'confirms are numbered from 1 at confirm.select, and cover everything in order',
    async ({ channel, client }) => {
      await channel.declareQueue('q', { durable: true });
      channel.publish('', 'q', 'before');
      await channel.confirmSelect();
      await channel.confirmSelect();
      const total = 50;
      for (let i = 0; i < total; i++) {
        channel.publish('', i % 3 === 0 ? 'q' : 'nowhere', 'x', {
          properties: { deliveryMode: 1 + (i % 2) },
        });
      }
      let confirmed = 0;
      while (confirmed < total) {
        const { method } = await client.expect(methods.BASIC_ACK);
        assert.ok(
          method.multiple ? method.deliveryTag > confirmed : method.deliveryTag === confirmed + 1,
        );
        confirmed = method.deliveryTag;
      }
      assert.equal(confirmed, total);
    },
  );

  for (const [what, exchange, options, code, text] of [
    ['to a missing exchange', 'x', {}, 404, "NOT_FOUND - no exchange 'x' in vhost '/'"],
    [
      'to an internal exchange',
      'internal',
      {},
      403,
      "ACCESS_REFUSED - cannot publish to internal exchange 'internal' in vhost '/'",
    ],
  ] as const) {
    fact(
      `publishing ${what} closes the channel with ${code}, and what follows is lost`,
      async ({ channel, client }) => {
        await channel.declareExchange('internal', 'fanout', { internal: true });
        await channel.declareQueue('q');
        channel.publish(exchange, 'k', 'wrong', options);
        channel.publish('', 'q', 'behind');
        await client.expectChannelClose(1, code, text);
        assert.equal(await (await client.channel(1)).get('q'), null);
      },
    );
  }

  fact('immediate is refused with 540', async ({ channel, client }) => {
    channel.publish('', 'q', '', { immediate: true });
    await client.expectConnectionClose(540, 'NOT_IMPLEMENTED - immediate=true');
  });

  fact(
    'a message of more than 16 MiB closes the channel with 406, when it is complete',
    async ({ channel, client }) => {
      channel.publish('', 'q', Buffer.alloc(16_777_217));
      await client.expectChannelClose(
        1,
        406,
        'PRECONDITION_FAILED - message size 16777217 is larger than configured max size 16777216',
      );
    },
    { differsIn310: 'the limit was 128 MiB before 4.0' },
  );

  fact(
    'a route is found anew when a binding changes under a publisher that repeats itself',
    async ({ channel }) => {
      await channel.declareQueue('a');
      await channel.declareQueue('b');
      await channel.bind('a', 'amq.fanout');
      channel.publish('amq.fanout', '', '1');
      await channel.bind('b', 'amq.fanout');
      channel.publish('amq.fanout', '', '2');
      await channel.unbind('a', 'amq.fanout');
      channel.publish('amq.fanout', '', '3');
      assert.deepEqual(
        [await channel.get('a'), await channel.get('a'), await channel.get('a')],
        ['1', '2', null],
      );
      assert.deepEqual(
        [await channel.get('b'), await channel.get('b'), await channel.get('b')],
        ['2', '3', null],
      );
    },
  );

  fact(
    'headers decide for each message, even when exchange and key repeat',
    async ({ channel }) => {
      await channel.declareQueue('q');
      await channel.bind('q', 'amq.headers', '', fromPlain({ colour: 'red' }));
      for (const colour of ['red', 'blue', 'red']) {
        channel.publish('amq.headers', '', colour, {
          properties: { headers: fromPlain({ colour }) },
        });
      }
      assert.deepEqual(
        [await channel.get('q'), await channel.get('q'), await channel.get('q')],
        ['red', 'red', null],
      );
    },
  );

  fact(
    'a queue with a name beyond ASCII is reached through the default exchange',
    async ({ channel }) => {
      await channel.declareQueue('häschen');
      channel.publish('', Buffer.from('häschen').toString('latin1'), 'hop');
      assert.equal(await channel.get('häschen'), 'hop');
    },
  );

  fact('a content property that is malformed is refused with 501', async ({ channel, client }) => {
    client.send(methods.encodeBasicPublish, 1, {
      exchange: '',
      routingKey: 'q',
      mandatory: false,
      immediate: false,
    });
    const header = [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 9, 0x41];
    client.sendFrame(2, channel.number, header);
    assert.equal((await client.expect(methods.CONNECTION_CLOSE)).method.replyCode, 501);
  });
});
