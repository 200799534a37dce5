// From protocol header to open-ok (behaviour of RabbitMQ: https://www.rabbitmq.com/docs/connections).
import assert from 'node:assert/strict';
import { fromPlain, toPlain, writeTable } from '../../src/amqp/wire/field-table.ts';
import { PROTOCOL_HEADER } from '../../src/amqp/wire/frame.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { WireWriter } from '../../src/amqp/wire/wire-writer.ts';
import { PASSWORD, USER } from '../support/other-broker.ts';
import { RawClient } from '../support/raw-client.ts';
import { fact, section } from './support/fact.ts';

section('The handshake', () => {
  fact('connection.start names product, version and capabilities', async (ground) => {
    await using client = await RawClient.connect(ground.port);
    client.socket.write(PROTOCOL_HEADER);
    const { method } = await client.expect(methods.CONNECTION_START);
    assert.deepEqual([method.versionMajor, method.versionMinor], [0, 9]);
    assert.equal(method.locales.toString(), 'en_US');
    const properties = toPlain(method.serverProperties);
    assert.equal(typeof properties['product'], 'string');
    assert.match(properties['version'] as string, /^\d+\.\d+\.\d+$/u);
    const capabilities = properties['capabilities'] as Record<string, unknown>;
    for (const name of ['publisher_confirms', 'basic.nack', 'consumer_cancel_notify']) {
      assert.equal(capabilities[name], true, name);
    }
  });

  fact(
    'PLAIN and AMQPLAIN are offered',
    async ({ port }) => {
      await using client = await RawClient.connect(port);
      client.socket.write(PROTOCOL_HEADER);
      const { method } = await client.expect(methods.CONNECTION_START);
      // No client may depend on their order: it differs between versions of RabbitMQ.
      assert.deepEqual(method.mechanisms.toString().split(' ').sort(), ['AMQPLAIN', 'PLAIN']);
    },
    { leveretDiffers: 'RabbitMQ 4.x offers ANONYMOUS too', heldIn310: true },
  );

  fact('the header may come octet by octet', async (ground) => {
    await using client = await RawClient.connect(ground.port);
    for (const octet of PROTOCOL_HEADER) client.socket.write(Buffer.from([octet]));
    await client.expect(methods.CONNECTION_START);
  });

  for (const [what, header] of [
    ['AMQP 1.0 without SASL', 'AMQP\x00\x01\x00\x00'],
    ['AMQP 0-8', 'AMQP\x01\x01\x00\x08'],
    ['an HTTP request', 'GET / HTTP/1.1\r\n'],
    ['a TLS handshake', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1'],
    ['noise', 'abcdefgh'],
  ] as const) {
    fact(
      `${what} is answered with the protocol header of 0-9-1 and a close`,
      async ({ port }) => {
        await using client = await RawClient.connect(port);
        client.socket.write(Buffer.from(header, 'latin1'));
        await client.ended();
        assert.deepEqual(client.received, PROTOCOL_HEADER);
      },
      { leveretDiffers: 'RabbitMQ 4.x answers with the header of AMQP 1.0', heldIn310: true },
    );
  }

  fact(
    'tune proposes channel_max 2047, frame_max 131072 and a heartbeat of 60 s',
    async (ground) => {
      await using client = await RawClient.connect(ground.port);
      await client.login();
      const { method } = await client.expect(methods.CONNECTION_TUNE);
      const { channelMax, frameMax, heartbeat } = method;
      assert.deepEqual([channelMax, frameMax, heartbeat], [2047, 131_072, 60]);
    },
  );

  fact('AMQPLAIN logs in too', async (ground) => {
    await using client = await RawClient.connect(ground.port);
    client.socket.write(PROTOCOL_HEADER);
    await client.expect(methods.CONNECTION_START);
    const writer = new WireWriter();
    writeTable(writer, fromPlain({ LOGIN: USER, PASSWORD }));
    client.send(methods.encodeConnectionStartOk, 0, {
      clientProperties: new Map(),
      mechanism: 'AMQPLAIN',
      response: writer.take().subarray(4),
      locale: 'en_US',
    });
    await client.expect(methods.CONNECTION_TUNE);
  });

  fact('a wrong password is told by 403 to a client that wants to know', async (ground) => {
    await using client = await RawClient.connect(ground.port);
    await client.login({ password: 'wrong' });
    await client.expectConnectionClose(
      403,
      'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.',
    );
  });

  fact(
    'a wrong password closes the socket of a client that does not, without a frame',
    async ({ port }) => {
      await using client = await RawClient.connect(port);
      await client.login({ user: 'nobody', password: 'topsecret', capabilities: {} });
      await client.ended();
      assert.deepEqual(client.inbox, []);
    },
  );

  for (const [what, tune, text, options] of [
    [
      'a frame_max below the minimum',
      { frameMax: 4095 },
      'negotiated frame_max = 4095 is lower than the minimum allowed value (4096)',
      { leveretDiffers: 'RabbitMQ names 8192 since 4.1' },
    ],
    [
      'a frame_max above the server',
      { frameMax: 200_000 },
      'negotiated frame_max = 200000 is higher than the maximum allowed value (131072)',
      {},
    ],
    [
      'no limit of channels',
      { channelMax: 0 },
      'negotiated channel_max = 0 (no limit) is higher than the maximum allowed value (2047)',
      {},
    ],
  ] as const) {
    fact(
      `${what} is refused with 530`,
      async (ground) => {
        await using client = await RawClient.connect(ground.port);
        await client.login();
        await client.expect(methods.CONNECTION_TUNE);
        client.tune(tune);
        await client.expectConnectionClose(530, `NOT_ALLOWED - ${text}`);
      },
      { differsIn310: 'it ended the socket without a word', ...options },
    );
  }

  fact('a virtual host that does not exist is refused with 530', async (ground) => {
    await using client = await RawClient.connect(ground.port);
    await client.login();
    await client.expect(methods.CONNECTION_TUNE);
    client.tune();
    client.openVhost('elsewhere');
    await client.expectConnectionClose(530, 'NOT_ALLOWED - vhost elsewhere not found');
  });

  fact('a handshake left half way leaves the broker serving others', async (ground) => {
    const half = await RawClient.connect(ground.port);
    await half.login();
    half.socket.destroy();
    await using client = await ground.connect();
    await client.channel();
  });

  fact('heartbeats come when nothing else does', async (ground) => {
    await using client = await ground.connect({ heartbeat: 1 });
    await client.untilHeartbeat();
  });

  fact(
    'a client that is silent for two heartbeat intervals is dropped, and its messages go back',
    async (ground) => {
      const silent = await ground.connect({ heartbeat: 1 });
      const channel = await silent.channel();
      await channel.declareQueue('q');
      channel.publish('', 'q', 'held');
      await channel.consume('q');
      await channel.delivery();
      await using other = await ground.connect();
      const otherChannel = await other.channel();
      await otherChannel.consume('q');
      assert.deepEqual(await otherChannel.deliveries(1), ['held again']);
      await silent.ended();
    },
  );

  fact(
    'connection.update-secret is answered, and the connection goes on',
    async ({ client, channel }) => {
      client.send(methods.encodeConnectionUpdateSecret, 0, {
        newSecret: Buffer.from('a newer token'),
        reason: 'the old one runs out',
      });
      await client.expect(methods.CONNECTION_UPDATE_SECRET_OK);
      await channel.declareQueue('q');
    },
  );

  fact('every capability that clients look for is announced', async ({ port }) => {
    await using client = await RawClient.connect(port);
    client.socket.write(PROTOCOL_HEADER);
    const { method } = await client.expect(methods.CONNECTION_START);
    assert.deepEqual(toPlain(method.serverProperties)['capabilities'], {
      publisher_confirms: true,
      exchange_exchange_bindings: true,
      'basic.nack': true,
      consumer_cancel_notify: true,
      'connection.blocked': true,
      consumer_priorities: true,
      authentication_failure_close: true,
      per_consumer_qos: true,
      direct_reply_to: true,
    });
  });
});
