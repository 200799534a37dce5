// The log as messages of the exchange amq.rabbitmq.log.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect, type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { createBroker, type CreateBrokerOptions, type EmbeddedBroker } from 'leveret';
import { eventually } from '../support/eventually.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const EXCHANGE = 'amq.rabbitmq.log';

interface Reader {
  readonly channel: Channel;
  readonly messages: readonly ConsumeMessage[];
  /** The message that says this. */
  readonly find: (text: string) => Promise<ConsumeMessage>;
}

async function withReader(
  options: CreateBrokerOptions,
  bindingKey: string,
  run: (reader: Reader, broker: EmbeddedBroker) => Promise<void>,
): Promise<void> {
  await using broker = await createBroker({ logExchange: {}, ...options });
  const connection: ChannelModel = await connect(broker.url);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('');
  await channel.bindQueue(queue, EXCHANGE, bindingKey);
  const messages: ConsumeMessage[] = [];
  await channel.consume(queue, (message) => {
    if (message !== null) messages.push(message);
  });
  const find = async (text: string): Promise<ConsumeMessage> => {
    const isIt = ({ content }: ConsumeMessage): boolean => content.toString().includes(text);
    await eventually(`a message about ${text}`, () => messages.some(isIt));
    return messages.find(isIt)!;
  };
  await run({ channel, messages, find }, broker);
  await connection.close();
}

/** Something that is logged as information. */
async function comeAndGo({ url }: EmbeddedBroker): Promise<void> {
  await (await connect(url)).close();
}

describe('with log.exchange', { concurrency: true }, () => {
  test('lines of the log are messages with their level as the routing key', async () => {
    await withReader({ nodeName: 'hare@burrow' }, '#', async ({ find }, broker) => {
      await comeAndGo(broker);
      const { fields, properties, content } = await find('closed by the client');
      assert.equal(fields.routingKey, 'info');
      assert.equal(fields.exchange, EXCHANGE);
      assert.equal(properties.contentType, 'text/plain');
      assert.deepEqual(properties.headers, { node: 'hare@burrow' });
      assert.ok(Math.abs(Number(properties.timestamp) - Date.now() / 1000) < 60);
      assert.match(content.toString(), /^\d{4}-.* \[info\] closed by the client.*\n$/u);
    });
  });

  test('a warning has the routing key that RabbitMQ gives it', async () => {
    await withReader({}, 'warning', async ({ find }, broker) => {
      await assert.rejects(connect(broker.url.replace('guest:guest', 'guest:wrong')));
      assert.equal((await find('login refused')).fields.routingKey, 'warning');
    });
  });

  test('lines are objects where the format is JSON', async () => {
    await withReader({ logExchange: { format: 'json' } }, '#', async ({ find }, broker) => {
      await comeAndGo(broker);
      const { content, properties } = await find('closed by the client');
      assert.equal(properties.contentType, 'application/json');
      assert.equal((JSON.parse(content.toString()) as { level: string }).level, 'info');
    });
  });

  test('what is below the level is not published', async () => {
    await withReader({ logExchange: { level: 'warn' } }, '#', async (reader, broker) => {
      await comeAndGo(broker);
      await assert.rejects(connect(broker.url.replace('guest:guest', 'guest:wrong')));
      await reader.find('login refused');
      assert.deepEqual(
        reader.messages.map(({ fields }) => fields.routingKey),
        ['warning'],
      );
    });
  });

  test('clients cannot publish to the exchange or delete it', async () => {
    await using broker = await createBroker({ logExchange: {} });
    for (const attempt of [
      async (channel: Channel) => channel.deleteExchange(EXCHANGE),
      async (channel: Channel) => {
        channel.publish(EXCHANGE, 'info', Buffer.from('forged'));
        await channel.checkExchange(EXCHANGE);
      },
    ]) {
      const connection = await connect(broker.url);
      const channel = await connection.createChannel();
      channel.on('error', () => {});
      await assert.rejects(attempt(channel), /ACCESS_REFUSED/u);
      await connection.close();
    }
  });

  test('bindings of durable queues to the exchange survive a restart', async (t) => {
    const dataDir = temporaryDirectory(t);
    for (const isFirst of [true, false]) {
      await using broker = await createBroker({ logExchange: {}, dataDir });
      const connection = await connect(broker.url);
      const channel = await connection.createChannel();
      if (isFirst) {
        await channel.assertQueue('log');
        await channel.bindQueue('log', EXCHANGE, 'warning');
      } else {
        await assert.rejects(connect(broker.url.replace('guest:guest', 'guest:wrong')));
        const isThere = async (): Promise<boolean> =>
          (await channel.get('log', { noAck: true })) !== false;
        await eventually('a message', isThere);
      }
      await connection.close();
    }
  });

  test('a log that is read by a program of many connections does not feed on itself', async () => {
    await withReader({}, '#', async ({ messages, find }, broker) => {
      for (let i = 0; i < 10; i++) await comeAndGo(broker);
      await find('closed by the client');
      await eventually('all of it', () => messages.length >= 20);
      assert.ok(messages.length <= 40, `${messages.length} messages`);
    });
  });
});
