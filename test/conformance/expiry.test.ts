// Messages and queues that expire (https://www.rabbitmq.com/docs/ttl).
import assert from 'node:assert/strict';
import { fromPlain, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import { BASIC_RETURN } from '../../src/amqp/wire/generated/methods.ts';
import { fact, section, type Ground } from './support/fact.ts';

/** Declares a queue of which expired messages go to the queue `dead`. */
async function declareMortal(
  { channel }: Ground,
  args: Readonly<Record<string, PlainValue>> = {},
): Promise<void> {
  await channel.declareQueue('dead');
  const deadLetters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
  await channel.declareQueue('q', { arguments: fromPlain({ ...args, ...deadLetters }) });
}

/** Waits until as many messages have expired, and returns them. */
async function expired(ground: Ground, count: number): Promise<string[]> {
  const bodies: string[] = [];
  await ground.eventually(`${count} messages expired`, async () => {
    const body = await ground.channel.get('dead');
    if (body !== null) bodies.push(body);
    return bodies.length >= count;
  });
  return bodies;
}

section('Message TTL', () => {
  fact(
    'a message expires after the x-message-ttl of its queue, without any consumer',
    async (ground) => {
      await declareMortal(ground, { 'x-message-ttl': 20 });
      ground.channel.publish('', 'q', 'a');
      assert.deepEqual(await expired(ground, 1), ['a']);
      assert.equal(await ground.channel.get('q'), null);
    },
  );

  fact('a message expires after its own expiration', async (ground) => {
    await declareMortal(ground);
    ground.channel.publish('', 'q', 'a', { properties: { expiration: '20' } });
    assert.deepEqual(await expired(ground, 1), ['a']);
  });

  const BOTH: readonly (readonly [ttl: number, expiration: string])[] = [
    [20, '60000'],
    [60_000, '20'],
  ];
  for (const [ttl, expiration] of BOTH) {
    fact(
      `of a queue's TTL of ${ttl} and an expiration of ${expiration} the shorter counts`,
      async (ground) => {
        await declareMortal(ground, { 'x-message-ttl': ttl });
        ground.channel.publish('', 'q', 'a', { properties: { expiration } });
        assert.deepEqual(await expired(ground, 1), ['a']);
      },
    );
  }

  fact('messages expire in their order', async (ground) => {
    await declareMortal(ground, { 'x-message-ttl': 20 });
    for (const body of ['a', 'b', 'c']) ground.channel.publish('', 'q', body);
    assert.deepEqual(await expired(ground, 3), ['a', 'b', 'c']);
  });

  fact(
    'a message behind one that lives longer expires only when it reaches the head',
    async (ground) => {
      await declareMortal(ground);
      const { channel } = ground;
      channel.publish('', 'q', 'long', { properties: { expiration: '60000' } });
      channel.publish('', 'q', 'short', { properties: { expiration: '1' } });
      await channel.declareQueue('clock', {
        arguments: fromPlain({
          'x-message-ttl': 50,
          'x-dead-letter-exchange': '',
          'x-dead-letter-routing-key': 'dead',
        }),
      });
      channel.publish('', 'clock', 'time is up');
      assert.deepEqual(await expired(ground, 1), ['time is up']);
      assert.equal((await channel.declareQueue('q', { passive: true })).messageCount, 2);
      assert.equal(await channel.get('q'), 'long');
      assert.deepEqual(await expired(ground, 1), ['short']);
    },
  );

  fact('a consumer that comes later is not given what has expired', async (ground) => {
    await declareMortal(ground, { 'x-message-ttl': 20 });
    const { channel } = ground;
    channel.publish('', 'q', 'a');
    await expired(ground, 1);
    channel.publish('', 'q', 'b', { properties: { expiration: '60000' } });
    await channel.consume('q', 'c', { noAck: true });
    assert.equal((await channel.delivery()).text, 'b');
  });

  fact('expiration 0 delivers at once to a consumer that waits', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.consume('q', 'c', { noAck: true });
    channel.publish('', 'q', 'now', { properties: { expiration: '0' } });
    assert.equal((await channel.delivery()).text, 'now');
  });

  fact('expiration 0 expires at once when no consumer can take the message', async (ground) => {
    await declareMortal(ground);
    const { channel } = ground;
    await channel.qos(1);
    await channel.consume('q');
    channel.publish('', 'q', 'first');
    assert.equal((await channel.delivery()).text, 'first');
    channel.publish('', 'q', 'never', { properties: { expiration: '0' } });
    assert.deepEqual(await expired(ground, 1), ['never']);
  });

  fact('x-message-ttl 0 expires at once without a consumer', async (ground) => {
    await declareMortal(ground, { 'x-message-ttl': 0 });
    ground.channel.publish('', 'q', 'a');
    assert.equal(await ground.channel.get('q'), null);
    assert.deepEqual(await expired(ground, 1), ['a']);
  });

  fact('an unacknowledged message does not expire', async (ground) => {
    await declareMortal(ground, { 'x-message-ttl': 20 });
    const { channel } = ground;
    await channel.consume('q');
    channel.publish('', 'q', 'held');
    const { tag } = await channel.delivery();
    await channel.cancel('c');
    channel.publish('', 'q', 'waiting');
    assert.deepEqual(await expired(ground, 1), ['waiting']);
    channel.ack(tag);
    await channel.sync();
    assert.equal(await channel.get('dead'), null);
  });

  fact('a requeued message keeps the time when it expires', async (ground) => {
    await declareMortal(ground, { 'x-message-ttl': 40 });
    const { channel } = ground;
    await channel.consume('q');
    channel.publish('', 'q', 'held');
    const { tag } = await channel.delivery();
    await channel.cancel('c');
    channel.publish('', 'q', 'waiting');
    assert.deepEqual(await expired(ground, 1), ['waiting']);
    channel.nack(tag, true);
    await channel.sync();
    assert.equal(await channel.get('q'), null);
    assert.deepEqual(await expired(ground, 1), ['held']);
  });

  fact('a message that expired counts as confirmed', async (ground) => {
    await declareMortal(ground, { 'x-message-ttl': 0 });
    const { channel, client } = ground;
    await channel.confirmSelect();
    channel.publish('', 'q', 'a');
    const { method } = await client.next();
    assert.equal('deliveryTag' in method ? method.deliveryTag : 0, 1);
  });

  for (const [expiration, error] of [
    ['abc', 'no_integer'],
    ['', 'no_integer'],
    ['1x', '{leftover_string,"x"}'],
    ['-1', '{value_negative,-1}'],
    ['315360000001', '{value_too_large,315360000001}'],
  ] as const) {
    fact(`an expiration of '${expiration}' is refused with 406`, async ({ channel, client }) => {
      await channel.declareQueue('q');
      channel.publish('', 'q', 'a', { properties: { expiration } });
      await client.expectChannelClose(
        1,
        406,
        `PRECONDITION_FAILED - invalid expiration '${expiration}': ${error}`,
      );
    });
  }

  fact('the longest expiration is ten years', async ({ channel }) => {
    await channel.declareQueue('q');
    channel.publish('', 'q', 'a', { properties: { expiration: '315360000000' } });
    assert.equal(await channel.get('q'), 'a');
  });
});

