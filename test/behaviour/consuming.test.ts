// Consuming: delivery order, prefetch, settlement, redelivery (https://www.rabbitmq.com/docs/consumers, /docs/confirms).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createBroker } from 'leveret';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { RawClient, withChannel, type RawChannel } from '../support/raw-client.ts';

/** Runs a test with a channel on a broker of its own, whose queue `q` holds these messages. */
function withQueue(
  bodies: readonly string[],
  run: Parameters<typeof withChannel>[0],
): Promise<void> {
  return withChannel(async (channel, client, port) => {
    await channel.declareQueue('q');
    for (const body of bodies) channel.publish('', 'q', body);
    await channel.sync();
    await run(channel, client, port);
  });
}

const ABC = ['a', 'b', 'c'];

describe('consuming', { concurrency: true }, () => {
  test('messages come in order, with delivery tags from 1, shared by deliver and get', () =>
    withQueue(ABC, async (channel, client) => {
      assert.equal(await channel.get('q', false), 'a');
      await channel.consume('q');
      const first = await channel.delivery();
      const second = await channel.delivery();
      assert.deepEqual([first.text, first.tag, second.text, second.tag], ['b', 2, 'c', 3]);
      assert.deepEqual(client.inbox, []);
    }));

  test('a consumer without a tag gets one: amq.ctag- and 22 characters', () =>
    withQueue([], async (channel) => {
      assert.match(await channel.consume('q', ''), /^amq\.ctag-[\w-]{22}$/u);
    }));

  test('consume-ok comes before the first delivery', () =>
    withQueue(ABC, async (channel, client) => {
      channel.sendConsume('q', 'c');
      await client.expect(methods.BASIC_CONSUME_OK);
      assert.deepEqual(await channel.deliveries(3), ABC);
    }));

  test('get tells how many messages are left, and get-empty that none are', () =>
    withQueue(ABC, async (channel, client) => {
      channel.send(methods.encodeBasicGet, { queue: 'q', noAck: true });
      assert.equal((await client.expect(methods.BASIC_GET_OK)).method.messageCount, 2);
      await channel.get('q');
      await channel.get('q');
      assert.equal(await channel.get('q'), null);
    }));

  test('a prefetch of 2 holds back the third until one is acknowledged', () =>
    withQueue(ABC, async (channel, client) => {
      await channel.qos(2);
      await channel.consume('q');
      assert.deepEqual(await channel.deliveries(2), ['a', 'b']);
      await channel.qos(2);
      assert.deepEqual(client.inbox, []);
      channel.ack(1);
      assert.deepEqual(await channel.deliveries(1), ['c']);
    }));

  test('a prefetch counts for consumers that come after it, each by itself', () =>
    withQueue(['a', 'b', 'c', 'd', 'e', 'f'], async (channel) => {
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
    }));

  test('a global prefetch is shared by all consumers of the channel, at once', () =>
    withQueue([], async (channel) => {
      await channel.consume('q', 'one');
      await channel.consume('q', 'other');
      await channel.qos(3, true);
      for (const body of ['a', 'b', 'c', 'd']) channel.publish('', 'q', body);
      assert.deepEqual(await channel.deliveries(3), ['a', 'b', 'c']);
      await channel.qos(3, true);
      channel.ack(2);
      assert.deepEqual(await channel.deliveries(1), ['d']);
    }));

  test('automatic acknowledgement ignores the prefetch', () =>
    withQueue(ABC, async (channel) => {
      await channel.qos(1);
      await channel.consume('q', 'c', { noAck: true });
      assert.deepEqual(await channel.deliveries(3), ABC);
    }));

  test('a prefetch size is refused with 540', () =>
    withQueue([], async (channel, client) => {
      channel.send(methods.encodeBasicQos, { prefetchSize: 1, prefetchCount: 0, global: false });
      await client.expectConnectionClose(540, 'NOT_IMPLEMENTED - prefetch_size!=0 (1)');
    }));

  for (const [what, tag, multiple, gone] of [
    ['one', 2, false, ['b']],
    ['all up to one', 2, true, ['a', 'b']],
    ['all with tag 0', 0, true, ['a', 'b', 'c']],
  ] as const) {
    test(`acknowledging ${what} settles ${gone.join(', ')}, and the rest comes again in order`, () =>
      withQueue(ABC, async (channel, client) => {
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
      }));
  }

  test('acknowledging all is no error when nothing is outstanding', () =>
    withQueue([], async (channel) => {
      channel.ack(0, true);
      await channel.sync();
    }));

  for (const [what, misuse, tag] of [
    ['a tag never given', (channel: RawChannel) => channel.ack(7), 7],
    ['tag 0 without multiple', (channel: RawChannel) => channel.ack(0), 0],
    ['a tag twice', (channel: RawChannel) => [channel.ack(1), channel.ack(1)], 1],
    ['all up to a tag never given', (channel: RawChannel) => channel.ack(7, true), 7],
    ['a rejected tag', (channel: RawChannel) => [channel.nack(2, false), channel.ack(2)], 2],
  ] as const) {
    test(`acknowledging ${what} closes the channel with 406`, () =>
      withQueue(ABC, async (channel, client) => {
        await channel.consume('q');
        await channel.deliveries(3);
        misuse(channel);
        await client.expectChannelClose(
          1,
          406,
          `PRECONDITION_FAILED - unknown delivery tag ${tag}`,
        );
      }));
  }

  test('a delivery that needs no acknowledgement has no tag to acknowledge', () =>
    withQueue(['a'], async (channel, client) => {
      await channel.get('q');
      channel.ack(1);
      await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - unknown delivery tag 1');
    }));

  test('reject without requeue drops, with requeue brings it back flagged, at its place', () =>
    withQueue(ABC, async (channel) => {
      await channel.get('q', false);
      await channel.get('q', false);
      channel.send(methods.encodeBasicReject, { deliveryTag: 1, requeue: false });
      channel.send(methods.encodeBasicReject, { deliveryTag: 2, requeue: true });
      assert.deepEqual(
        [await channel.get('q'), await channel.get('q'), await channel.get('q')],
        ['b again', 'c', null],
      );
    }));

  test('recover brings everything outstanding back in order', () =>
    withQueue(ABC, async (channel, client) => {
      await channel.get('q', false);
      await channel.get('q', false);
      channel.send(methods.encodeBasicRecover, { requeue: true });
      await client.expect(methods.BASIC_RECOVER_OK);
      await channel.consume('q');
      assert.deepEqual(await channel.deliveries(3), ['a again', 'b again', 'c']);
    }));

  test('recover without requeue is refused with 540', () =>
    withQueue([], async (channel, client) => {
      channel.send(methods.encodeBasicRecover, { requeue: false });
      await client.expectConnectionClose(540, 'NOT_IMPLEMENTED - requeue=false');
    }));

  test('cancelling a consumer leaves what it holds unacknowledged', () =>
    withQueue(ABC, async (channel) => {
      await channel.qos(2);
      await channel.consume('q');
      await channel.deliveries(2);
      await channel.cancel('c');
      assert.equal((await channel.declareQueue('q')).messageCount, 1);
      channel.ack(1);
      channel.ack(2);
      await channel.sync();
    }));

  test('cancelling an unknown consumer is no error', () =>
    withQueue([], async (channel) => {
      await channel.cancel('nobody');
    }));

  test('round robin gives each of three consumers every third message', () =>
    withQueue([], async (channel) => {
      for (const tag of ['x', 'y', 'z']) await channel.consume('q', tag);
      for (let i = 0; i < 6; i++) channel.publish('', 'q', String(i));
      const consumers: string[] = [];
      for (let i = 0; i < 6; i++) consumers.push((await channel.delivery()).consumer);
      assert.deepEqual(consumers, ['x', 'y', 'z', 'x', 'y', 'z']);
    }));

  for (const [what, leave] of [
    ['channel', async (holder: RawChannel) => holder.close()],
    ['connection', async (holder: RawChannel) => holder.client[Symbol.asyncDispose]()],
  ] as const) {
    test(`a ${what} that ends gives what it holds to the next consumer, in order, flagged`, () =>
      withQueue(ABC, async (channel, _client, port) => {
        await using other = await RawClient.open(port);
        const holder = await other.channel();
        await holder.qos(2);
        await holder.consume('q');
        await holder.deliveries(2);
        await channel.consume('q');
        assert.deepEqual(await channel.deliveries(1), ['c']);
        await leave(holder);
        assert.deepEqual(await channel.deliveries(2), ['a again', 'b again']);
      }));
  }

  test('a consumer tag in use is refused with 530', () =>
    withQueue([], async (channel, client) => {
      await channel.consume('q', 'c');
      channel.sendConsume('q', 'c');
      await client.expectConnectionClose(530, "NOT_ALLOWED - attempt to reuse consumer tag 'c'");
    }));

  test('an exclusive consumer keeps others out, and is kept out by others', () =>
    withQueue([], async (channel, client) => {
      await channel.consume('q', 'c', { exclusive: true });
      channel.sendConsume('q', 'other');
      const text = "ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use";
      await client.expectChannelClose(1, 403, text);
      const next = await client.channel(1);
      await next.consume('q', 'c');
      next.sendConsume('q', 'other', { exclusive: true });
      await client.expectChannelClose(1, 403, text);
    }));

  test('a consumer argument for another type of queue is refused with 406', () =>
    withQueue([], async (channel, client) => {
      channel.sendConsume('q', 'c', { arguments: fromPlain({ 'x-stream-offset': 1 }) });
      const text =
        "invalid arg 'x-stream-offset' for queue 'q' in vhost '/' of queue type rabbit_classic_queue";
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    }));

  test('a priority that is no integer is refused with 406', () =>
    withQueue([], async (channel, client) => {
      channel.sendConsume('q', 'c', { arguments: fromPlain({ 'x-priority': 'high' }) });
      const text = `invalid arg 'x-priority' for queue 'q' in vhost '/': "expected integer, got longstr"`;
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    }));

  test('consumers of higher priority come first, and lower ones only while those are blocked', () =>
    withQueue([], async (channel) => {
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
    }));

  test('settling deliveries of a queue that is gone is no error', () =>
    withQueue(ABC, async (channel) => {
      await channel.get('q', false);
      await channel.get('q', false);
      await channel.deleteQueue('q');
      channel.ack(1);
      channel.nack(2, true);
      await channel.sync();
    }));

  test('a consumer that does not read its socket does not keep the others waiting', () =>
    withQueue([], async (channel, _client, port) => {
      await using sleeper = await RawClient.open(port);
      const sleeping = await sleeper.channel();
      await sleeping.consume('q', 'asleep', { noAck: true });
      sleeper.socket.pause();
      await channel.consume('q', 'awake', { noAck: true });
      const body = Buffer.alloc(100_000);
      const total = 400;
      for (let i = 0; i < total; i++) channel.publish('', 'q', body);
      // The sleeper's share ends where its socket is full: the rest comes here.
      for (let i = 0; i < total / 2 + 20; i++) await channel.delivery();
    }));

  test('whatever is acknowledged or requeued, nothing is lost, doubled or out of order', async () => {
    await using broker = await createBroker();
    const steps = fc.array(fc.tuple(fc.nat(9), fc.boolean(), fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (settlements) => {
        await using client = await RawClient.open(broker.port);
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
        const expected = [...ready, ...outstanding.values()].sort((a, b) => Number(a) - Number(b));
        for (const body of expected) assert.equal(await next.get(queue), `${body} again`);
        assert.equal(await next.get(queue), null);
      }),
      { numRuns: 50 },
    );
  });
});

