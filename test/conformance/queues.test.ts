// Queues: their names, whose they are, how they end (https://www.rabbitmq.com/docs/queues).
import assert from 'node:assert/strict';
import { EMPTY_TABLE } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { QueueOptions, RawChannel } from '../support/raw-client.ts';
import { fact, section } from './support/fact.ts';
import type { Ground } from './support/ground.ts';

const LOCKED =
  "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.";
const NOT_FOUND = "NOT_FOUND - no queue 'q' in vhost '/'";

const sendGet = (channel: RawChannel, queue: string): void =>
  channel.send(methods.encodeBasicGet, { queue, noAck: true });
const sendPurge = (channel: RawChannel, queue: string): void =>
  channel.send(methods.encodeQueuePurge, { queue, noWait: false });
const sendUnbind = (channel: RawChannel, queue: string): void =>
  channel.send(methods.encodeQueueUnbind, {
    queue,
    exchange: 'amq.direct',
    routingKey: 'k',
    arguments: EMPTY_TABLE,
  });

/** What a client may do to a queue. */
const USES: ReadonlyArray<readonly [string, (channel: RawChannel, queue: string) => void]> = [
  ['declaring', (channel, queue) => channel.sendDeclareQueue(queue)],
  ['passively declaring', (channel, queue) => channel.sendDeclareQueue(queue, { passive: true })],
  ['consuming from', (channel, queue) => channel.sendConsume(queue, 'c')],
  ['getting from', sendGet],
  ['binding', (channel, queue) => channel.sendBind(queue, 'amq.direct', 'k')],
  ['unbinding', sendUnbind],
  ['purging', sendPurge],
  ['deleting', (channel, queue) => channel.sendDeleteQueue(queue)],
];
const NEED_NO_QUEUE = new Set(['declaring', 'unbinding', 'deleting']);

section('Queues that are not there', () => {
  for (const [what, use] of USES) {
    if (NEED_NO_QUEUE.has(what)) continue;
    fact(`${what} one is refused with 404`, async ({ channel, client }) => {
      use(channel, 'q');
      await client.expectChannelClose(1, 404, NOT_FOUND);
    });
  }
});

section('Names of queues', () => {
  for (const [what, use] of USES) {
    if (what.endsWith('declaring')) continue;
    fact(`${what} a queue without a name is about the one declared last`, async (ground) => {
      const { channel, client } = ground;
      await channel.declareQueue('p');
      await channel.declareQueue('q');
      use(channel, '');
      const { method } = await client.next();
      assert.ok(method.id !== methods.CHANNEL_CLOSE);
    });

    fact(`${what} a queue without a name is refused before any declaration`, async (ground) => {
      use(ground.channel, '');
      const text = 'NOT_FOUND - no previously declared queue';
      await ground.client.expectChannelClose(1, 404, text);
    });
  }

  fact('a passive declaration counts as the last one too', async ({ channel }) => {
    await channel.declareQueue('p');
    await channel.declareQueue('q');
    await channel.declareQueue('p', { passive: true });
    channel.publish('', 'p', 'body');
    assert.equal(await channel.get(''), 'body');
  });

  fact('the last declaration is that of the channel, not of the connection', async (ground) => {
    const { channel, client } = ground;
    await channel.declareQueue('q');
    await client.channel(2);
    client.send(methods.encodeBasicGet, 2, { queue: '', noAck: true });
    await client.expectChannelClose(2, 404, 'NOT_FOUND - no previously declared queue');
  });

  fact('two queues declared without a name have different ones', async ({ channel }) => {
    const first = await channel.declareQueue('');
    const second = await channel.declareQueue('');
    assert.notEqual(first.queue, second.queue);
  });

  fact('a queue that the broker named is declared again passively only', async (ground) => {
    const { channel, client } = ground;
    const { queue } = await channel.declareQueue('');
    await channel.declareQueue(queue, { passive: true });
    channel.sendDeclareQueue(queue);
    const text = `queue name '${queue}' contains reserved prefix 'amq.*'`;
    await client.expectChannelClose(1, 403, `ACCESS_REFUSED - ${text}`);
  });

  fact('a name may have 255 octets', async ({ channel }) => {
    const name = 'n'.repeat(255);
    await channel.declareQueue(name);
    channel.publish('', name, 'body');
    assert.equal(await channel.get(name), 'body');
  });

  fact('CR and LF are stripped when a queue is used', async ({ channel }) => {
    await channel.declareQueue('ab');
    await channel.bind('a\r\nb', 'amq.direct', 'k');
    channel.publish('amq.direct', 'k', 'body');
    assert.equal(await channel.get('ab'), 'body');
    assert.equal(await channel.deleteQueue('a\nb'), 0);
    channel.sendDeclareQueue('ab', { passive: true });
    const text = "NOT_FOUND - no queue 'ab' in vhost '/'";
    await channel.client.expectChannelClose(1, 404, text);
  });
});

