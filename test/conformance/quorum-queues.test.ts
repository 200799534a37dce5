// Quorum queues as clients see them (https://www.rabbitmq.com/docs/quorum-queues).
import assert from 'node:assert/strict';
import { fromPlain, toPlain, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { RawChannel, Received } from '../support/raw-client.ts';
import { readVerdicts } from './support/confirms.ts';
import { fact, section, type Ground } from './support/fact.ts';

type Arguments = Readonly<Record<string, PlainValue>>;

async function declareQuorum(
  { channel }: Ground,
  args: Arguments = {},
  queue = 'q',
): Promise<void> {
  const all = fromPlain({ 'x-queue-type': 'quorum', ...args });
  await channel.declareQueue(queue, { durable: true, arguments: all });
}

/** Publishes and waits until the queue has the messages. */
async function publishAll({ channel, client }: Ground, bodies: readonly string[]): Promise<void> {
  const confirming = await client.channel(7);
  await confirming.confirmSelect();
  for (const body of bodies) confirming.publish('', 'q', body);
  await readVerdicts(client, bodies.length);
  await confirming.close();
  await channel.sync();
}

/** The next delivery with the counts in its headers. */
async function counted(channel: RawChannel): Promise<string> {
  const received: Received = await channel.client.expect(methods.BASIC_DELIVER);
  assert.ok(received.method.id === methods.BASIC_DELIVER);
  const headers = toPlain(received.properties.headers ?? new Map());
  const { redelivered } = received.method;
  const count = (name: string): string => JSON.stringify(headers[name]) ?? '-';
  return [
    received.body,
    redelivered ? 'again' : 'first',
    `acquired ${count('x-acquired-count')}`,
    `failed ${count('x-delivery-count')}`,
  ].join(', ');
}

function reject(channel: RawChannel, deliveryTag: number): void {
  channel.send(methods.encodeBasicReject, { deliveryTag, requeue: true });
}

const COUNTS_310 = { differsIn310: 'there was one count, x-delivery-count, of all deliveries' };

section('Declaring a quorum queue', () => {
  const UNFIT: readonly (readonly [string, object, string])[] = [
    ['not durable', { durable: false }, 'non-durable'],
    ['auto-delete', { durable: true, autoDelete: true }, 'auto-delete'],
    ['exclusive', { durable: true, exclusive: true }, 'exclusive-owner'],
    ['exclusive and auto-delete', { exclusive: true, autoDelete: true }, 'auto-delete'],
  ];
  for (const [what, flags, property] of UNFIT) {
    fact(`that is ${what} is refused`, async ({ channel, client }) => {
      const args = fromPlain({ 'x-queue-type': 'quorum' });
      channel.sendDeclareQueue('q', { ...flags, arguments: args });
      const text = `invalid property '${property}' for queue 'q' in vhost '/'`;
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    });
  }

  fact(
    'without a name is refused',
    async ({ channel, client }) => {
      const args = fromPlain({ 'x-queue-type': 'quorum' });
      channel.sendDeclareQueue('', { durable: true, arguments: args });
      const text = 'Cannot declare a server-named queue for type quorum';
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    },
    { differsIn310: 'the text was another' },
  );

  for (const flag of ['if-unused', 'if-empty'] as const) {
    fact(`it cannot be deleted with ${flag}`, async (ground) => {
      await declareQuorum(ground);
      ground.channel.sendDeleteQueue('q', flag === 'if-unused', flag === 'if-empty');
      const text = `cannot delete queue 'q' in vhost '/'. queue.delete operations with ${flag} flag set are not supported by quorum queues`;
      await ground.client.expectConnectionClose(540, `NOT_IMPLEMENTED - ${text}`);
    });
  }
});

section('Quorum queues', () => {
  fact('messages come in the order of arrival', async (ground) => {
    await declareQuorum(ground);
    await publishAll(ground, ['a', 'b', 'c']);
    await ground.channel.consume('q', 'c', { noAck: true });
    assert.deepEqual(await ground.channel.deliveries(3), ['a', 'b', 'c']);
  });

  fact(
    'what comes back is delivered before what waits, in the order in which it came back',
    async (ground) => {
      await declareQuorum(ground, { 'x-delivery-limit': 5 });
      const { channel } = ground;
      await publishAll(ground, ['a', 'b', 'c']);
      await channel.qos(2);
      await channel.consume('q');
      assert.deepEqual(await channel.deliveries(2), ['a', 'b']);
      channel.nack(2, true);
      assert.deepEqual(await channel.deliveries(1), ['b again']);
      channel.nack(1, true);
      assert.deepEqual(await channel.deliveries(1), ['a again']);
    },
  );

  fact(
    'without a limit of deliveries what basic.nack requeues is delivered last',
    async (ground) => {
      await declareQuorum(ground, { 'x-delivery-limit': -1 });
      const { channel } = ground;
      await publishAll(ground, ['a', 'b', 'c']);
      await channel.qos(1);
      await channel.consume('q');
      assert.deepEqual(await channel.deliveries(1), ['a']);
      channel.nack(1, true);
      assert.deepEqual(await channel.deliveries(1), ['b']);
      channel.ack(2);
      assert.deepEqual(await channel.deliveries(1), ['c']);
      channel.ack(3);
      assert.equal(await counted(channel), 'a, again, acquired 1, failed -');
    },
    { differsIn310: 'there a negative limit was one, and no limit the default' },
  );

  fact('of consumers that wait for their turn as the only one none is counted', async (ground) => {
    const { channel } = ground;
    await declareQuorum(ground, { 'x-single-active-consumer': true });
    for (const tag of ['a', 'b', 'c']) await channel.consume('q', tag);
    const { consumerCount } = await channel.declareQueue('q', { passive: true });
    assert.equal(consumerCount, 1);
  });

  fact('a message is delivered first without counts', async (ground) => {
    await declareQuorum(ground);
    await publishAll(ground, ['a']);
    await ground.channel.consume('q');
    assert.equal(await counted(ground.channel), 'a, first, acquired -, failed -');
  });

  fact(
    'basic.nack with requeue counts as acquired, not as failed',
    async (ground) => {
      await declareQuorum(ground);
      await publishAll(ground, ['a']);
      await ground.channel.consume('q');
      await counted(ground.channel);
      ground.channel.nack(1, true);
      assert.equal(await counted(ground.channel), 'a, again, acquired 1, failed -');
    },
    COUNTS_310,
  );

  fact(
    'basic.reject with requeue counts as acquired and failed',
    async (ground) => {
      await declareQuorum(ground);
      await publishAll(ground, ['a']);
      await ground.channel.consume('q');
      await counted(ground.channel);
      reject(ground.channel, 1);
      assert.equal(await counted(ground.channel), 'a, again, acquired 1, failed 1');
    },
    COUNTS_310,
  );

  fact(
    'a lost connection counts as acquired and failed',
    async (ground) => {
      await declareQuorum(ground);
      await publishAll(ground, ['a']);
      const lost = await ground.otherChannel();
      await lost.consume('q');
      await counted(lost);
      lost.client.socket.destroy();
      await ground.channel.consume('q');
      assert.equal(await counted(ground.channel), 'a, again, acquired 1, failed 1');
    },
    COUNTS_310,
  );

  fact(
    'a message that failed more often than x-delivery-limit is dead-lettered as delivery_limit',
    async (ground) => {
      const { channel } = ground;
      await channel.declareQueue('dead');
      await declareQuorum(ground, {
        'x-delivery-limit': 2,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'dead',
      });
      await publishAll(ground, ['a']);
      await channel.consume('q');
      for (let tag = 1; tag <= 3; tag++) {
        await client(ground);
        reject(channel, tag);
      }
      await ground.eventually('it is dead', async () => {
        return (await channel.declareQueue('dead', { passive: true })).messageCount === 1;
      });
      channel.send(methods.encodeBasicGet, { queue: 'dead', noAck: true });
      const { properties } = await ground.client.expect(methods.BASIC_GET_OK);
      assert.equal(
        toPlain(properties.headers ?? new Map())['x-first-death-reason'],
        'delivery_limit',
      );
    },
  );

  fact('x-message-ttl and expiration are in effect', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('dead');
    await declareQuorum(ground, {
      'x-message-ttl': 20,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': 'dead',
    });
    channel.publish('', 'q', 'a');
    await ground.eventually('it expired', async () => (await channel.get('dead')) === 'a');
  });

  fact('x-max-length drops from the head', async (ground) => {
    await declareQuorum(ground, { 'x-max-length': 2 });
    await publishAll(ground, ['a', 'b', 'c']);
    await ground.channel.consume('q', 'c', { noAck: true });
    assert.deepEqual(await ground.channel.deliveries(2), ['b', 'c']);
  });

  fact(
    'messages of higher priority come first, without x-max-priority',
    async (ground) => {
      await declareQuorum(ground);
      const { channel } = ground;
      await publishAll(ground, []);
      const priorities = [5, 1, 31, 4, 9];
      for (const priority of priorities) {
        channel.publish('', 'q', String(priority), { properties: { priority } });
      }
      channel.publish('', 'q', 'none');
      await ground.eventually('all are there', async () => {
        return (await channel.declareQueue('q', { passive: true })).messageCount === 6;
      });
      await channel.consume('q', 'c', { noAck: true });
      assert.deepEqual(await channel.deliveries(6), ['31', '9', '5', '4', 'none', '1']);
    },
    { differsIn310: 'quorum queues knew no priorities' },
  );

  fact('a channel with a global prefetch cannot consume from one', async (ground) => {
    await declareQuorum(ground);
    await ground.channel.qos(5, true);
    ground.channel.sendConsume('q', 'c');
    const text = "queue 'q' in vhost '/' does not support global qos";
    await ground.client.expectConnectionClose(540, `NOT_IMPLEMENTED - ${text}`);
  });

  fact('basic.get is refused where there is a single active consumer', async (ground) => {
    await declareQuorum(ground, { 'x-single-active-consumer': true });
    ground.channel.send(methods.encodeBasicGet, { queue: 'q', noAck: true });
    const text =
      "cannot obtain access to locked queue 'q' in vhost '/'. basic.get operations are not supported by quorum queues with single active consumer";
    await ground.client.expectChannelClose(1, 405, `RESOURCE_LOCKED - ${text}`);
  });

  fact(
    'a consumer of higher priority displaces the single active one',
    async (ground) => {
      await declareQuorum(ground, { 'x-single-active-consumer': true });
      const first = await ground.otherChannel();
      const second = await ground.otherChannel();
      await first.consume('q', 'first');
      await publishAll(ground, ['a']);
      const { tag } = await first.delivery();
      await second.consume('q', 'second', { arguments: fromPlain({ 'x-priority': 9 }) });
      await publishAll(ground, ['b']);
      first.ack(tag);
      assert.deepEqual(await second.deliveries(1), ['b']);
    },
    { differsIn310: 'it did not displace it before 4.0' },
  );
});

