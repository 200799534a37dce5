// Exchanges, queues and bindings: declaring, checking, deleting (codes and texts as RabbitMQ's:
// https://www.rabbitmq.com/docs/queues, /docs/exchanges).
import assert from 'node:assert/strict';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { RawChannel } from '../support/raw-client.ts';
import { sendBindExchange } from './support/exchange-methods.ts';
import { fact, section, type FactOptions } from './support/fact.ts';

interface Refusal {
  readonly options?: FactOptions;
  readonly what: string;
  readonly prepare?: (channel: RawChannel) => Promise<unknown>;
  readonly send: (channel: RawChannel) => void;
  readonly code: number;
  readonly text: string;
}

const SOFT: readonly Refusal[] = [
  {
    what: 'a queue with another durable flag',
    prepare: (channel) => channel.declareQueue('q', { durable: true }),
    send: (channel) => channel.sendDeclareQueue('q'),
    code: 406,
    text: "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'",
  },
  {
    what: 'a queue with another auto-delete flag',
    prepare: (channel) => channel.declareQueue('q'),
    send: (channel) => channel.sendDeclareQueue('q', { autoDelete: true }),
    code: 406,
    text: "PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue 'q' in vhost '/': received 'true' but current is 'false'",
  },
  {
    what: 'an exclusive queue declared as not exclusive',
    prepare: (channel) => channel.declareQueue('q', { exclusive: true }),
    send: (channel) => channel.sendDeclareQueue('q'),
    code: 405,
    text: "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.",
  },
  {
    what: 'a passive declaration of a missing queue',
    send: (channel) => channel.sendDeclareQueue('q', { passive: true }),
    code: 404,
    text: "NOT_FOUND - no queue 'q' in vhost '/'",
  },
  {
    what: 'a queue name with the reserved prefix',
    send: (channel) => channel.sendDeclareQueue('amq.mine'),
    code: 403,
    text: "ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'",
  },
  {
    what: 'an argument with a wrong value',
    send: (channel) =>
      channel.sendDeclareQueue('q', { arguments: fromPlain({ 'x-message-ttl': -1 }) }),
    code: 406,
    text: "PRECONDITION_FAILED - invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}",
  },
  {
    what: 'a queue type that there is not',
    send: (channel) =>
      channel.sendDeclareQueue('q', {
        durable: true,
        arguments: fromPlain({ 'x-queue-type': 'hare' }),
      }),
    code: 406,
    text: "PRECONDITION_FAILED - invalid arg 'x-queue-type' for queue 'q' in vhost '/': \"unsupported queue type 'hare'\"",
  },
  {
    what: 'an empty queue name before any declaration',
    send: (channel) => channel.send(methods.encodeQueuePurge, { queue: '', noWait: false }),
    code: 404,
    text: 'NOT_FOUND - no previously declared queue',
  },
  {
    what: 'deletion if unused of a queue with a consumer',
    async prepare(channel) {
      await channel.declareQueue('q');
      await channel.consume('q');
    },
    send: (channel) => channel.sendDeleteQueue('q', true),
    code: 406,
    text: "PRECONDITION_FAILED - queue 'q' in vhost '/' in use",
  },
  {
    what: 'deletion if empty of a queue with messages',
    async prepare(channel) {
      await channel.declareQueue('q');
      channel.publish('', 'q', 'one');
      await channel.sync();
    },
    send: (channel) => channel.sendDeleteQueue('q', false, true),
    code: 406,
    text: "PRECONDITION_FAILED - queue 'q' in vhost '/' not empty",
  },
  {
    what: 'an exchange of another type',
    prepare: (channel) => channel.declareExchange('x', 'fanout'),
    send: (channel) => channel.sendDeclareExchange('x', 'direct'),
    code: 406,
    text: "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in vhost '/': received 'direct' but current is 'fanout'",
  },
  {
    what: 'an exchange with another alternate exchange',
    prepare: (channel) => channel.declareExchange('x', 'fanout'),
    send: (channel) =>
      channel.sendDeclareExchange('x', 'fanout', {
        arguments: fromPlain({ 'alternate-exchange': 'a' }),
      }),
    code: 406,
    text: "PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange 'x' in vhost '/': received the value 'a' of type 'longstr' but current is none",
  },
  {
    what: 'an unknown exchange type',
    send: (channel) => channel.sendDeclareExchange('x', 'magic'),
    code: 406,
    text: "PRECONDITION_FAILED - unknown exchange type 'magic'",
    options: { differsIn310: 'it closed the connection with 503' },
  },
  {
    what: 'a passive declaration of a missing exchange',
    send: (channel) => channel.sendDeclareExchange('x', 'direct', { passive: true }),
    code: 404,
    text: "NOT_FOUND - no exchange 'x' in vhost '/'",
  },
  {
    what: 'an exchange name with the reserved prefix',
    send: (channel) => channel.sendDeclareExchange('amq.mine', 'direct'),
    code: 403,
    text: "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'",
  },
  {
    what: 'declaring the default exchange',
    send: (channel) => channel.sendDeclareExchange('', 'direct'),
    code: 403,
    text: 'ACCESS_REFUSED - operation not permitted on the default exchange',
  },
  {
    what: 'deleting a predeclared exchange',
    send: (channel) =>
      channel.send(methods.encodeExchangeDelete, {
        exchange: 'amq.topic',
        ifUnused: false,
        noWait: false,
      }),
    code: 403,
    text: "ACCESS_REFUSED - deletion of system exchange 'amq.topic' in vhost '/' not allowed",
  },
  {
    what: 'deletion if unused of an exchange with bindings',
    async prepare(channel) {
      await channel.declareExchange('x', 'fanout');
      await channel.declareQueue('q');
      await channel.bind('q', 'x');
    },
    send: (channel) =>
      channel.send(methods.encodeExchangeDelete, { exchange: 'x', ifUnused: true, noWait: false }),
    code: 406,
    text: "PRECONDITION_FAILED - exchange 'x' in vhost '/' in use",
  },
  {
    what: 'binding to the default exchange',
    prepare: (channel) => channel.declareQueue('q'),
    send: (channel) => channel.sendBind('q', ''),
    code: 403,
    text: 'ACCESS_REFUSED - operation not permitted on the default exchange',
  },
  {
    what: 'binding to a missing exchange',
    prepare: (channel) => channel.declareQueue('q'),
    send: (channel) => channel.sendBind('q', 'x'),
    code: 404,
    text: "NOT_FOUND - no exchange 'x' in vhost '/'",
  },
  {
    what: 'binding a missing queue',
    send: (channel) => channel.sendBind('q', 'amq.direct'),
    code: 404,
    text: "NOT_FOUND - no queue 'q' in vhost '/'",
  },
  {
    what: 'binding a missing exchange to an exchange',
    send: (channel) => sendBindExchange(channel, 'x', 'amq.direct'),
    code: 404,
    text: "NOT_FOUND - no exchange 'x' in vhost '/'",
  },
  {
    what: 'a headers binding with an unknown x-match',
    prepare: (channel) => channel.declareQueue('q'),
    send: (channel) => channel.sendBind('q', 'amq.headers', '', fromPlain({ 'x-match': 'some' })),
    code: 406,
    text: 'PRECONDITION_FAILED - Invalid x-match field value <<"some">>; expected all, any, all-with-x, or any-with-x',
  },
  {
    what: 'a topic binding with three multi-word wildcards',
    prepare: (channel) => channel.declareQueue('q'),
    send: (channel) => channel.sendBind('q', 'amq.topic', '#.a.#.b.#'),
    code: 406,
    text: "PRECONDITION_FAILED - Topic binding key '#.a.#.b.#' uses 3 '#' wildcards, at most 2 are allowed",
    options: { differsIn310: 'there was no such limit before 4.3' },
  },
];

