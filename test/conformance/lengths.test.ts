// Limits on the length of a queue (https://www.rabbitmq.com/docs/maxlength).
import assert from 'node:assert/strict';
import { fromPlain, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import { BASIC_ACK, BASIC_NACK } from '../../src/amqp/wire/generated/methods.ts';
import { readVerdicts } from './support/confirms.ts';
import { fact, section, type Ground } from './support/fact.ts';

/** Declares a queue, publishes to it and returns which publishes were confirmed (+) and refused (-), in order. */
async function publishAll(
  { channel, client }: Ground,
  args: Readonly<Record<string, PlainValue>>,
  bodies: readonly string[],
): Promise<string> {
  await channel.declareQueue('q', { arguments: fromPlain(args) });
  await channel.confirmSelect();
  for (const body of bodies) channel.publish('', 'q', body);
  return readVerdicts(client, bodies.length);
}

/** Takes everything out of a queue. */
async function drain({ channel }: Ground): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const body = await channel.get('q');
    if (body === null) return bodies;
    bodies.push(body);
  }
}

const DEAD = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };

section('Length limits', () => {
  fact('x-max-length drops from the head, and confirms all the same', async (ground) => {
    const verdicts = await publishAll(ground, { 'x-max-length': 2 }, ['a', 'b', 'c']);
    assert.equal(verdicts, '+++');
    assert.deepEqual(await drain(ground), ['b', 'c']);
  });

  fact('x-max-length-bytes counts the octets of the bodies only', async (ground) => {
    await publishAll(ground, { 'x-max-length-bytes': 6 }, ['aaa', 'bbb', 'ccc']);
    assert.deepEqual(await drain(ground), ['bbb', 'ccc']);
  });

  fact('a message larger than x-max-length-bytes is dropped, and all before it', async (ground) => {
    await publishAll(ground, { 'x-max-length-bytes': 3 }, ['a', 'bbbb']);
    assert.deepEqual(await drain(ground), []);
  });

  fact('of two limits the one that is reached first counts', async (ground) => {
    const args = { 'x-max-length': 2, 'x-max-length-bytes': 100 };
    await publishAll(ground, args, ['a', 'b', 'c']);
    assert.deepEqual(await drain(ground), ['b', 'c']);
  });

  fact('what is dropped is dead-lettered with the reason maxlen', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('dead');
    await publishAll(ground, { 'x-max-length': 1, ...DEAD }, ['a', 'b']);
    await ground.eventually('a is dead', async () => (await channel.get('dead')) === 'a');
  });

  fact('unacknowledged messages do not count', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q', { arguments: fromPlain({ 'x-max-length': 1 }) });
    channel.publish('', 'q', 'held');
    assert.equal(await channel.get('q', false), 'held');
    channel.publish('', 'q', 'ready');
    await channel.sync();
    channel.nack(1, true);
    await channel.sync();
    assert.deepEqual(await drain(ground), ['ready']);
  });

  fact('messages that a consumer takes at once are never too much', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q', { arguments: fromPlain({ 'x-max-length': 1 }) });
    await channel.consume('q', 'c', { noAck: true });
    const bodies = Array.from({ length: 50 }, (_, i) => String(i));
    for (const body of bodies) channel.publish('', 'q', body);
    assert.deepEqual(await channel.deliveries(50), bodies);
  });

  fact('x-max-length 0 keeps nothing, but delivers to a consumer that waits', async (ground) => {
    const { channel } = ground;
    await publishAll(ground, { 'x-max-length': 0 }, ['lost']);
    assert.equal(await channel.get('q'), null);
    await channel.consume('q', 'c', { noAck: true });
    channel.publish('', 'q', 'taken');
    for (;;) {
      const { method, body } = await ground.client.next();
      if (method.id === BASIC_ACK) continue;
      assert.equal(body, 'taken');
      break;
    }
  });

  fact('reject-publish refuses what would be too much, with basic.nack', async (ground) => {
    const args = { 'x-max-length': 2, 'x-overflow': 'reject-publish' };
    assert.equal(await publishAll(ground, args, ['a', 'b', 'c', 'd']), '++--');
    assert.deepEqual(await drain(ground), ['a', 'b']);
  });

  fact('reject-publish looks at octets too', async (ground) => {
    const args = { 'x-max-length-bytes': 4, 'x-overflow': 'reject-publish' };
    assert.equal(await publishAll(ground, args, ['aaa', 'bb', 'c', 'd']), '+-+-');
    assert.deepEqual(await drain(ground), ['aaa', 'c']);
  });

  fact('reject-publish drops silently what is published without confirms', async (ground) => {
    const { channel } = ground;
    const args = fromPlain({ 'x-max-length': 1, 'x-overflow': 'reject-publish' });
    await channel.declareQueue('q', { arguments: args });
    for (const body of ['a', 'b']) channel.publish('', 'q', body);
    await channel.sync();
    assert.deepEqual(await drain(ground), ['a']);
  });

  fact('reject-publish dead-letters nothing', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('dead');
    await publishAll(ground, { 'x-max-length': 1, 'x-overflow': 'reject-publish', ...DEAD }, [
      'a',
      'b',
    ]);
    const other = await ground.otherChannel();
    other.publish('', 'dead', 'last');
    assert.equal(await other.get('dead'), 'last');
  });

  fact('reject-publish-dlx refuses and dead-letters what it refuses', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('dead');
    const args = { 'x-max-length': 1, 'x-overflow': 'reject-publish-dlx', ...DEAD };
    assert.equal(await publishAll(ground, args, ['a', 'b']), '+-');
    await ground.eventually('b is dead', async () => (await channel.get('dead')) === 'b');
    assert.deepEqual(await drain(ground), ['a']);
  });

  fact(
    'a publish that one of its queues refuses is told with basic.nack, and kept by the others',
    async (ground) => {
      const { channel } = ground;
      await channel.declareQueue('other');
      await channel.bind('other', 'amq.fanout');
      const args = fromPlain({ 'x-max-length': 0, 'x-overflow': 'reject-publish' });
      await channel.declareQueue('q', { arguments: args });
      await channel.bind('q', 'amq.fanout');
      await channel.confirmSelect();
      channel.publish('amq.fanout', '', 'a');
      await ground.client.expect(BASIC_NACK);
      assert.equal(await channel.get('other'), 'a');
    },
  );

  fact('room that is made lets publishes in again', async (ground) => {
    const args = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    assert.equal(await publishAll(ground, args, ['a', 'b']), '+-');
    await drain(ground);
    ground.channel.publish('', 'q', 'c');
    await ground.client.expect(BASIC_ACK);
  });

  fact('a priority queue drops the messages of highest priority first', async (ground) => {
    const { channel } = ground;
    const args = fromPlain({ 'x-max-length': 1, 'x-max-priority': 5 });
    await channel.declareQueue('q', { arguments: args });
    channel.publish('', 'q', 'high', { properties: { priority: 5 } });
    channel.publish('', 'q', 'low', { properties: { priority: 0 } });
    await channel.sync();
    assert.deepEqual(await drain(ground), ['low']);
  });
});
