// Streams as clients of AMQP 0-9-1 see them (https://www.rabbitmq.com/docs/streams).
import assert from 'node:assert/strict';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { RawChannel } from '../support/raw-client.ts';
import { fact, section, type Ground } from './support/fact.ts';
import {
  type Arguments,
  STREAM,
  declareStream,
  publishAll,
  at,
  atTime,
  consume,
  delivery,
  deliveries,
  reads,
} from './support/streams.ts';

section('Operations on a stream', () => {
  fact('basic.get is refused', async (ground) => {
    await declareStream(ground);
    ground.channel.send(methods.encodeBasicGet, { queue: 's', noAck: false });
    const text = `basic.get not supported by stream queues ${STREAM}`;
    await ground.client.expectConnectionClose(540, `NOT_IMPLEMENTED - ${text}`);
  });

  fact('queue.purge is refused', async (ground) => {
    await declareStream(ground);
    ground.channel.send(methods.encodeQueuePurge, { queue: 's', noWait: false });
    const text = `queue.purge not supported by stream queues ${STREAM}`;
    await ground.client.expectConnectionClose(540, `NOT_IMPLEMENTED - ${text}`);
  });

  const TEXT_310 = { differsIn310: 'the text was another' };

  fact(
    'a consumer without prefetch is refused',
    async (ground) => {
      await declareStream(ground);
      ground.channel.sendConsume('s', 'c');
      const text = `consumer prefetch count is not set for stream ${STREAM}`;
      await ground.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    },
    TEXT_310,
  );

  fact(
    'a consumer that does not acknowledge is refused',
    async (ground) => {
      await declareStream(ground);
      await ground.channel.qos(1);
      ground.channel.sendConsume('s', 'c', { noAck: true });
      const text = `automatic acknowledgement not supported by stream ${STREAM}`;
      await ground.client.expectConnectionClose(540, `NOT_IMPLEMENTED - ${text}`);
    },
    TEXT_310,
  );

  fact(
    'a limit over the whole channel is no prefetch of a consumer',
    async (ground) => {
      await declareStream(ground);
      await ground.channel.qos(1, true);
      ground.channel.sendConsume('s', 'c');
      const text = `consumer prefetch count is not set for stream ${STREAM}`;
      await ground.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    },
    TEXT_310,
  );

  fact('a limit over the whole channel is refused', async (ground) => {
    await declareStream(ground);
    await ground.channel.qos(1);
    await ground.channel.qos(1, true);
    ground.channel.sendConsume('s', 'c');
    const text = `${STREAM} does not support global qos`;
    await ground.client.expectConnectionClose(540, `NOT_IMPLEMENTED - ${text}`);
  });

  fact('consumers have no priorities', async (ground) => {
    await declareStream(ground);
    await ground.channel.qos(1);
    ground.channel.sendConsume('s', 'c', { arguments: fromPlain({ 'x-priority': 1 }) });
    const text = `invalid arg 'x-priority' for ${STREAM} of queue type rabbit_stream_queue`;
    await ground.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  fact('exclusive consumers are no such: others may consume too', async (ground) => {
    await declareStream(ground);
    const { channel } = ground;
    await channel.qos(10);
    await channel.consume('s', 'c', { exclusive: true });
    await channel.consume('s', 'd', { exclusive: true });
    await publishAll(ground, ['a']);
    assert.deepEqual(await deliveries(channel, 2), ['0 a', '0 a']);
  });
});

section('Where a stream consumer begins', () => {
  const BODIES = ['a', 'b', 'c', 'd'];
  const CASES: readonly (readonly [string, Arguments, readonly string[]])[] = [
    ['first: with the oldest message', at('first'), ['0 a', '1 b', '2 c', '3 d', '4 e']],
    ['last: with the last that was written at once', at('last'), ['3 d', '4 e']],
    ['next: with what comes', at('next'), ['4 e']],
    ['without an offset: with what comes', {}, ['4 e']],
    ['an offset: with that message', at(2), ['2 c', '3 d', '4 e']],
    ['an offset below the first: with the oldest', at(-7), ['0 a', '1 b', '2 c', '3 d', '4 e']],
    ['an age that all have not reached: with the oldest', at('1h'), ['0 a', '1 b', '2 c']],
  ];
  for (const [what, args, expected] of CASES) {
    fact(what, async (ground) => {
      await declareStream(ground);
      await publishAll(ground, BODIES);
      await consume(ground.channel, args);
      await publishAfterReading(ground, expected);
    });
  }

  /** Reads what is there, then publishes `e` and reads that. */
  async function publishAfterReading(ground: Ground, expected: readonly string[]): Promise<void> {
    const present = expected.filter((text) => !text.endsWith('e'));
    assert.deepEqual(await deliveries(ground.channel, present.length), present);
    if (present.length === expected.length) return;
    const other = await ground.otherChannel();
    other.publish('', 's', 'e');
    assert.deepEqual(await deliveries(ground.channel, 1), ['4 e']);
  }

  fact('an offset to come: with that message', async (ground) => {
    await declareStream(ground);
    await publishAll(ground, ['a']);
    await consume(ground.channel, at(3));
    const other = await ground.otherChannel();
    for (const body of ['b', 'c', 'd', 'e']) other.publish('', 's', body);
    assert.deepEqual(await deliveries(ground.channel, 2), ['3 d', '4 e']);
  });

  fact('a time before all messages: with the oldest', async (ground) => {
    await declareStream(ground);
    await publishAll(ground, ['a', 'b']);
    await reads(ground, atTime(Date.now() - 3_600_000), ['0 a', '1 b']);
  });

  fact('a time to come: with what comes, whenever that is', async (ground) => {
    await declareStream(ground);
    await publishAll(ground, ['a']);
    await consume(ground.channel, atTime(Date.now() + 36_000_000));
    const other = await ground.otherChannel();
    other.publish('', 's', 'b');
    assert.deepEqual(await deliveries(ground.channel, 1), ['1 b']);
  });

  fact('a time between messages: with those after it', async (ground) => {
    await declareStream(ground);
    await publishAll(ground, ['a', 'b']);
    // Times have whole seconds.
    const afterMs = (Math.floor(Date.now() / 1000) + 1) * 1000;
    await ground.eventually('the next second has begun', async () => Date.now() > afterMs);
    await publishAll(ground, ['c', 'd']);
    await reads(ground, atTime(afterMs), ['2 c', '3 d']);
  });

  const DIGITS_310 = 'what begins with no number ended the connection';
  const WRONG: readonly (readonly [string, string?])[] = [
    ['5'],
    ['0s'],
    ['5x'],
    ['', DIGITS_310],
    ['nonsense', DIGITS_310],
  ];
  for (const [text, differsIn310] of WRONG) {
    fact(
      `the offset "${text}" is refused`,
      async (ground) => {
        await declareStream(ground);
        await ground.channel.qos(1);
        ground.channel.sendConsume('s', 'c', { arguments: fromPlain(at(text)) });
        const error = `{invalid_stream_offset_arg,{longstr,<<"${text}">>}}`;
        const refusal = `invalid arg 'x-stream-offset' for ${STREAM}: ${error}`;
        await ground.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${refusal}`);
      },
      differsIn310 === undefined ? {} : { differsIn310 },
    );
  }
});

section('Reading a stream', () => {
  fact('reading takes nothing away: every consumer gets all messages', async (ground) => {
    await declareStream(ground);
    await publishAll(ground, ['a', 'b']);
    for (const tag of ['c', 'd']) {
      await consume(ground.channel, at('first'), tag);
      assert.deepEqual(await deliveries(ground.channel, 2), ['0 a', '1 b']);
      ground.channel.ack(0, true);
    }
  });

  fact('messages keep the exchange and the routing key that they were published to', async (on) => {
    await declareStream(on);
    const { channel } = on;
    await channel.bind('s', 'amq.topic', 'some.*');
    await consume(channel, at('first'));
    channel.publish('amq.topic', 'some.thing', 'a');
    const { method } = await channel.client.expect(methods.BASIC_DELIVER);
    assert.deepEqual([method.exchange, method.routingKey], ['amq.topic', 'some.thing']);
  });

  fact('messages keep their properties and headers', async (ground) => {
    await declareStream(ground);
    const headers = fromPlain({ before: 1, after: 'text' });
    const properties = { contentType: 'text/plain', headers, deliveryMode: 2, messageId: 'm' };
    await publishAll(ground, ['a'], properties);
    await consume(ground.channel, at('first'));
    const received = (await ground.client.expect(methods.BASIC_DELIVER)).properties;
    const { contentType, deliveryMode, messageId } = received;
    assert.deepEqual([contentType, deliveryMode, messageId], ['text/plain', 2, 'm']);
    const names = [...(received.headers ?? new Map<string, unknown>()).keys()];
    assert.deepEqual(names.sort(), ['after', 'before', 'x-stream-offset']);
    assert.deepEqual(received.headers?.get('after'), headers.get('after'));
  });

  fact(
    'headers that are tables or arrays are kept too',
    async (ground) => {
      await declareStream(ground);
      const headers = fromPlain({ table: { a: 1 }, array: [1, 2] });
      await publishAll(ground, ['a'], { headers });
      await consume(ground.channel, at('first'));
      const received = (await ground.client.expect(methods.BASIC_DELIVER)).properties.headers;
      assert.deepEqual(received?.get('table'), headers.get('table'));
      assert.deepEqual(received?.get('array'), headers.get('array'));
    },
    {
      leveretDiffers: 'RabbitMQ keeps the messages of streams as those of AMQP 1.0, and drops such',
    },
  );

  fact('the offset replaces a header of this name', async (ground) => {
    await declareStream(ground);
    const headers = fromPlain({ a: 1, 'x-stream-offset': 77, b: 2 });
    await publishAll(ground, ['a'], { headers });
    await reads(ground, at('first'), ['0 a']);
  });

  fact('an expiration is of no effect', async (ground) => {
    await declareStream(ground);
    await publishAll(ground, ['a'], { expiration: '0' });
    await publishAll(ground, ['b']);
    await reads(ground, at('first'), ['0 a', '1 b']);
  });

  fact('a consumer holds no more than its prefetch', async (ground) => {
    await declareStream(ground);
    await publishAll(ground, ['a', 'b', 'c', 'd', 'e']);
    const { channel } = ground;
    await channel.qos(2);
    await channel.consume('s', 'c', { arguments: fromPlain(at('first')) });
    assert.deepEqual(await deliveries(channel, 2), ['0 a', '1 b']);
    await channel.sync();
    channel.ack(1);
    assert.deepEqual(await deliveries(channel, 1), ['2 c']);
    await channel.sync();
    channel.ack(3, true);
    assert.deepEqual(await deliveries(channel, 2), ['3 d', '4 e']);
  });

  const RETURNS: readonly (readonly [string, (channel: RawChannel) => void])[] = [
    ['basic.nack with requeue', (channel) => channel.nack(1, true)],
    ['basic.nack without requeue', (channel) => channel.nack(1, false)],
    [
      'basic.reject with requeue',
      (channel) => channel.send(methods.encodeBasicReject, { deliveryTag: 1, requeue: true }),
    ],
  ];
  for (const [what, giveBack] of RETURNS) {
    fact(
      `after ${what} comes the next message, not the same again`,
      async (ground) => {
        await declareStream(ground);
        await publishAll(ground, ['a', 'b']);
        const { channel } = ground;
        await channel.qos(1);
        await channel.consume('s', 'c', { arguments: fromPlain(at('first')) });
        assert.deepEqual(await deliveries(channel, 1), ['0 a']);
        giveBack(channel);
        assert.deepEqual(await deliveries(channel, 1), ['1 b']);
      },
      { differsIn310: 'basic.nack and basic.reject were refused' },
    );
  }

  fact(
    'what a lost consumer held is there for the next one, as if for the first time',
    async (on) => {
      await declareStream(on);
      await publishAll(on, ['a', 'b']);
      const first = await on.otherChannel();
      await consume(first, at('first'));
      assert.deepEqual(await deliveries(first, 2), ['0 a', '1 b']);
      first.client.socket.destroy();
      await reads(on, at(1), ['1 b']);
    },
  );

  fact('after basic.cancel no more is delivered', async (ground) => {
    await declareStream(ground);
    await publishAll(ground, ['a', 'b']);
    const { channel } = ground;
    await channel.qos(1);
    await channel.consume('s', 'c', { arguments: fromPlain(at('first')) });
    assert.deepEqual(await deliveries(channel, 1), ['0 a']);
    await channel.cancel('c');
    channel.ack(1);
    await channel.sync();
  });

  fact('consumers are told when the stream is deleted', async (ground) => {
    await declareStream(ground);
    await consume(ground.channel, at('first'));
    const other = await ground.otherChannel();
    await other.deleteQueue('s');
    const { method } = await ground.client.expect(methods.BASIC_CANCEL);
    assert.equal(method.consumerTag, 'c');
  });
});

section('What a stream keeps', () => {
  /** The offset of the oldest message. */
  async function firstOffset(channel: RawChannel): Promise<number> {
    await consume(channel, at('first'), 'probe');
    const { method, properties } = await channel.client.expect(methods.BASIC_DELIVER);
    channel.send(methods.encodeBasicCancel, { consumerTag: 'probe', noWait: false });
    for (;;) {
      const next = await channel.client.next();
      if (next.method.id === methods.BASIC_CANCEL_OK) break;
    }
    channel.ack(method.deliveryTag, false);
    return Number(properties.headers?.get('x-stream-offset')?.value);
  }

  fact('segments beyond x-max-length-bytes are dropped, the oldest first', async (ground) => {
    const sizes = { 'x-max-length-bytes': 2000, 'x-stream-max-segment-size-bytes': 1000 };
    await declareStream(ground, sizes);
    await publishAll(
      ground,
      Array.from({ length: 20 }, (_, i) => `${i} `.padEnd(500)),
    );
    const { channel } = ground;
    await ground.eventually('the first is gone', async () => (await firstOffset(channel)) > 0);
    await consume(channel, at('first'));
    for (let body = ''; body !== '19'; ) body = (await delivery(channel)).split(' ')[1]!;
  });

  fact('an offset that was dropped stands for the oldest that is kept', async (ground) => {
    const sizes = { 'x-max-length-bytes': 2000, 'x-stream-max-segment-size-bytes': 1000 };
    await declareStream(ground, sizes);
    await publishAll(
      ground,
      Array.from({ length: 20 }, (_, i) => `${i} `.padEnd(500)),
    );
    const { channel } = ground;
    await ground.eventually('the first is gone', async () => (await firstOffset(channel)) > 0);
    await consume(channel, at(0), 'from the start');
    assert.notEqual((await delivery(channel)).split(' ')[0], '0');
  });

  fact('the segment that is written is kept, however large it is', async (ground) => {
    await declareStream(ground, { 'x-max-length-bytes': 10 });
    await publishAll(ground, ['a'.repeat(100), 'b'.repeat(100)]);
    await reads(ground, at('first'), [`0 ${'a'.repeat(100)}`, `1 ${'b'.repeat(100)}`]);
  });
});

section('Stream filters', () => {
  const SINCE_313 = { differsIn310: 'filters are new in 3.13' };

  async function publishFiltered(ground: Ground): Promise<void> {
    await declareStream(ground);
    for (const value of ['red', 'green', null, 'blue', 'red']) {
      const headers = fromPlain(value === null ? {} : { 'x-stream-filter-value': value });
      await publishAll(ground, [value ?? 'none'], { headers });
    }
    // What every filter lets through: nothing was left out behind it.
    await publishAll(ground, ['end'], { headers: fromPlain({ 'x-stream-filter-value': 'end' }) });
  }

  const CASES: readonly (readonly [string, Arguments, readonly string[]])[] = [
    [
      'a filter lets through what has one of its values',
      { 'x-stream-filter': ['red', 'end'] },
      ['0 red', '4 red', '5 end'],
    ],
    ['it may be a single text', { 'x-stream-filter': 'end' }, ['5 end']],
    [
      'with x-stream-match-unfiltered it lets through what has no value',
      { 'x-stream-filter': ['blue', 'end'], 'x-stream-match-unfiltered': true },
      ['2 none', '3 blue', '5 end'],
    ],
  ];
  for (const [what, args, expected] of CASES) {
    fact(
      what,
      async (ground) => {
        await publishFiltered(ground);
        await reads(ground, { ...at('first'), ...args }, expected);
      },
      SINCE_313,
    );
  }

  fact('without a filter everything comes, whatever its value', async (ground) => {
    await publishFiltered(ground);
    const all = ['0 red', '1 green', '2 none', '3 blue', '4 red', '5 end'];
    await reads(ground, { ...at('first'), 'x-stream-match-unfiltered': true }, all);
  });
});
