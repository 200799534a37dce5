// What the broker sets on messages that come in, as clients see it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect, type GetMessage, type Options } from 'amqplib';
import { createBroker, type CreateBrokerOptions } from 'leveret';

/** Publishes a message, and gets it back. */
async function passed(
  options: CreateBrokerOptions,
  published: Options.Publish,
  body = Buffer.from('body'),
): Promise<GetMessage> {
  await using broker = await createBroker(options);
  const connection = await connect(broker.url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('q');
  channel.sendToQueue('q', body, published);
  await channel.waitForConfirms();
  const message = await channel.get('q', { noAck: true });
  await connection.close();
  assert.ok(message !== false);
  return message;
}

describe('messages that come in', { concurrency: true }, () => {
  test('get the time as a header in milliseconds and as the property in seconds', async () => {
    const before = Date.now();
    const { properties, content } = await passed(
      { interceptors: { timestamp: 'keep' } },
      { correlationId: 'c', headers: { mine: 'kept' } },
    );
    const { headers } = properties;
    const time = Number(headers?.['timestamp_in_ms']);
    assert.ok(time >= before - 1 && time <= Date.now());
    assert.equal(properties.timestamp, Math.floor(time / 1000));
    assert.equal(headers?.['mine'], 'kept');
    assert.equal(properties.correlationId, 'c');
    assert.equal(content.toString(), 'body');
  });

  test('keep the time that they have where nothing is to be overwritten', async () => {
    const { properties } = await passed(
      { interceptors: { timestamp: 'keep' } },
      { timestamp: 7, headers: { timestamp_in_ms: 7000 } },
    );
    assert.equal(properties.timestamp, 7);
    assert.equal(properties.headers?.['timestamp_in_ms'], 7000);
  });

  test('lose the time that they have where it is to be overwritten', async () => {
    const { properties } = await passed(
      { interceptors: { timestamp: 'overwrite' } },
      { timestamp: 7, headers: { timestamp_in_ms: 7000 } },
    );
    assert.ok(Number(properties.timestamp) > 7);
    assert.ok(Number(properties.headers?.['timestamp_in_ms']) > 7000);
  });

  test('get the name of the node, also without a body', async () => {
    const options = { nodeName: 'hare@burrow', interceptors: { routingNode: 'keep' } } as const;
    const { properties, content } = await passed(options, {}, Buffer.alloc(0));
    assert.deepEqual(properties.headers, { 'x-routed-by': 'hare@burrow' });
    assert.equal(content.length, 0);
  });

  test('are not touched where nobody asks for it', async () => {
    const { properties } = await passed({}, { contentType: 'text/plain' });
    assert.deepEqual(properties.headers, {});
    assert.equal(properties.timestamp, undefined);
  });
});