section('Exchanges, queues and bindings', () => {
  for (const { what, prepare, send, code, text, options } of SOFT) {
    fact(
      `${what} closes the channel with ${code}, and only the channel`,
      async ({ channel, client }) => {
        await prepare?.(channel);
        send(channel);
        await client.expectChannelClose(1, code, text);
        await client.channel(1);
      },
      options,
    );
  }

  fact('declaring a queue again tells its messages and consumers', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q');
    channel.publish('', 'q', 'one');
    channel.publish('', 'q', 'two');
    await ground.eventually('both are counted', async () => {
      const { queue, messageCount, consumerCount } = await channel.declareQueue('q');
      return queue === 'q' && messageCount === 2 && consumerCount === 0;
    });
  });

  fact(
    'a queue declared without a name gets one: amq.gen- and 22 characters',
    async ({ channel }) => {
      const { queue } = await channel.declareQueue('');
      assert.match(queue, /^amq\.gen-[\w-]{22}$/u);
    },
  );

  fact(
    'an empty queue name stands for the queue last declared on the channel, as does an empty key with it',
    async ({ channel }) => {
      await channel.declareQueue('q');
      await channel.bind('', 'amq.direct');
      channel.publish('amq.direct', 'q', 'hello');
      assert.equal(await channel.get(''), 'hello');
    },
  );

  fact('CR and LF are stripped from names', async ({ channel }) => {
    assert.equal((await channel.declareQueue('a\r\nb')).queue, 'ab');
  });

  fact(
    'an exclusive queue is locked for other connections, and ends with its own',
    async (ground) => {
      const { channel, client } = ground;

      const owner = await ground.connect();
      await (await owner.channel()).declareQueue('mine', { exclusive: true });
      channel.sendConsume('mine', 'c');
      const { method } = await client.expect(methods.CHANNEL_CLOSE);
      assert.equal(method.replyCode, 405);
      client.send(methods.encodeChannelCloseOk, 1, {});
      owner.send(methods.encodeConnectionClose, 0, {
        replyCode: 200,
        replyText: '',
        classId: 0,
        methodId: 0,
      });
      await owner.expect(methods.CONNECTION_CLOSE_OK);
      const again = await client.channel(1);
      again.sendDeclareQueue('mine', { passive: true });
      await client.expectChannelClose(1, 404, "NOT_FOUND - no queue 'mine' in vhost '/'");
    },
  );

  fact(
    'an auto-delete queue ends with its last consumer, not before it had one',
    async ({ channel, client }) => {
      await channel.declareQueue('q', { autoDelete: true });
      await channel.declareQueue('q', { passive: true });
      await channel.consume('q', 'a');
      await channel.consume('q', 'b');
      await channel.cancel('a');
      await channel.declareQueue('q', { passive: true });
      await channel.cancel('b');
      channel.sendDeclareQueue('q', { passive: true });
      await client.expectChannelClose(1, 404, "NOT_FOUND - no queue 'q' in vhost '/'");
    },
  );

  fact(
    'deleting a queue tells how many messages went, and a missing one had none',
    async ({ channel }) => {
      await channel.declareQueue('q');
      channel.publish('', 'q', 'one');
      assert.equal(await channel.deleteQueue('q'), 1);
      assert.equal(await channel.deleteQueue('q'), 0);
    },
  );

  fact(
    'purging removes what is ready and leaves what is unacknowledged',
    async ({ channel, client }) => {
      await channel.declareQueue('q');
      for (const body of ['held', 'b', 'c']) channel.publish('', 'q', body);
      assert.equal(await channel.get('q', false), 'held');
      channel.send(methods.encodeQueuePurge, { queue: 'q', noWait: false });
      assert.equal((await client.expect(methods.QUEUE_PURGE_OK)).method.messageCount, 2);
      channel.nack(1, true);
      assert.equal(await channel.get('q'), 'held again');
    },
  );

  fact(
    'binding twice is binding once, and unbinding what is not bound is no error',
    async ({ channel }) => {
      await channel.declareQueue('q');
      await channel.bind('q', 'amq.direct', 'k');
      await channel.bind('q', 'amq.direct', 'k');
      channel.publish('amq.direct', 'k', 'once');
      assert.deepEqual([await channel.get('q'), await channel.get('q')], ['once', null]);
      await channel.unbind('q', 'amq.direct', 'k');
      await channel.unbind('q', 'amq.direct', 'k');
      await channel.unbind('q', 'missing', 'k');
      channel.publish('amq.direct', 'k', 'nowhere');
      assert.equal(await channel.get('q'), null);
    },
  );

  fact(
    'an auto-delete exchange ends with its last binding, and so do those bound to it',
    async ({ channel, client }) => {
      await channel.declareExchange('outer', 'fanout', { autoDelete: true });
      await channel.declareExchange('inner', 'fanout', { autoDelete: true });
      await channel.declareQueue('q');
      await channel.bind('q', 'inner');
      sendBindExchange(channel, 'inner', 'outer');
      await client.expect(methods.EXCHANGE_BIND_OK);
      await channel.deleteQueue('q');
      channel.sendDeclareExchange('outer', 'fanout', { passive: true });
      await client.expectChannelClose(1, 404, "NOT_FOUND - no exchange 'outer' in vhost '/'");
    },
  );

  fact(
    'a message passes each exchange of a cycle once, and reaches each queue once',
    async ({ channel, client }) => {
      await channel.declareExchange('a', 'fanout');
      await channel.declareExchange('b', 'fanout');
      await channel.declareQueue('q');
      for (const [destination, source] of [
        ['a', 'b'],
        ['b', 'a'],
      ] as const) {
        sendBindExchange(channel, destination, source);
        await client.expect(methods.EXCHANGE_BIND_OK);
      }
      await channel.bind('q', 'a');
      await channel.bind('q', 'b', 'other');
      channel.publish('a', '', 'round');
      assert.deepEqual([await channel.get('q'), await channel.get('q')], ['round', null]);
    },
  );

  fact('an alternate exchange takes what its exchange cannot route', async ({ channel }) => {
    await channel.declareExchange('main', 'direct', {
      arguments: fromPlain({ 'alternate-exchange': 'amq.fanout' }),
    });
    await channel.declareQueue('routed');
    await channel.declareQueue('rest');
    await channel.bind('routed', 'main', 'k');
    await channel.bind('rest', 'amq.fanout');
    channel.publish('main', 'k', 'known');
    channel.publish('main', 'other', 'unknown');
    assert.deepEqual(
      [await channel.get('routed'), await channel.get('rest')],
      ['known', 'unknown'],
    );
  });

  fact(
    'a queue deleted under its consumer cancels it, when the client wants to know',
    async ({ channel, client }) => {
      await channel.declareQueue('q');
      await channel.consume('q', 'c');
      channel.sendDeleteQueue('q');
      await client.expect(methods.QUEUE_DELETE_OK);
      assert.equal((await client.expect(methods.BASIC_CANCEL)).method.consumerTag, 'c');
    },
  );

  fact('no-wait declarations are carried out without an answer', async ({ channel }) => {
    const flags = { passive: false, durable: false, exclusive: false, autoDelete: false };
    const method = { ...flags, queue: 'q', noWait: true, arguments: new Map() };
    channel.send(methods.encodeQueueDeclare, method);
    assert.equal((await channel.declareQueue('q', { passive: true })).queue, 'q');
  });
});