/** Waits until the queue is gone, asking in a way that does not count as using it. */
async function gone(ground: Ground, queue: string): Promise<void> {
  const probe = await ground.otherChannel();
  await probe.confirmSelect();
  await ground.eventually(`${queue} is gone`, async () => {
    probe.publish('', queue, '', { mandatory: true });
    const { method } = await probe.client.next();
    if (method.id !== BASIC_RETURN) return false;
    await probe.client.next();
    return true;
  });
}

section('Queue TTL', () => {
  fact('a queue without consumers goes after x-expires', async (ground) => {
    await ground.channel.declareQueue('q', { arguments: fromPlain({ 'x-expires': 30 }) });
    await gone(ground, 'q');
  });

  fact('a durable queue goes too', async (ground) => {
    const args = fromPlain({ 'x-expires': 30 });
    await ground.channel.declareQueue('q', { durable: true, arguments: args });
    await gone(ground, 'q');
  });

  fact('its messages are not dead-lettered', async (ground) => {
    await declareMortal(ground, { 'x-expires': 30 });
    const { channel } = ground;
    channel.publish('', 'q', 'a');
    await gone(ground, 'q');
    channel.publish('', 'dead', 'last');
    assert.equal(await channel.get('dead'), 'last');
  });

  fact(
    'a consumer keeps it alive, and when the last one leaves the time begins',
    async (ground) => {
      const { channel } = ground;
      await channel.declareQueue('q', { arguments: fromPlain({ 'x-expires': 30 }) });
      await channel.consume('q');
      await channel.declareQueue('clock', { arguments: fromPlain({ 'x-expires': 90 }) });
      await gone(ground, 'clock');
      await channel.cancel('c');
      await gone(ground, 'q');
    },
  );

  for (const [what, use] of [
    ['declaring it again', (ground: Ground) => ground.channel.declareQueue('q', ARGUMENTS)],
    [
      'declaring it passively',
      (ground: Ground) => ground.channel.declareQueue('q', { passive: true }),
    ],
    ['basic.get', (ground: Ground) => ground.channel.get('q')],
  ] as const) {
    fact(`${what} begins the time anew`, async (ground) => {
      await ground.channel.declareQueue('q', ARGUMENTS);
      const begin = Date.now();
      // Used four times as long as it may be unused.
      while (Date.now() - begin < 1200) {
        await use(ground);
        await new Promise<void>((resolve) => {
          setTimeout(resolve, 20);
        });
      }
      await gone(ground, 'q');
    });
  }
});

const ARGUMENTS = { arguments: fromPlain({ 'x-expires': 300 }) };
