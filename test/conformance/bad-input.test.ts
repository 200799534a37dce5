// Octets that are not what the protocol asks for: each is answered with a code and a text that say what is wrong.
import assert from 'node:assert/strict';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { BAD_INPUT, contentHeader, PUBLISH } from '../support/bad-input.ts';
import { RawClient } from '../support/raw-client.ts';
import { fact, section } from './support/fact.ts';

section('Bad input', () => {
  for (const { what, send, code, text, options } of BAD_INPUT) {
    fact(
      `${what} closes the connection with ${code}`,
      async ({ client }) => {
        send(client);
        await client.expectConnectionClose(code, text);
      },
      options,
    );
  }

  fact('arguments that are cut off close the connection with 501', async (ground) => {
    await using client = await ground.connect();
    await client.channel(1);
    client.sendFrame(1, 1, [0, 50, 0, 10, 0, 0, 200]);
    const { method } = await client.expect(methods.CONNECTION_CLOSE);
    assert.equal(method.replyCode, 501);
    assert.deepEqual([method.classId, method.methodId], [50, 10]);
  });

  fact(
    'a frame for a channel before the connection is tuned ends the socket without a word',
    async ({ port }) => {
      await using client = await RawClient.connect(port);
      await client.login();
      await client.expect(methods.CONNECTION_TUNE);
      client.send(methods.encodeChannelOpen, 1, {});
      await client.ended();
      assert.deepEqual(client.inbox, []);
    },
  );

  fact('a frame for a channel before connection.open is refused with 505', async (ground) => {
    await using client = await RawClient.connect(ground.port);
    await client.login();
    await client.expect(methods.CONNECTION_TUNE);
    client.tune();
    client.send(methods.encodeChannelOpen, 1, {});
    const { method } = await client.expect(methods.CONNECTION_CLOSE);
    assert.equal(method.replyCode, 505);
  });

  fact('a body sent one octet a frame arrives whole', async (ground) => {
    await using client = await ground.connect();
    const channel = await client.channel(1);
    await channel.declareQueue('q');
    client.sendFrame(1, 1, PUBLISH);
    client.sendFrame(2, 1, contentHeader(60, 5));
    for (const letter of 'hello') {
      client.sendFrame(3, 1, []);
      client.sendFrame(3, 1, Buffer.from(letter));
    }
    assert.equal(await channel.get('q'), 'hello');
  });

  for (const [what, type] of [
    ['header', 2],
    ['body', 3],
  ] as const) {
    fact(
      `a content ${what} on a channel that is not open closes the connection`,
      async (ground) => {
        ground.client.sendFrame(type, 2, type === 2 ? contentHeader(60, 0) : [1]);
        const { method } = await ground.client.expect(methods.CONNECTION_CLOSE);
        assert.equal(method.replyCode, 505);
      },
    );
  }

  fact('a content header with a weight closes the connection with 505', async ({ client }) => {
    client.sendFrame(1, 1, PUBLISH);
    client.sendFrame(2, 1, contentHeader(60, 0, 1));
    const { method } = await client.expect(methods.CONNECTION_CLOSE);
    assert.equal(method.replyCode, 505);
  });

  fact('a frame may be 8 octets larger than frame_max', async ({ client, channel }) => {
    await channel.declareQueue('q');
    const size = 131_072;
    client.sendFrame(1, 1, PUBLISH);
    client.sendFrame(2, 1, contentHeader(60, size));
    client.sendFrame(3, 1, Buffer.alloc(size));
    assert.equal((await channel.get('q'))?.length, size);
  });

  fact('a routing key of basic.publish may be any octets', async ({ client, channel }) => {
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.fanout');
    const exchange = Buffer.from('amq.fanout');
    const publish = Buffer.concat([
      Buffer.from([0, 60, 0, 40, 0, 0, exchange.length]),
      exchange,
      Buffer.from([2, 0xff, 0xfe, 0]),
    ]);
    client.sendFrame(1, 1, publish);
    client.sendFrame(2, 1, contentHeader(60, 0));
    assert.equal(await channel.get('q'), '');
  });
});
