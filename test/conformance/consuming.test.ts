// Consuming: delivery order, prefetch, settlement, redelivery (https://www.rabbitmq.com/docs/consumers, /docs/confirms).
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { RawChannel } from '../support/raw-client.ts';
import { fact, section, type Ground } from './support/fact.ts';

/** Declares a queue `q` that holds these messages. */
async function withQueue(ground: Ground, bodies: readonly string[]): Promise<Ground> {
  const { channel } = ground;
  await channel.declareQueue('q');
  for (const body of bodies) channel.publish('', 'q', body);
  await channel.sync();
  return ground;
}

const ABC = ['a', 'b', 'c'];

section('Consuming', () => {
  fact(
    'messages come in order, with delivery tags from 1, shared by deliver and get',
    async (ground) => {
      const { channel, client } = await withQueue(ground, ABC);

      assert.equal(await channel.get('q', false), 'a');
      await channel.consume('q');
      const first = await channel.delivery();
      const second = await channel.delivery();
      assert.deepEqual([first.text, first.tag, second.text, second.tag], ['b', 2, 'c', 3]);
      assert.deepEqual(client.inbox, []);
    },
  );

  fact('a consumer without a tag gets one: amq.ctag- and 22 characters', async (ground) => {
    const { channel } = await withQueue(ground, []);

    assert.match(await channel.consume('q', ''), /^amq\.ctag-[\w-]{22}$/u);
  });

  fact('consume-ok comes before the first delivery', async (ground) => {
    const { channel, client } = await withQueue(ground, ABC);

    channel.sendConsume('q', 'c');
    await client.expect(methods.BASIC_CONSUME_OK);
    assert.deepEqual(await channel.deliveries(3), ABC);
  });

  fact('get tells how many messages are left, and get-empty that none are', async (ground) => {
    const { channel, client } = await withQueue(ground, ABC);

    channel.send(methods.encodeBasicGet, { queue: 'q', noAck: true });
    assert.equal((await client.expect(methods.BASIC_GET_OK)).method.messageCount, 2);
    await channel.get('q');
    await channel.get('q');
    assert.equal(await channel.get('q'), null);
  });

  fact('a prefetch of 2 holds back the third until one is acknowledged', async (ground) => {
    const { channel, client } = await withQueue(ground, ABC);

    await channel.qos(2);
    await channel.consume('q');
    assert.deepEqual(await channel.deliveries(2), ['a', 'b']);
    await channel.qos(2);
    assert.deepEqual(client.inbox, []);
    channel.ack(1);
    assert.deepEqual(await channel.deliveries(1), ['c']);
  });

  fact('a prefetch counts for consumers that come after it, each by itself', async (ground) => {
    const { channel } = await withQueue(ground, ['a', 'b', 'c', 'd', 'e', 'f']);

    await channel.consume('q', 'unlimited', { noAck: false });
    assert.deepEqual(await channel.deliveries(6), ['a', 'b', 'c', 'd', 'e', 'f']);
    await channel.cancel('unlimited');
    await channel.qos(1);
    await channel.consume('q', 'one');
    await channel.consume('q', 'other');
    channel.nack(0, true, true);
    const first = await channel.delivery();
    const second = await channel.delivery();
    assert.deepEqual([first.consumer, second.consumer], ['one', 'other']);
    await channel.qos(1);
  });

  fact('a global prefetch is shared by all consumers of the channel, at once', async (ground) => {
    const { channel } = await withQueue(ground, []);

    await channel.consume('q', 'one');
    await channel.consume('q', 'other');
    await channel.qos(3, true);
    for (const body of ['a', 'b', 'c', 'd']) channel.publish('', 'q', body);
    assert.deepEqual(await channel.deliveries(3), ['a', 'b', 'c']);
    await channel.qos(3, true);
    channel.ack(2);
    assert.deepEqual(await channel.deliveries(1), ['d']);
  });

  fact('automatic acknowledgement ignores the prefetch', async (ground) => {
    const { channel } = await withQueue(ground, ABC);

    await channel.qos(1);
    await channel.consume('q', 'c', { noAck: true });
    assert.deepEqual(await channel.deliveries(3), ABC);
  });

  fact('a prefetch size is refused with 540', async (ground) => {
    const { channel, client } = await withQueue(ground, []);

    channel.send(methods.encodeBasicQos, { prefetchSize: 1, prefetchCount: 0, global: false });
    await client.expectConnectionClose(540, 'NOT_IMPLEMENTED - prefetch_size!=0 (1)');
  });

  for (const [what, tag, multiple, gone] of [
    ['one', 2, false, ['b']],
    ['all up to one', 2, true, ['a', 'b']],
    ['all with tag 0', 0, true, ['a', 'b', 'c']],
  ] as const) {
    fact(
      `acknowledging ${what} settles ${gone.join(', ')}, and the rest comes again in order`,
      async (ground) => {
        const { channel, client } = await withQueue(ground, ABC);

        await channel.consume('q');
        await channel.deliveries(3);
        channel.ack(tag, multiple);
        await channel.close();
        const next = await client.channel(1);
        await next.consume('q');
        const rest = ABC.filter((body) => !(gone as readonly string[]).includes(body));
        assert.deepEqual(
          await next.deliveries(rest.length),
          rest.map((body) => `${body} again`),
        );
        await next.sync();
      },
    );
  }

  fact('acknowledging all is no error when nothing is outstanding', async (ground) => {
    const { channel } = await withQueue(ground, []);

    channel.ack(0, true);
    await channel.sync();
  });

  for (const [what, misuse, tag] of [
    ['a tag never given', (channel: RawChannel) => channel.ack(7), 7],
    ['tag 0 without multiple', (channel: RawChannel) => channel.ack(0), 0],
    ['a tag twice', (channel: RawChannel) => [channel.ack(1), channel.ack(1)], 1],
    ['all up to a tag never given', (channel: RawChannel) => channel.ack(7, true), 7],
    ['a rejected tag', (channel: RawChannel) => [channel.nack(2, false), channel.ack(2)], 2],
  ] as const) {
    fact(`acknowledging ${what} closes the channel with 406`, async (ground) => {
      const { channel, client } = await withQueue(ground, ABC);

      await channel.consume('q');
      await channel.deliveries(3);
      misuse(channel);
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - unknown delivery tag ${tag}`);
    });
  }

  fact('a delivery that needs no acknowledgement has no tag to acknowledge', async (ground) => {
    const { channel, client } = await withQueue(ground, ['a']);

    await channel.get('q');
    channel.ack(1);
    await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - unknown delivery tag 1');
  });

  fact(
    'reject without requeue drops, with requeue brings it back flagged, at its place',
    async (ground) => {
      const { channel } = await withQueue(ground, ABC);

      await channel.get('q', false);
      await channel.get('q', false);
      channel.send(methods.encodeBasicReject, { deliveryTag: 1, requeue: false });
      channel.send(methods.encodeBasicReject, { deliveryTag: 2, requeue: true });
      assert.deepEqual(
        [await channel.get('q'), await channel.get('q'), await channel.get('q')],
        ['b again', 'c', null],
      );
    },
  );

  fact('recover brings everything outstanding back in order', async (ground) => {
    const { channel, client } = await withQueue(ground, ABC);

    await channel.get('q', false);
    await channel.get('q', false);
    channel.send(methods.encodeBasicRecover, { requeue: true });
    await client.expect(methods.BASIC_RECOVER_OK);
    await channel.consume('q');
    assert.deepEqual(await channel.deliveries(3), ['a again', 'b again', 'c']);
  });

  fact('recover without requeue is refused with 540', async (ground) => {
    const { channel, client } = await withQueue(ground, []);

    channel.send(methods.encodeBasicRecover, { requeue: false });
    await client.expectConnectionClose(540, 'NOT_IMPLEMENTED - requeue=false');
  });

  fact('cancelling a consumer leaves what it holds unacknowledged', async (ground) => {
    const { channel } = await withQueue(ground, ABC);

    await channel.qos(2);
    await channel.consume('q');
    await channel.deliveries(2);
    await channel.cancel('c');
    assert.equal((await channel.declareQueue('q')).messageCount, 1);
    channel.ack(1);
    channel.ack(2);
    await channel.sync();
  });

  fact('cancelling an unknown consumer is no error', async (ground) => {
    const { channel } = await withQueue(ground, []);

    await channel.cancel('nobody');
  });

  fact('round robin gives each of three consumers every third message', async (ground) => {
    const { channel } = await withQueue(ground, []);

    for (const tag of ['x', 'y', 'z']) await channel.consume('q', tag);
    for (let i = 0; i < 6; i++) channel.publish('', 'q', String(i));
    const consumers: string[] = [];
    for (let i = 0; i < 6; i++) consumers.push((await channel.delivery()).consumer);
    assert.deepEqual(consumers, ['x', 'y', 'z', 'x', 'y', 'z']);
  });

  for (const [what, leave] of [
    ['channel', async (holder: RawChannel) => holder.close()],
    ['connection', async (holder: RawChannel) => holder.client[Symbol.asyncDispose]()],
  ] as const) {
    fact(
      `a ${what} that ends gives what it holds to the next consumer, in order, flagged`,
      async (ground) => {
        const { channel } = await withQueue(ground, ABC);

        await using other = await ground.connect();
        const holder = await other.channel();
        await holder.qos(2);
        await holder.consume('q');
        await holder.deliveries(2);
        await channel.consume('q');
        assert.deepEqual(await channel.deliveries(1), ['c']);
        await leave(holder);
        assert.deepEqual(await channel.deliveries(2), ['a again', 'b again']);
      },
    );
  }

  fact('a consumer tag in use is refused with 530', async (ground) => {
    const { channel, client } = await withQueue(ground, []);

    await channel.consume('q', 'c');
    channel.sendConsume('q', 'c');
    await client.expectConnectionClose(530, "NOT_ALLOWED - attempt to reuse consumer tag 'c'");
  });

  fact('an exclusive consumer keeps others out, and is kept out by others', async (ground) => {
    const { channel, client } = await withQueue(ground, []);

    await channel.consume('q', 'c', { exclusive: true });
    channel.sendConsume('q', 'other');
    const text = "ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use";
    await client.expectChannelClose(1, 403, text);
    const next = await client.channel(1);
    await next.consume('q', 'c');
    next.sendConsume('q', 'other', { exclusive: true });
    await client.expectChannelClose(1, 403, text);
  });

  fact('a consumer argument for another type of queue is refused with 406', async (ground) => {
    const { channel, client } = await withQueue(ground, []);

    channel.sendConsume('q', 'c', { arguments: fromPlain({ 'x-stream-offset': 1 }) });
    const text =
      "invalid arg 'x-stream-offset' for queue 'q' in vhost '/' of queue type rabbit_classic_queue";
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  fact('a priority that is no integer is refused with 406', async (ground) => {
    const { channel, client } = await withQueue(ground, []);

    channel.sendConsume('q', 'c', { arguments: fromPlain({ 'x-priority': 'high' }) });
    const text = `invalid arg 'x-priority' for queue 'q' in vhost '/': "expected integer, got longstr"`;
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  fact(
    'consumers of higher priority come first, and lower ones only while those are blocked',
    async (ground) => {
      const { channel } = await withQueue(ground, []);

      await channel.qos(1);
      const withPriority = (priority: number): object => ({
        arguments: fromPlain({ 'x-priority': priority }),
      });
      await channel.consume('q', 'low', withPriority(-1));
      await channel.consume('q', 'normal');
      await channel.consume('q', 'high', withPriority(5));
      await channel.consume('q', 'also high', withPriority(5));
      for (let i = 0; i < 5; i++) channel.publish('', 'q', String(i));
      const consumers: string[] = [];
      for (let i = 0; i < 4; i++) consumers.push((await channel.delivery()).consumer);
      assert.deepEqual(consumers, ['high', 'also high', 'normal', 'low']);
      channel.ack(2);
      assert.equal((await channel.delivery()).consumer, 'also high');
    },
  );

  fact('settling deliveries of a queue that is gone is no error', async (ground) => {
    const { channel } = await withQueue(ground, ABC);

    await channel.get('q', false);
    await channel.get('q', false);
    await channel.deleteQueue('q');
    channel.ack(1);
    channel.nack(2, true);
    await channel.sync();
  });

  fact(
    'a consumer that does not read its socket does not keep the others waiting',
    async (ground) => {
      const { channel } = await withQueue(ground, []);

      await using sleeper = await ground.connect();
      const sleeping = await sleeper.channel();
      await sleeping.consume('q', 'asleep', { noAck: true });
      sleeper.socket.pause();
      await channel.consume('q', 'awake', { noAck: true });
      const body = Buffer.alloc(100_000);
      const total = 400;
      for (let i = 0; i < total; i++) channel.publish('', 'q', body);
      // The sleeper's share ends where its socket is full: the rest comes here.
      for (let i = 0; i < total / 2 + 20; i++) await channel.delivery();
    },
  );

  fact(
    'whatever is acknowledged or requeued, nothing is lost, doubled or out of order',
    async (ground) => {
      const steps = fc.array(fc.tuple(fc.nat(9), fc.boolean(), fc.boolean()), { maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(steps, async (settlements) => {
          await using client = await ground.connect();
          const channel = await client.channel();
          const { queue } = await channel.declareQueue('', { exclusive: true });
          const count = 10;
          for (let i = 0; i < count; i++) channel.publish('', queue, String(i));
          for (let i = 0; i < count; i++) await channel.get(queue, false);
          // The model: what is outstanding, by tag.
          const outstanding = new Map(Array.from({ length: count }, (_, i) => [i + 1, String(i)]));
          const ready: string[] = [];
          for (const [index, multiple, requeue] of settlements) {
            const tag = [...outstanding.keys()][index];
            if (tag === undefined) continue;
            if (requeue) channel.nack(tag, true, multiple);
            else channel.ack(tag, multiple);
            for (const held of Array.from(outstanding.keys())) {
              if (multiple ? held > tag : held !== tag) continue;
              if (requeue) ready.push(outstanding.get(held)!);
              outstanding.delete(held);
            }
          }
          await channel.close();
          const next = await client.channel(1);
          const expected = [...ready, ...outstanding.values()].sort(
            (a, b) => Number(a) - Number(b),
          );
          for (const body of expected) assert.equal(await next.get(queue), `${body} again`);
          assert.equal(await next.get(queue), null);
        }),
        { numRuns: 50 },
      );
    },
  );
});

section('Channels', () => {
  fact('flow on is answered, flow off is refused with 540', async (ground) => {
    const { channel, client } = await withQueue(ground, []);

    channel.send(methods.encodeChannelFlow, { active: true });
    assert.equal((await client.expect(methods.CHANNEL_FLOW_OK)).method.active, true);
    channel.send(methods.encodeChannelFlow, { active: false });
    await client.expectConnectionClose(540, 'NOT_IMPLEMENTED - active=false');
  });

  fact(
    'a number is free again after close-ok, and the new channel starts afresh',
    async (ground) => {
      const { channel, client } = await withQueue(ground, ['a']);

      await channel.get('q', false);
      await channel.close();
      const next = await client.channel(1);
      assert.equal(await next.get('q', false), 'a again');
      next.ack(1);
      await next.sync();
    },
  );

  fact(
    'everything on a channel closed by the broker is discarded until close-ok',
    async (ground) => {
      const { channel, client } = await withQueue(ground, []);

      channel.ack(9);
      await client.expect(methods.CHANNEL_CLOSE);
      channel.publish('', 'q', 'discarded');
      channel.sendDeclareQueue('discarded');
      client.send(methods.encodeChannelCloseOk, 1, {});
      const next = await client.channel(1);
      assert.equal(await next.get('q'), null);
    },
  );

  fact('more channels than negotiated are refused with 530', async (ground) => {
    await using client = await ground.connect({ channelMax: 2 });
    await client.channel(1);
    await client.channel(2);
    client.send(methods.encodeChannelOpen, 3, {});
    await client.expectConnectionClose(
      530,
      'NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2)',
    );
  });

  fact('an unhappy channel leaves the other channels of the connection at work', async (ground) => {
    const { channel, client } = await withQueue(ground, ['a']);

    const other = await client.channel(2);
    channel.ack(9);
    await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - unknown delivery tag 9');
    assert.equal(await other.get('q'), 'a');
  });

  fact('access.request is granted, as old clients expect', async (ground) => {
    const { channel, client } = await withQueue(ground, []);

    const flags = { exclusive: false, passive: true, active: true, write: true, read: true };
    channel.send(methods.encodeAccessRequest, { realm: '/data', ...flags });
    assert.equal((await client.expect(methods.ACCESS_REQUEST_OK)).method.ticket, 1);
  });
});