/** A channel on a connection that owns an exclusive queue q, with a binding. */
async function declareElsewhere(ground: Ground): Promise<RawChannel> {
  const owner = await ground.otherChannel();
  await owner.declareQueue('q', { exclusive: true });
  await owner.bind('q', 'amq.direct', 'k');
  return owner;
}

section('Exclusive queues', () => {
  for (const [what, use] of USES) {
    fact(`${what} that of another connection is refused with 405`, async (ground) => {
      await declareElsewhere(ground);
      use(ground.channel, 'q');
      await ground.client.expectChannelClose(1, 405, LOCKED);
    });
  }

  fact(
    'unbinding that of another connection from where it is not bound is no error',
    async (ground) => {
      await declareElsewhere(ground);
      await ground.channel.unbind('q', 'amq.fanout', 'not bound');
    },
  );

  fact('everybody may publish to it', async (ground) => {
    const owner = await declareElsewhere(ground);
    await ground.channel.confirmSelect();
    ground.channel.publish('amq.direct', 'k', 'body');
    await ground.client.expect(methods.BASIC_ACK);
    assert.equal(await owner.get('q'), 'body');
  });

  fact('all channels of its connection may use it', async ({ channel, client }) => {
    await channel.declareQueue('q', { exclusive: true });
    const other = await client.channel(2);
    await other.declareQueue('q', { exclusive: true });
    await other.consume('q');
  });

  fact('it outlives the channel that declared it', async ({ channel, client }) => {
    await channel.declareQueue('q', { exclusive: true });
    await channel.close();
    const next = await client.channel(1);
    await next.declareQueue('q', { exclusive: true, passive: true });
  });

  fact('declaring a shared queue as exclusive is refused with 405', async (ground) => {
    await ground.channel.declareQueue('q');
    ground.channel.sendDeclareQueue('q', { exclusive: true });
    await ground.client.expectChannelClose(1, 405, LOCKED);
  });

  fact('it is never durable, whatever was declared', async ({ channel }) => {
    await channel.declareQueue('q', { exclusive: true, durable: true });
    await channel.declareQueue('q', { exclusive: true, durable: true });
  });

  fact('it ends with a connection that is lost', async (ground) => {
    const owner = await declareElsewhere(ground);
    owner.client.socket.resetAndDestroy();
    await ground.eventually('the name is free', async () => {
      const probe = await ground.otherChannel();
      probe.sendDeclareQueue('q', { passive: true });
      const { method } = await probe.client.expect(methods.CHANNEL_CLOSE);
      return method.replyCode === 404;
    });
  });

  fact('its name is free as soon as its connection is closed', async (ground) => {
    const owner = await declareElsewhere(ground);
    owner.client.send(methods.encodeConnectionClose, 0, {
      replyCode: 200,
      replyText: '',
      classId: 0,
      methodId: 0,
    });
    await owner.client.expect(methods.CONNECTION_CLOSE_OK);
    await ground.channel.declareQueue('q');
  });
});