/** The next delivery, whatever it is. */
async function client(ground: Ground): Promise<void> {
  await ground.client.expect(methods.BASIC_DELIVER);
}

const AT_LEAST_ONCE: Arguments = {
  'x-overflow': 'reject-publish',
  'x-dead-letter-strategy': 'at-least-once',
  'x-dead-letter-exchange': 'dlx',
  'x-message-ttl': 1,
};

section('Dead-lettering at least once', () => {
  fact(
    'keeps a message until there is a queue for it',
    async (ground) => {
      const { channel } = ground;
      await channel.declareExchange('dlx', 'fanout');
      await declareQuorum(ground, AT_LEAST_ONCE);
      await publishAll(ground, ['a']);
      await ground.eventually('it has expired', async () => {
        return (await channel.declareQueue('q', { passive: true })).messageCount === 0;
      });
      await channel.declareQueue('dead', { durable: true });
      await channel.bind('dead', 'dlx');
      await ground.eventually('it is dead', async () => (await channel.get('dead')) === 'a');
    },
    { differsIn310: 'it tries again after three minutes only' },
  );

  fact('gives messages on in their order', async (ground) => {
    const { channel } = ground;
    await channel.declareExchange('dlx', 'fanout');
    await channel.declareQueue('dead', { durable: true });
    await channel.bind('dead', 'dlx');
    await declareQuorum(ground, AT_LEAST_ONCE);
    await publishAll(ground, ['a', 'b', 'c']);
    await ground.eventually('all are dead', async () => {
      return (await channel.declareQueue('dead', { passive: true })).messageCount === 3;
    });
    for (const body of ['a', 'b', 'c']) assert.equal(await channel.get('dead'), body);
  });
});

