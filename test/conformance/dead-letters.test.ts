// Dead-lettering (https://www.rabbitmq.com/docs/dlx).
import assert from 'node:assert/strict';
import {
  fromPlain,
  toPlain,
  type FieldValue,
  type PlainValue,
} from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { BasicProperties } from '../../src/amqp/wire/generated/properties.ts';
import type { RawChannel, Received } from '../support/raw-client.ts';
import { readVerdicts } from './support/confirms.ts';
import { fact, section, type Ground } from './support/fact.ts';

type Arguments = Readonly<Record<string, PlainValue>>;

const TO_DEAD = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };

async function declare(channel: RawChannel, queue: string, args: Arguments = {}): Promise<void> {
  await channel.declareQueue(queue, { arguments: fromPlain(args) });
}

/** Takes the next message of a queue as soon as there is one. */
async function take(ground: Ground, queue: string, noAck = true): Promise<Received> {
  const { channel, client } = ground;
  for (let tries = 0; tries < 500; tries++) {
    channel.send(methods.encodeBasicGet, { queue, noAck });
    const received = await client.next();
    if (received.method.id === methods.BASIC_GET_OK) return received;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  throw new Error(`nothing came to ${queue}`);
}

/** Rejects the next message of a queue for good. */
async function reject(ground: Ground, queue: string): Promise<void> {
  const { method } = await take(ground, queue, false);
  assert.ok(method.id === methods.BASIC_GET_OK);
  ground.channel.nack(method.deliveryTag, false);
}

function headersOf({ properties }: Received): Record<string, PlainValue> {
  return toPlain(properties.headers ?? new Map());
}

/** The entries of x-death, without their times. */
function deathsOf({ properties }: Received): Record<string, PlainValue>[] {
  const deaths = properties.headers?.get('x-death');
  assert.ok(deaths?.type === 'A');
  return deaths.value.map((entry) => {
    assert.ok(entry.type === 'F');
    const { time: _, ...rest } = toPlain(entry.value);
    return rest;
  });
}

/** A message that was published like this to queue `q` and rejected there, as it comes out of `dead`. */
async function rejected(
  ground: Ground,
  properties: BasicProperties = {},
  args: Arguments = TO_DEAD,
): Promise<Received> {
  await declare(ground.channel, 'dead');
  await declare(ground.channel, 'q', args);
  ground.channel.publish('', 'q', 'body', { properties });
  await reject(ground, 'q');
  return take(ground, 'dead');
}

section('Dead-lettering', () => {
  fact('basic.nack without requeue dead-letters with the reason rejected', async (ground) => {
    const message = await rejected(ground);
    assert.equal(message.body, 'body');
    assert.equal(deathsOf(message)[0]?.['reason'], 'rejected');
  });

  fact('basic.reject without requeue does so too', async (ground) => {
    const { channel } = ground;
    await declare(channel, 'dead');
    await declare(channel, 'q', TO_DEAD);
    channel.publish('', 'q', 'body');
    await take(ground, 'q', false);
    channel.send(methods.encodeBasicReject, { deliveryTag: 1, requeue: false });
    assert.equal(deathsOf(await take(ground, 'dead'))[0]?.['reason'], 'rejected');
  });

  fact('an expired message has the reason expired', async (ground) => {
    await declare(ground.channel, 'dead');
    await declare(ground.channel, 'q', { 'x-message-ttl': 1, ...TO_DEAD });
    ground.channel.publish('', 'q', 'body');
    assert.equal(deathsOf(await take(ground, 'dead'))[0]?.['reason'], 'expired');
  });

  fact('a message that is dropped for length has the reason maxlen', async (ground) => {
    await declare(ground.channel, 'dead');
    await declare(ground.channel, 'q', { 'x-max-length': 0, ...TO_DEAD });
    ground.channel.publish('', 'q', 'body');
    assert.equal(deathsOf(await take(ground, 'dead'))[0]?.['reason'], 'maxlen');
  });

  fact('without x-dead-letter-routing-key the message keeps its routing key', async (ground) => {
    const { channel } = ground;
    await channel.declareExchange('dlx', 'topic');
    await declare(channel, 'dead');
    await channel.bind('dead', 'dlx', 'q');
    await declare(channel, 'q', { 'x-dead-letter-exchange': 'dlx' });
    channel.publish('', 'q', 'body');
    await reject(ground, 'q');
    const { method } = await take(ground, 'dead');
    assert.ok(method.id === methods.BASIC_GET_OK);
    assert.deepEqual([method.exchange, method.routingKey], ['dlx', 'q']);
  });

  fact('x-dead-letter-routing-key takes the place of the routing key', async (ground) => {
    const { method } = await rejected(ground);
    assert.ok(method.id === methods.BASIC_GET_OK);
    assert.deepEqual([method.exchange, method.routingKey], ['', 'dead']);
  });

  fact('a dead-lettered message is not redelivered when it is delivered first', async (ground) => {
    const { method } = await rejected(ground);
    assert.ok(method.id === methods.BASIC_GET_OK);
    assert.equal(method.redelivered, false);
  });

  fact('properties and headers are kept', async (ground) => {
    const headers = fromPlain({ mine: 'kept' });
    const message = await rejected(ground, { contentType: 'text/plain', deliveryMode: 2, headers });
    assert.equal(message.properties.contentType, 'text/plain');
    assert.equal(message.properties.deliveryMode, 2);
    assert.equal(headersOf(message)['mine'], 'kept');
  });

  fact('expiration is taken away and told in x-death as original-expiration', async (ground) => {
    const message = await rejected(ground, { expiration: '60000' });
    assert.equal(message.properties.expiration, undefined);
    assert.equal(deathsOf(message)[0]?.['original-expiration'], '60000');
  });

  fact('messages that die keep their order', async (ground) => {
    const { channel } = ground;
    await declare(channel, 'dead');
    await declare(channel, 'q', TO_DEAD);
    for (const body of ['a', 'b', 'c']) channel.publish('', 'q', body);
    await channel.sync();
    for (const body of ['a', 'b', 'c']) assert.equal(await channel.get('q', false), body);
    channel.nack(3, false, true);
    const bodies: string[] = [];
    while (bodies.length < 3) bodies.push((await take(ground, 'dead')).body);
    assert.deepEqual(bodies, ['a', 'b', 'c']);
  });

  fact('a dead-letter exchange that does not exist loses the message', async (ground) => {
    const { channel } = ground;
    await declare(channel, 'q', { 'x-dead-letter-exchange': 'nowhere' });
    channel.publish('', 'q', 'lost');
    await reject(ground, 'q');
    await channel.sync();
    assert.equal(await channel.get('q'), null);
  });

  fact('a dead-letter exchange may be declared after the queue', async (ground) => {
    const { channel } = ground;
    await declare(channel, 'q', { 'x-dead-letter-exchange': 'dlx' });
    await channel.declareExchange('dlx', 'fanout');
    await declare(channel, 'dead');
    await channel.bind('dead', 'dlx');
    channel.publish('', 'q', 'body');
    await reject(ground, 'q');
    assert.equal((await take(ground, 'dead')).body, 'body');
  });

  fact('purging does not dead-letter', async (ground) => {
    const { channel, client } = ground;
    await declare(channel, 'dead');
    await declare(channel, 'q', TO_DEAD);
    channel.publish('', 'q', 'a');
    channel.send(methods.encodeQueuePurge, { queue: 'q', noWait: false });
    assert.equal((await client.expect(methods.QUEUE_PURGE_OK)).method.messageCount, 1);
    channel.publish('', 'dead', 'last');
    assert.equal(await channel.get('dead'), 'last');
  });

  fact('deleting a queue does not dead-letter', async (ground) => {
    const { channel } = ground;
    await declare(channel, 'dead');
    await declare(channel, 'q', TO_DEAD);
    channel.publish('', 'q', 'a');
    assert.equal(await channel.deleteQueue('q'), 1);
    channel.publish('', 'dead', 'last');
    assert.equal(await channel.get('dead'), 'last');
  });
});

section('The x-death header', () => {
  fact('has the entries count, reason, queue, time, exchange and routing-keys', async (ground) => {
    const { properties } = await rejected(ground);
    const deaths = properties.headers?.get('x-death');
    assert.ok(deaths?.type === 'A');
    const [entry] = deaths.value;
    assert.ok(entry?.type === 'F');
    const types = [...entry.value].map(([name, { type }]) => `${name} ${type}`);
    assert.deepEqual(types.sort(), [
      'count l',
      'exchange S',
      'queue S',
      'reason S',
      'routing-keys A',
      'time T',
    ]);
    const time = Number((entry.value.get('time') as FieldValue).value);
    assert.ok(Math.abs(time - Date.now() / 1000) < 60);
    assert.deepEqual(deathsOf({ properties } as Received), [
      { count: 1, reason: 'rejected', queue: 'q', exchange: '', 'routing-keys': ['q'] },
    ]);
  });

  fact('counts deaths of the same kind, and has the most recent first', async (ground) => {
    const { channel } = ground;
    await declare(channel, 'b', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'a' });
    await declare(channel, 'a', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'b' });
    channel.publish('', 'a', 'body');
    for (const queue of ['a', 'b', 'a']) await reject(ground, queue);
    const deaths = deathsOf(await take(ground, 'b'));
    assert.deepEqual(
      deaths.map(({ queue, count }) => [queue, count]),
      [
        ['a', 2],
        ['b', 1],
      ],
    );
  });

  fact('tells where the message was published to when it died', async (ground) => {
    const { channel } = ground;
    await declare(channel, 'dead', TO_DEAD);
    await declare(channel, 'q', TO_DEAD);
    await channel.bind('q', 'amq.direct', 'key');
    channel.publish('amq.direct', 'key', 'body');
    await reject(ground, 'q');
    const [death] = deathsOf(await take(ground, 'dead'));
    assert.deepEqual([death?.['exchange'], death?.['routing-keys']], ['amq.direct', ['key']]);
  });

  fact('x-first-death-* tell the first death', async (ground) => {
    const headers = headersOf(await rejected(ground));
    assert.deepEqual(
      [
        headers['x-first-death-queue'],
        headers['x-first-death-reason'],
        headers['x-first-death-exchange'],
      ],
      ['q', 'rejected', ''],
    );
  });

  fact(
    'x-last-death-* tell the last death',
    async (ground) => {
      const { channel } = ground;
      await declare(channel, 'dead');
      await declare(channel, 'second', TO_DEAD);
      await declare(channel, 'q', {
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'second',
      });
      channel.publish('', 'q', 'body');
      await reject(ground, 'q');
      await reject(ground, 'second');
      const headers = headersOf(await take(ground, 'dead'));
      assert.deepEqual(
        [headers['x-first-death-queue'], headers['x-last-death-queue']],
        ['q', 'second'],
      );
    },
    { differsIn310: 'x-last-death-* came with 3.13' },
  );

  fact(
    'an x-death of the publisher is not believed: it is replaced',
    async (ground) => {
      const claimed = fromPlain({
        'x-death': [
          { count: 7, reason: 'rejected', queue: 'q', exchange: '', 'routing-keys': ['q'] },
        ],
      });
      const [death, ...others] = deathsOf(await rejected(ground, { headers: claimed }));
      assert.deepEqual([death?.['count'], others.length], [1, 0]);
    },
    { differsIn310: 'before 4.0 an x-death that a client publishes was counted on' },
  );
});