section('Declaring a queue again', () => {
  for (const [name, first, second, received] of [
    ['durable', {}, { durable: true }, true],
    ['durable', { durable: true }, {}, false],
    ['auto_delete', {}, { autoDelete: true }, true],
    ['auto_delete', { autoDelete: true }, {}, false],
  ] as ReadonlyArray<readonly [string, QueueOptions, QueueOptions, boolean]>) {
    fact(`with ${name} ${received} where it is ${!received} is refused`, async (ground) => {
      await ground.channel.declareQueue('q', first);
      ground.channel.sendDeclareQueue('q', second);
      const text = `inequivalent arg '${name}' for queue 'q' in vhost '/': received '${received}' but current is '${!received}'`;
      await ground.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    });
  }

  fact('exclusiveness is compared before the flags', async ({ channel, client }) => {
    await channel.declareQueue('q', { durable: true });
    channel.sendDeclareQueue('q', { exclusive: true, autoDelete: true });
    await client.expectChannelClose(1, 405, LOCKED);
  });

  fact('durable is compared before auto_delete', async ({ channel, client }) => {
    await channel.declareQueue('q', { durable: true });
    channel.sendDeclareQueue('q', { autoDelete: true });
    const text =
      "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'";
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  fact('its messages do not count while they are unacknowledged', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q');
    for (const body of ['a', 'b', 'c']) channel.publish('', 'q', body);
    await channel.get('q', false);
    await ground.eventually('two are ready', async () => {
      const { messageCount } = await channel.declareQueue('q');
      return messageCount === 2;
    });
  });

  fact('its consumers on all channels count', async (ground) => {
    const { channel } = ground;
    const other = await ground.otherChannel();
    await channel.declareQueue('q');
    await channel.consume('q', 'a');
    await channel.consume('q', 'b');
    await other.consume('q', 'c');
    const { consumerCount } = await channel.declareQueue('q');
    assert.equal(consumerCount, 3);
  });

  fact('a declaration with nowait that is refused closes the channel', async (ground) => {
    const { channel, client } = ground;
    await channel.declareQueue('q', { durable: true });
    const flags = { passive: false, durable: false, exclusive: false, autoDelete: false };
    const method = { ...flags, queue: 'q', noWait: true, arguments: EMPTY_TABLE };
    channel.send(methods.encodeQueueDeclare, method);
    assert.equal((await client.expect(methods.CHANNEL_CLOSE)).method.replyCode, 406);
  });
});

section('The end of a queue', () => {
  for (const [what, end] of [
    ['its channel is closed', (consuming: RawChannel) => consuming.close()],
    ['its connection is lost', async (consuming: RawChannel) => consuming.client.socket.destroy()],
  ] as const) {
    fact(`auto-delete: it ends when its consumer goes because ${what}`, async (ground) => {
      const consuming = await ground.otherChannel();
      await consuming.declareQueue('q', { autoDelete: true });
      await consuming.consume('q');
      await end(consuming);
      await ground.eventually('it is gone', async () => {
        const probe = await ground.otherChannel();
        probe.sendDeclareQueue('q', { passive: true });
        return (await probe.client.next()).method.id === methods.CHANNEL_CLOSE;
      });
    });
  }

  fact('auto-delete: basic.get makes no consumer', async ({ channel }) => {
    await channel.declareQueue('q', { autoDelete: true });
    assert.equal(await channel.get('q'), null);
    await channel.declareQueue('q', { autoDelete: true, passive: true });
  });

  fact('deletion counts the ready messages only', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q');
    for (const body of ['a', 'b', 'c']) channel.publish('', 'q', body);
    await channel.get('q', false);
    assert.equal(await channel.deleteQueue('q'), 2);
  });

  fact('if-empty is checked before if-unused', async ({ channel, client }) => {
    await channel.declareQueue('q');
    await channel.qos(1);
    await channel.consume('q');
    for (const body of ['a', 'b']) channel.publish('', 'q', body);
    await channel.delivery();
    channel.sendDeleteQueue('q', true, true);
    const text = "PRECONDITION_FAILED - queue 'q' in vhost '/' not empty";
    await client.expectChannelClose(1, 406, text);
  });

  fact('if-empty does not mind unacknowledged messages', async ({ channel, client }) => {
    await channel.declareQueue('q');
    channel.publish('', 'q', 'body');
    await channel.get('q', false);
    channel.sendDeleteQueue('q', false, true);
    assert.equal((await client.expect(methods.QUEUE_DELETE_OK)).method.messageCount, 0);
  });

  fact('a client that does not understand basic.cancel gets none', async (ground) => {
    const consuming = await ground.otherChannel({ capabilities: {} });
    await ground.channel.declareQueue('q');
    await consuming.consume('q');
    await ground.channel.deleteQueue('q');
    await consuming.sync();
  });

  fact('consumers on other connections are told by basic.cancel', async (ground) => {
    const consuming = await ground.otherChannel();
    await ground.channel.declareQueue('q');
    await consuming.consume('q', 'theirs');
    await ground.channel.deleteQueue('q');
    const { method } = await consuming.client.expect(methods.BASIC_CANCEL);
    assert.deepEqual([method.consumerTag, method.noWait], ['theirs', true]);
  });

  fact('purging a queue without messages removes none', async ({ channel, client }) => {
    await channel.declareQueue('q');
    sendPurge(channel, 'q');
    assert.equal((await client.expect(methods.QUEUE_PURGE_OK)).method.messageCount, 0);
  });
});
