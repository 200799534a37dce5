// Which of several consumers is served: exclusive use, single active consumer
// (https://www.rabbitmq.com/docs/consumers#exclusivity, #single-active-consumer).
import assert from 'node:assert/strict';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import { fact, section, type Ground } from './support/fact.ts';

const SINGLE = { arguments: fromPlain({ 'x-single-active-consumer': true }) };

const IN_USE = "ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use";

section('Exclusive consumers', () => {
  fact('nobody may consume beside an exclusive consumer', async ({ channel, client }) => {
    await channel.declareQueue('q');
    await channel.consume('q', 'alone', { exclusive: true });
    channel.sendConsume('q', 'other');
    await client.expectChannelClose(1, 403, IN_USE);
  });

  fact('an exclusive consumer may not come beside another', async ({ channel, client }) => {
    await channel.declareQueue('q');
    await channel.consume('q', 'other');
    channel.sendConsume('q', 'alone', { exclusive: true });
    await client.expectChannelClose(1, 403, IN_USE);
  });

  fact('basic.get works beside an exclusive consumer', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.qos(1);
    await channel.consume('q', 'alone', { exclusive: true });
    channel.publish('', 'q', 'a');
    channel.publish('', 'q', 'b');
    assert.equal((await channel.delivery()).text, 'a');
    assert.equal(await channel.get('q'), 'b');
  });

  fact('the queue is free again when the exclusive consumer leaves', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.consume('q', 'alone', { exclusive: true });
    await channel.cancel('alone');
    await channel.consume('q', 'other');
  });
});

/** Two consumers on channels of their own, the first of which is active. */
async function withTwo(ground: Ground): Promise<{
  readonly first: Ground['channel'];
  readonly second: Ground['channel'];
}> {
  await ground.channel.declareQueue('q', SINGLE);
  const first = await ground.otherChannel();
  const second = await ground.otherChannel();
  await first.consume('q', 'first');
  await second.consume('q', 'second');
  return { first, second };
}

section('Single active consumer', () => {
  fact('the first consumer gets everything', async (ground) => {
    const { first } = await withTwo(ground);
    for (const body of ['a', 'b', 'c']) ground.channel.publish('', 'q', body);
    assert.deepEqual(await first.deliveries(3), ['a', 'b', 'c']);
  });

  fact('the other takes over when the active one cancels', async (ground) => {
    const { first, second } = await withTwo(ground);
    await first.cancel('first');
    ground.channel.publish('', 'q', 'a');
    assert.deepEqual(await second.deliveries(1), ['a']);
  });

  fact('what the active one held goes to the other when its connection is lost', async (ground) => {
    const { first, second } = await withTwo(ground);
    for (const body of ['a', 'b']) ground.channel.publish('', 'q', body);
    await first.deliveries(2);
    first.client.socket.destroy();
    assert.deepEqual(await second.deliveries(2), ['a again', 'b again']);
  });

  fact('the other gets nothing while the active one is out of credit', async (ground) => {
    await ground.channel.declareQueue('q', SINGLE);
    const first = await ground.otherChannel();
    const second = await ground.otherChannel();
    await first.qos(1);
    await first.consume('q', 'first');
    await second.consume('q', 'second');
    for (const body of ['a', 'b']) ground.channel.publish('', 'q', body);
    const { tag } = await first.delivery();
    await second.sync();
    first.ack(tag);
    assert.deepEqual(await first.deliveries(1), ['b']);
  });

  fact('the number of consumers counts those that wait', async (ground) => {
    await withTwo(ground);
    assert.equal((await ground.channel.declareQueue('q', SINGLE)).consumerCount, 2);
  });

  fact('the one of highest priority takes over', async (ground) => {
    await ground.channel.declareQueue('q', SINGLE);
    const channels: Ground['channel'][] = [];
    for (const priority of [0, 1, 5]) {
      const channel = await ground.otherChannel();
      const args = fromPlain({ 'x-priority': priority });
      await channel.consume('q', `c${priority}`, { arguments: args });
      channels.push(channel);
    }
    await channels[0]!.cancel('c0');
    ground.channel.publish('', 'q', 'a');
    assert.deepEqual(await channels[2]!.deliveries(1), ['a']);
  });

  fact('a later consumer of higher priority does not displace the active one', async (ground) => {
    await ground.channel.declareQueue('q', SINGLE);
    const first = await ground.otherChannel();
    const second = await ground.otherChannel();
    await first.consume('q', 'first');
    await second.consume('q', 'second', { arguments: fromPlain({ 'x-priority': 9 }) });
    ground.channel.publish('', 'q', 'a');
    assert.deepEqual(await first.deliveries(1), ['a']);
  });

  fact('an exclusive consumer is refused', async ({ channel, client }) => {
    await channel.declareQueue('q', SINGLE);
    channel.sendConsume('q', 'alone', { exclusive: true });
    await client.expectChannelClose(1, 403, IN_USE);
  });

  fact('basic.get works beside the active consumer', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q', SINGLE);
    await channel.qos(1);
    await channel.consume('q', 'c');
    for (const body of ['a', 'b']) channel.publish('', 'q', body);
    assert.equal((await channel.delivery()).text, 'a');
    assert.equal(await channel.get('q'), 'b');
  });
});