describe('channels', { concurrency: true }, () => {
  test('flow on is answered, flow off is refused with 540', () =>
    withQueue([], async (channel, client) => {
      channel.send(methods.encodeChannelFlow, { active: true });
      assert.equal((await client.expect(methods.CHANNEL_FLOW_OK)).method.active, true);
      channel.send(methods.encodeChannelFlow, { active: false });
      await client.expectConnectionClose(540, 'NOT_IMPLEMENTED - active=false');
    }));

  test('a number is free again after close-ok, and the new channel starts afresh', () =>
    withQueue(['a'], async (channel, client) => {
      await channel.get('q', false);
      await channel.close();
      const next = await client.channel(1);
      assert.equal(await next.get('q', false), 'a again');
      next.ack(1);
      await next.sync();
    }));

  test('everything on a channel closed by the broker is discarded until close-ok', () =>
    withQueue([], async (channel, client) => {
      channel.ack(9);
      await client.expect(methods.CHANNEL_CLOSE);
      channel.publish('', 'q', 'discarded');
      channel.sendDeclareQueue('discarded');
      client.send(methods.encodeChannelCloseOk, 1, {});
      const next = await client.channel(1);
      assert.equal(await next.get('q'), null);
    }));

  test('more channels than negotiated are refused with 530', async () => {
    await using broker = await createBroker();
    await using client = await RawClient.open(broker.port, { channelMax: 2 });
    await client.channel(1);
    await client.channel(2);
    client.send(methods.encodeChannelOpen, 3, {});
    await client.expectConnectionClose(
      530,
      'NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2)',
    );
  });

  test('an unhappy channel leaves the other channels of the connection at work', () =>
    withQueue(['a'], async (channel, client) => {
      const other = await client.channel(2);
      channel.ack(9);
      await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - unknown delivery tag 9');
      assert.equal(await other.get('q'), 'a');
    }));

  test('access.request is granted, as old clients expect', () =>
    withQueue([], async (channel, client) => {
      const flags = { exclusive: false, passive: true, active: true, write: true, read: true };
      channel.send(methods.encodeAccessRequest, { realm: '/data', ...flags });
      assert.equal((await client.expect(methods.ACCESS_REQUEST_OK)).method.ticket, 1);
    }));
});
