// Which streams can be declared: https://www.rabbitmq.com/docs/streams#declaring
import assert from 'node:assert/strict';
import type { PlainValue } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { fact, section } from './support/fact.ts';
import { STREAM, streamOf, declareStream, publishAll, at, reads } from './support/streams.ts';

section('Declaring a stream', () => {
  fact('a new stream has no messages', async ({ channel }) => {
    const { messageCount, consumerCount } = await channel.declareQueue('s', streamOf());
    assert.deepEqual([messageCount, consumerCount], [0, 0]);
  });

  const UNFIT: readonly (readonly [string, object, string])[] = [
    ['not durable', { durable: false }, 'non-durable'],
    ['auto-delete', { autoDelete: true }, 'auto-delete'],
    ['exclusive', { exclusive: true }, 'exclusive-owner'],
  ];
  for (const [what, flags, property] of UNFIT) {
    fact(`one that is ${what} is refused`, async ({ channel, client }) => {
      channel.sendDeclareQueue('s', { ...streamOf(), ...flags });
      const text = `invalid property '${property}' for ${STREAM}`;
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    });
  }

  fact(
    'one without a name is refused',
    async ({ channel, client }) => {
      channel.sendDeclareQueue('', streamOf());
      const text = 'Cannot declare a server-named queue for type stream';
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    },
    { differsIn310: 'the text was another' },
  );

  const FOREIGN: readonly (readonly [string, PlainValue, string?])[] = [
    ['x-expires', 1000],
    ['x-message-ttl', 1000],
    ['x-dead-letter-exchange', ''],
    ['x-max-length', 1],
    ['x-max-priority', 1],
    ['x-overflow', 'drop-head'],
    ['x-queue-mode', 'lazy'],
    ['x-single-active-consumer', true],
    ['x-delivery-limit', 1],
    ['x-consumer-timeout', 1000, 'the argument is new in 3.12'],
  ];
  for (const [name, value, differsIn310] of FOREIGN) {
    fact(
      `it refuses ${name}`,
      async ({ channel, client }) => {
        channel.sendDeclareQueue('s', streamOf({ [name]: value }));
        const text = `invalid arg '${name}' for ${STREAM} of queue type rabbit_stream_queue`;
        await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
      },
      differsIn310 === undefined ? {} : { differsIn310 },
    );
  }

  const NO_INTEGER = '"expected integer, got longstr"';
  const NO_AGE_IN_310 = 'what does not begin with a number ended the connection';
  const WRONG: readonly (readonly [string, PlainValue, string, string?])[] = [
    ['x-max-age', 5, '{unacceptable_type,signedint}'],
    ['x-max-age', '0s', 'invalid_max_age'],
    ['x-max-age', '1x', 'invalid_max_age'],
    ['x-max-age', '1', 'invalid_max_age'],
    ['x-max-age', '', 'invalid_max_age', NO_AGE_IN_310],
    ['x-max-age', '-1s', 'invalid_max_age', NO_AGE_IN_310],
    ['x-max-length-bytes', -1, '{value_negative,-1}'],
    ['x-stream-max-segment-size-bytes', -1, '{value_negative,-1}'],
    ['x-stream-max-segment-size-bytes', 'a', NO_INTEGER],
    ['x-initial-cluster-size', 0, '{value_zero,0}'],
    ['x-initial-cluster-size', 'a', NO_INTEGER],
  ];
  for (const [name, value, error, differsIn310] of WRONG) {
    fact(
      `${name} ${JSON.stringify(value)} is refused`,
      async ({ channel, client }) => {
        channel.sendDeclareQueue('s', streamOf({ [name]: value }));
        const text = `invalid arg '${name}' for ${STREAM}: ${error}`;
        await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
      },
      differsIn310 === undefined ? {} : { differsIn310 },
    );
  }

  fact('segments of more than 3 GB are refused', async ({ channel, client }) => {
    const args = { 'x-stream-max-segment-size-bytes': 3_000_000_001 };
    channel.sendDeclareQueue('s', streamOf(args));
    const text = 'Exceeded max value for x-stream-max-segment-size-bytes';
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  for (const size of [15, 256]) {
    fact(
      `x-stream-filter-size-bytes ${size} is refused`,
      async ({ channel, client }) => {
        channel.sendDeclareQueue('s', streamOf({ 'x-stream-filter-size-bytes': size }));
        const text = 'Invalid value for  x-stream-filter-size-bytes';
        await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
      },
      { differsIn310: 'the argument is new in 3.13' },
    );
  }

  for (const age of ['1Y', '1M', '7D', '1h', '30m', '10s']) {
    fact(`x-max-age may be ${age}`, async (ground) => {
      await declareStream(ground, { 'x-max-age': age });
    });
  }

  fact('a second declaration must name the same x-max-age', async (ground) => {
    await declareStream(ground, { 'x-max-age': '1h' });
    ground.channel.sendDeclareQueue('s', streamOf({ 'x-max-age': '2h' }));
    const text = `inequivalent arg 'x-max-age' for ${STREAM}: received '2h' but current is '1h'`;
    await ground.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  fact(
    'declaring it again tells how many messages it has, and of no consumers',
    async (ground) => {
      await declareStream(ground);
      await publishAll(ground, ['a', 'b', 'c']);
      await reads(ground, at('first'), ['0 a', '1 b', '2 c']);
      const { messageCount, consumerCount } = await ground.channel.declareQueue('s', streamOf());
      assert.deepEqual([messageCount, consumerCount], [3, 0]);
    },
    { differsIn310: 'the number is that of some seconds before' },
  );

  for (const [condition, ifUnused, ifEmpty] of [
    ['if-unused', true, false],
    ['if-empty', false, true],
  ] as const) {
    fact(`it is deleted with ${condition} too, and the answer tells of no messages`, async (on) => {
      await declareStream(on);
      await publishAll(on, ['a']);
      await reads(on, at('first'), ['0 a']);
      const other = await on.otherChannel();
      other.sendDeleteQueue('s', ifUnused, ifEmpty);
      const { method } = await other.client.expect(methods.QUEUE_DELETE_OK);
      assert.equal(method.messageCount, 0);
    });
  }
});