section('Acknowledgement timeouts', () => {
  fact(
    'a consumer that holds a delivery for too long is cancelled, and the message delivered again',
    async (ground) => {
      await declareQuorum(ground, { 'x-consumer-timeout': 100 });
      await publishAll(ground, ['a']);
      const slow = await ground.otherChannel();
      await slow.consume('q', 'slow');
      await slow.delivery();
      assert.equal((await slow.client.expect(methods.BASIC_CANCEL)).method.consumerTag, 'slow');
      await ground.channel.consume('q', 'other');
      assert.deepEqual(await ground.channel.deliveries(1), ['a again']);
      slow.ack(1);
      await slow.sync();
    },
    { differsIn310: 'the timeout was a setting of the broker' },
  );

  fact(
    'a consumer may ask for another timeout than its queue',
    async (ground) => {
      await declareQuorum(ground, { 'x-consumer-timeout': 60_000 });
      await publishAll(ground, ['a']);
      const args = fromPlain({ 'x-consumer-timeout': 50 });
      await ground.channel.consume('q', 'slow', { arguments: args });
      await ground.channel.delivery();
      await ground.client.expect(methods.BASIC_CANCEL);
    },
    { differsIn310: 'the timeout was a setting of the broker' },
  );

  fact(
    'a client that does not understand basic.cancel has its channel closed',
    async (ground) => {
      await declareQuorum(ground, { 'x-consumer-timeout': 50 });
      await publishAll(ground, ['a']);
      const simple = await ground.otherChannel({ capabilities: {} });
      await simple.consume('q', 'slow');
      await simple.delivery();
      const text =
        'delivery acknowledgement on channel 1 timed out. Timeout value used: 50 ms. This timeout value can be configured, see consumers doc guide to learn more';
      await simple.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    },
    { differsIn310: 'the timeout was a setting of the broker' },
  );
});

section('Delayed retry', () => {
  fact(
    'a failed message waits for x-delayed-retry-min before it is delivered again',
    async (ground) => {
      await declareQuorum(ground, {
        'x-delivery-limit': 5,
        'x-delayed-retry-type': 'all',
        'x-delayed-retry-min': 60,
      });
      const { channel } = ground;
      await publishAll(ground, ['a', 'b']);
      await channel.qos(1);
      await channel.consume('q');
      await client(ground);
      channel.nack(1, true);
      assert.deepEqual(await channel.delivery(), { text: 'b', tag: 2, consumer: 'c' });
      channel.ack(2);
      assert.deepEqual(await channel.deliveries(1), ['a again']);
    },
    { differsIn310: 'it came with 4.3' },
  );

  fact('of type failed it delays only what failed', async (ground) => {
    await declareQuorum(ground, {
      'x-delayed-retry-type': 'failed',
      'x-delayed-retry-min': 60_000,
    });
    const { channel } = ground;
    await publishAll(ground, ['a']);
    await channel.consume('q');
    await client(ground);
    channel.nack(1, true);
    assert.deepEqual(await channel.deliveries(1), ['a again']);
  });
});
