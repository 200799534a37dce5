// Direct reply-to (https://www.rabbitmq.com/docs/direct-reply-to).
import assert from 'node:assert/strict';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { RawChannel } from '../support/raw-client.ts';
import { fact, section, type Ground } from './support/fact.ts';

const REPLY_TO = 'amq.rabbitmq.reply-to';

/** Declares a queue for requests. */
async function withRequests(ground: Ground): Promise<Ground> {
  await ground.channel.declareQueue('requests');
  return ground;
}

/** Sends a request and returns the name that its replier sees. */
async function request(channel: RawChannel): Promise<string> {
  channel.publish('', 'requests', 'question', {
    properties: { replyTo: REPLY_TO, messageId: 'm' },
  });
  channel.send(methods.encodeBasicGet, { queue: 'requests', noAck: true });
  const { properties, body } = await channel.client.expect(methods.BASIC_GET_OK);
  assert.deepEqual([body, properties.messageId], ['question', 'm']);
  return properties.replyTo ?? '';
}

section('Direct reply-to', () => {
  fact('brings the reply to the channel that asked, without a queue', async (ground) => {
    const { channel, client } = await withRequests(ground);

    await channel.consume(REPLY_TO, 'replies', { noAck: true });
    const name = await request(channel);
    assert.match(name, /^amq\.rabbitmq\.reply-to\.[\w-]{22}$/u);
    await using replier = await ground.connect();
    const replying = await replier.channel();
    assert.deepEqual((await replying.declareQueue(name, { passive: true })).consumerCount, 1);
    replying.publish('', name, 'answer');
    const { method, body } = await client.expect(methods.BASIC_DELIVER);
    assert.deepEqual([method.exchange, method.routingKey, body], ['', name, 'answer']);
  });

  fact('drops the reply when the requester is gone, confirmed and not returned', async (ground) => {
    const { channel, client } = await withRequests(ground);

    await channel.consume(REPLY_TO, 'replies', { noAck: true });
    const name = await request(channel);
    await channel.cancel('replies');
    await channel.confirmSelect();
    channel.publish('', name, 'too late', { mandatory: true });
    await client.expect(methods.BASIC_ACK);
    channel.sendDeclareQueue(name, { passive: true });
    await client.expectChannelClose(1, 404, `NOT_FOUND - no queue '${name}' in vhost '/'`);
  });

  for (const [what, misuse, text] of [
    [
      'a reply consumer that acknowledges',
      (channel: RawChannel) => channel.sendConsume(REPLY_TO, 'c'),
      'reply consumer cannot acknowledge',
    ],
    [
      'a request without a reply consumer',
      (channel: RawChannel) =>
        channel.publish('', 'requests', '', { properties: { replyTo: REPLY_TO } }),
      'fast reply consumer does not exist',
    ],
  ] as const) {
    fact(`${what} is refused with 406`, async (ground) => {
      const { channel, client } = await withRequests(ground);

      misuse(channel);
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    });
  }

  fact('a second reply consumer on the channel is refused with 406', async (ground) => {
    const { channel, client } = await withRequests(ground);

    await channel.consume(REPLY_TO, 'one', { noAck: true });
    channel.sendConsume(REPLY_TO, 'two', { noAck: true });
    await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - reply consumer already set');
  });

  fact('binding a reply queue is refused with 403', async (ground) => {
    const { channel, client } = await withRequests(ground);

    channel.sendBind(`${REPLY_TO}.x`, 'amq.direct', 'k');
    const text = 'ACCESS_REFUSED - cannot bind or unbind to a volatile (direct reply-to) queue';
    await client.expectChannelClose(1, 403, text);
  });
});
