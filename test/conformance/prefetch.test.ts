// Prefetch that changes while consumers run, and basic.recover (https://www.rabbitmq.com/docs/consumer-prefetch).
import assert from 'node:assert/strict';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { fact, section, type Ground } from './support/fact.ts';

const BODIES = ['a', 'b', 'c', 'd', 'e', 'f'];

async function fill({ channel }: Ground): Promise<void> {
  await channel.declareQueue('q');
  for (const body of BODIES) channel.publish('', 'q', body);
  await channel.sync();
}

/** Sends basic.qos, and leaves it to the test what comes first: its answer or deliveries. */
async function setGlobal({ channel }: Ground, prefetchCount: number): Promise<void> {
  channel.send(methods.encodeBasicQos, { prefetchSize: 0, prefetchCount, global: true });
}

section('Prefetch while consumers run', () => {
  fact('a new prefetch leaves running consumers as they are', async (ground) => {
    const { channel } = ground;
    await fill(ground);
    await channel.qos(1);
    await channel.consume('q', 'old');
    assert.equal((await channel.delivery()).text, 'a');
    await channel.qos(3);
    channel.ack(1);
    assert.equal((await channel.delivery()).text, 'b');
    await channel.consume('q', 'new');
    const consumers = [
      await channel.delivery(),
      await channel.delivery(),
      await channel.delivery(),
    ];
    assert.deepEqual(
      consumers.map(({ consumer }) => consumer),
      ['new', 'new', 'new'],
    );
  });

  fact('raising a global prefetch delivers more at once', async (ground) => {
    const { channel, client } = ground;
    await fill(ground);
    await channel.qos(1, true);
    await channel.consume('q', 'one');
    assert.equal((await channel.delivery()).text, 'a');
    await setGlobal(ground, 3);
    const received = [await client.next(), await client.next(), await client.next()];
    const bodies = received.filter(({ method }) => method.id === methods.BASIC_DELIVER);
    assert.deepEqual(
      bodies.map(({ body }) => body),
      ['b', 'c'],
    );
  });

  fact(
    'lowering a global prefetch delivers nothing until enough is acknowledged',
    async (ground) => {
      const { channel } = ground;
      await fill(ground);
      await channel.qos(3, true);
      await channel.consume('q', 'one');
      assert.deepEqual(await channel.deliveries(3), ['a', 'b', 'c']);
      await channel.qos(1, true);
      channel.ack(1);
      channel.ack(2);
      await channel.qos(0);
      channel.ack(3);
      assert.equal((await channel.delivery()).text, 'd');
    },
  );

  fact('a global prefetch of 0 is no limit', async (ground) => {
    const { channel, client } = ground;
    await fill(ground);
    await channel.qos(1, true);
    await channel.consume('q', 'one');
    assert.equal((await channel.delivery()).text, 'a');
    await setGlobal(ground, 0);
    const bodies: string[] = [];
    while (bodies.length < 5) {
      const { method, body } = await client.next();
      if (method.id === methods.BASIC_DELIVER) bodies.push(body);
    }
    assert.deepEqual(bodies, ['b', 'c', 'd', 'e', 'f']);
  });

  fact('of a prefetch of the consumer and a global one the tighter holds', async (ground) => {
    const { channel } = ground;
    await fill(ground);
    await channel.qos(2);
    await channel.qos(3, true);
    await channel.consume('q', 'one');
    assert.deepEqual(await channel.deliveries(2), ['a', 'b']);
    await channel.consume('q', 'two');
    assert.equal((await channel.delivery()).consumer, 'two');
    channel.ack(1);
    assert.equal((await channel.delivery()).text, 'd');
  });

  fact('basic.get is not held back by a prefetch', async (ground) => {
    const { channel } = ground;
    await fill(ground);
    await channel.qos(1, true);
    await channel.consume('q', 'one');
    assert.equal((await channel.delivery()).text, 'a');
    assert.equal(await channel.get('q', false), 'b');
  });
});

section('Recovering', () => {
  fact(
    'basic.recover-async brings everything outstanding back, without an answer',
    async (ground) => {
      const { channel } = ground;
      await fill(ground);
      assert.equal(await channel.get('q', false), 'a');
      channel.send(methods.encodeBasicRecoverAsync, { requeue: true });
      assert.equal(await channel.get('q'), 'a again');
    },
  );

  fact('what is recovered may go to another consumer', async (ground) => {
    const { channel, client } = ground;
    await fill(ground);
    assert.equal(await channel.get('q', false), 'a');
    const other = await ground.otherChannel();
    await other.qos(1);
    channel.send(methods.encodeBasicRecover, { requeue: true });
    await client.expect(methods.BASIC_RECOVER_OK);
    await other.consume('q');
    assert.deepEqual(await other.deliveries(1), ['a again']);
  });
});