section('Dead-letter circles', () => {
  fact('a message that expires in a circle is dropped', async (ground) => {
    const { channel, client } = ground;
    await declare(channel, 'q', { 'x-dead-letter-exchange': '', 'x-message-ttl': 1 });
    const confirming = await client.channel(2);
    await confirming.confirmSelect();
    confirming.publish('', 'q', 'body');
    await readVerdicts(client, 1);
    await ground.eventually('it is gone', async () => {
      return (await channel.declareQueue('q', { passive: true })).messageCount === 0;
    });
    assert.equal(await channel.get('q'), null);
  });

  fact('a message that a client rejects may go round for ever', async (ground) => {
    const { channel } = ground;
    await declare(channel, 'q', { 'x-dead-letter-exchange': '' });
    channel.publish('', 'q', 'body');
    for (let round = 0; round < 5; round++) await reject(ground, 'q');
    assert.equal(deathsOf(await take(ground, 'q'))[0]?.['count'], 5);
  });

  fact(
    'a rejection in the circle lets expired messages back in: a retry with delay',
    async (ground) => {
      const { channel } = ground;
      await declare(channel, 'wait', {
        'x-message-ttl': 5,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'work',
      });
      await declare(channel, 'work', {
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'wait',
      });
      channel.publish('', 'work', 'task');
      for (let round = 0; round < 3; round++) await reject(ground, 'work');
      const deaths = deathsOf(await take(ground, 'work'));
      assert.deepEqual(
        deaths.map(({ queue, reason, count }) => [queue, reason, count]),
        [
          ['wait', 'expired', 3],
          ['work', 'rejected', 3],
        ],
      );
    },
  );

  fact(
    'other queues of the dead-letter exchange still get what one has dropped',
    async (ground) => {
      const { channel } = ground;
      await channel.declareExchange('dlx', 'fanout');
      await declare(channel, 'dead');
      await declare(channel, 'q', { 'x-dead-letter-exchange': 'dlx', 'x-message-ttl': 1 });
      await channel.bind('q', 'dlx');
      await channel.bind('dead', 'dlx');
      channel.publish('', 'q', 'body');
      assert.equal((await take(ground, 'dead')).body, 'body');
    },
  );

  fact('a circle over two queues ends too', async (ground) => {
    const { channel } = ground;
    const ttl = { 'x-message-ttl': 1, 'x-dead-letter-exchange': '' };
    await declare(channel, 'a', { ...ttl, 'x-dead-letter-routing-key': 'b' });
    await declare(channel, 'b', { ...ttl, 'x-dead-letter-routing-key': 'a' });
    channel.publish('', 'a', 'body');
    await channel.sync();
    const count = async (queue: string): Promise<number> =>
      (await channel.declareQueue(queue, { passive: true })).messageCount;
    await ground.eventually('both are empty', async () => {
      return (await count('a')) + (await count('b')) === 0;
    });
  });
});
