// Logging in, tuning, opening and closing a connection, and what is wrong on channel 0
// (https://www.rabbitmq.com/docs/connections, /docs/access-control).
import assert from 'node:assert/strict';
import { fromPlain, writeTable, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import { PROTOCOL_HEADER } from '../../src/amqp/wire/frame.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { WireWriter } from '../../src/amqp/wire/wire-writer.ts';
import { contentHeader } from '../support/bad-input.ts';
import { PASSWORD, USER } from '../support/other-broker.ts';
import { RawClient } from '../support/raw-client.ts';
import { fact, section, type FactOptions } from './support/fact.ts';

const OFFERS_1_0 = 'RabbitMQ 4.x answers with the header of AMQP 1.0';
const CLOSE = { replyCode: 200, replyText: '', classId: 0, methodId: 0 };
const CAPABILITIES = { capabilities: { authentication_failure_close: true } };

/** A client that has been asked to log in. */
async function begin(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  client.socket.write(PROTOCOL_HEADER);
  await client.expect(methods.CONNECTION_START);
  return client;
}

function sendStartOk(client: RawClient, mechanism: string, response: Buffer): void {
  const clientProperties = fromPlain(CAPABILITIES);
  client.send(methods.encodeConnectionStartOk, 0, {
    clientProperties,
    mechanism,
    response,
    locale: 'en_US',
  });
}

/** A client that has logged in and been asked to tune. */
async function logIn(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.login();
  await client.expect(methods.CONNECTION_TUNE);
  return client;
}

function amqplain(plain: Readonly<Record<string, PlainValue>>): Buffer {
  const writer = new WireWriter();
  writeTable(writer, fromPlain(plain));
  return Buffer.from(writer.take().subarray(4));
}

/** The broker ends the socket, and has said nothing. */
async function expectSilence(client: RawClient): Promise<void> {
  await client.ended();
  assert.deepEqual(client.inbox, []);
}

section('Protocol headers', () => {
  fact('that of AMQP 0-9 is taken for 0-9-1', async ({ port }) => {
    await using client = await RawClient.connect(port);
    client.socket.write(Buffer.from('AMQP\x01\x01\x00\x09', 'latin1'));
    const { method } = await client.expect(methods.CONNECTION_START);
    assert.deepEqual([method.versionMajor, method.versionMinor], [0, 9]);
  });

  for (const [what, header, options] of [
    ['AMQP 0-10', 'AMQP\x01\x01\x00\x0a', { leveretDiffers: OFFERS_1_0, heldIn310: true }],
    ['a later AMQP 0-9', 'AMQP\x00\x00\x09\x02', {}],
    [
      'AMQP 1.0 with SASL',
      'AMQP\x03\x01\x00\x00',
      { leveretDiffers: 'RabbitMQ 4.x speaks AMQP 1.0', heldIn310: true },
    ],
    ['AMQP 1.0 with TLS', 'AMQP\x02\x01\x00\x00', { leveretDiffers: OFFERS_1_0, heldIn310: true }],
  ] as ReadonlyArray<readonly [string, string, FactOptions]>) {
    fact(
      `that of ${what} is answered with the header of 0-9-1 and a close`,
      async ({ port }) => {
        await using client = await RawClient.connect(port);
        client.socket.write(Buffer.from(header, 'latin1'));
        await client.ended();
        assert.deepEqual(client.received, PROTOCOL_HEADER);
      },
      options,
    );
  }

  fact('a connection that says nothing and ends does no harm', async (ground) => {
    const probe = await RawClient.connect(ground.port);
    await probe[Symbol.asyncDispose]();
    await ground.connect();
  });
});

section('Logging in', () => {
  for (const [what, user, password] of [
    ['an unknown user', 'nobody here', 'secret'],
    ['a blank password', USER, ''],
    ['a blank name', '', PASSWORD],
  ] as const) {
    fact(`${what} is refused in the same words as a wrong password`, async ({ port }) => {
      await using client = await begin(port);
      sendStartOk(client, 'PLAIN', Buffer.from(`\0${user}\0${password}`));
      const text =
        'Login was refused using authentication mechanism PLAIN. For details see the broker logfile.';
      await client.expectConnectionClose(403, `ACCESS_REFUSED - ${text}`);
    });
  }

  fact('a wrong password with AMQPLAIN names AMQPLAIN', async ({ port }) => {
    await using client = await begin(port);
    sendStartOk(client, 'AMQPLAIN', amqplain({ LOGIN: USER, PASSWORD: `not ${PASSWORD}` }));
    const text =
      'Login was refused using authentication mechanism AMQPLAIN. For details see the broker logfile.';
    await client.expectConnectionClose(403, `ACCESS_REFUSED - ${text}`);
  });

  for (const [what, mechanism, response] of [
    ['an unknown mechanism', 'MAGIC', Buffer.from(`\0${USER}\0${PASSWORD}`)],
    ['PLAIN on behalf of another', 'PLAIN', Buffer.from(`other\0${USER}\0${PASSWORD}`)],
    ['PLAIN without a password', 'PLAIN', Buffer.from(`\0${USER}`)],
    ['AMQPLAIN without a password', 'AMQPLAIN', amqplain({ LOGIN: USER })],
  ] as const) {
    fact(`${what} ends the socket without a word`, async ({ port }) => {
      await using client = await begin(port);
      sendStartOk(client, mechanism, response);
      await expectSilence(client);
    });
  }

  fact('a second start-ok ends the socket without a word', async ({ port }) => {
    await using client = await logIn(port);
    sendStartOk(client, 'PLAIN', Buffer.from(`\0${USER}\0${PASSWORD}`));
    await expectSilence(client);
  });

  fact('connection.open before tune-ok ends the socket without a word', async ({ port }) => {
    await using client = await logIn(port);
    client.openVhost();
    await expectSilence(client);
  });
});

const SILENT_IN_310: FactOptions = { differsIn310: 'it ended the socket without a word' };

section('Tuning', () => {
  for (const [what, tune, options] of [
    [
      'frame_max 4096',
      { frameMax: 4096 },
      { leveretDiffers: 'RabbitMQ refuses less than 8192 since 4.1', heldIn310: true },
    ],
    ['frame_max 8192', { frameMax: 8192 }, {}],
    ['frame_max 131072', { frameMax: 131_072 }, {}],
    ['channel_max 1', { channelMax: 1 }, {}],
    ['channel_max 2047', { channelMax: 2047 }, {}],
    ['heartbeat 0', { heartbeat: 0 }, {}],
    ['a heartbeat longer than proposed', { heartbeat: 65_535 }, {}],
  ] as ReadonlyArray<readonly [string, object, FactOptions]>) {
    fact(
      `${what} is accepted`,
      async (ground) => {
        const client = await ground.connect(tune);
        await client.channel();
      },
      options,
    );
  }

  for (const [what, tune, text] of [
    [
      'frame_max 0',
      { frameMax: 0 },
      'negotiated frame_max = 0 (no limit) is higher than the maximum allowed value (131072)',
    ],
    [
      'frame_max 131073',
      { frameMax: 131_073 },
      'negotiated frame_max = 131073 is higher than the maximum allowed value (131072)',
    ],
    [
      'channel_max 2048',
      { channelMax: 2048 },
      'negotiated channel_max = 2048 is higher than the maximum allowed value (2047)',
    ],
  ] as const) {
    fact(
      `${what} is refused with 530`,
      async ({ port }) => {
        await using client = await logIn(port);
        client.tune(tune);
        await client.expectConnectionClose(530, `NOT_ALLOWED - ${text}`);
      },
      SILENT_IN_310,
    );
  }

  fact('the broker sends no frame larger than negotiated', async (ground) => {
    const frameMax = 8192;
    const client = await ground.connect({ frameMax });
    const channel = await client.channel();
    await ground.channel.declareQueue('q');
    ground.channel.publish('', 'q', Buffer.alloc(20_000));
    await ground.channel.sync();
    const chunks: Buffer[] = [];
    client.socket.on('data', (chunk) => chunks.push(chunk));
    assert.equal((await channel.get('q'))?.length, 20_000);
    const octets = Buffer.concat(chunks);
    const sizes: number[] = [];
    for (let at = 0; at < octets.length; at += sizes.at(-1)!) {
      sizes.push(octets.readUInt32BE(at + 3) + 8);
    }
    // The method, the header, and the body in as few frames as can be.
    assert.deepEqual(sizes.slice(2), [frameMax, frameMax, 20_000 - 2 * (frameMax - 8) + 8]);
  });

  fact('an empty body has no frame', async (ground) => {
    const { channel, client } = ground;
    await channel.declareQueue('q');
    channel.publish('', 'q', '');
    const types: number[] = [];
    client.socket.on('data', (octets) => {
      for (let at = 0; at < octets.length; at += octets.readUInt32BE(at + 3) + 8) {
        types.push(octets[at]!);
      }
    });
    assert.equal(await channel.get('q'), '');
    await channel.sync();
    assert.deepEqual(types, [1, 2, 1]);
  });
});

section('Opening a connection', () => {
  fact('a refused virtual host blames connection.open', async ({ port }) => {
    await using client = await logIn(port);
    client.tune();
    client.openVhost('elsewhere');
    const { method } = await client.expect(methods.CONNECTION_CLOSE);
    assert.deepEqual([method.replyCode, method.classId, method.methodId], [530, 10, 40]);
  });

  fact(
    'a refused tune-ok blames connection.tune',
    async ({ port }) => {
      await using client = await logIn(port);
      client.tune({ channelMax: 0 });
      const { method } = await client.expect(methods.CONNECTION_CLOSE);
      assert.deepEqual([method.replyCode, method.classId, method.methodId], [530, 10, 30]);
    },
    SILENT_IN_310,
  );

  fact('a second tune-ok is refused with 504', async ({ port }) => {
    await using client = await logIn(port);
    client.tune();
    client.tune();
    const text = 'CHANNEL_ERROR - unexpected method in connection state opening';
    await client.expectConnectionClose(504, text);
  });
});

section('Methods and frames on channel 0', () => {
  for (const [name, send] of [
    ['connection.open', (c) => c.openVhost()],
    ['connection.tune-ok', (c) => c.tune()],
    ['connection.start-ok', (c) => sendStartOk(c, 'PLAIN', Buffer.from(`\0${USER}\0${PASSWORD}`))],
    ['queue.declare', (c) => c.sendFrame(1, 0, [0, 50, 0, 10, 0, 0, 1, 0x71, 0, 0, 0, 0, 0])],
    ['channel.open', (c) => c.send(methods.encodeChannelOpen, 0, {})],
  ] as ReadonlyArray<readonly [string, (client: RawClient) => void]>) {
    fact(`${name} on an open connection is refused with 504`, async ({ client }) => {
      send(client);
      const text = 'CHANNEL_ERROR - unexpected method in connection state running';
      await client.expectConnectionClose(504, text);
    });
  }

  for (const [what, type, payload] of [
    ['content header', 2, contentHeader(60, 0)],
    ['body', 3, [1, 2, 3]],
  ] as const) {
    fact(`a ${what} is refused with 505`, async ({ client }) => {
      client.sendFrame(type, 0, payload);
      const { method } = await client.expect(methods.CONNECTION_CLOSE);
      assert.equal(method.replyCode, 505);
    });
  }

  fact('a heartbeat on another channel is refused with 505', async ({ client }) => {
    client.sendFrame(8, 1, []);
    const { method } = await client.expect(methods.CONNECTION_CLOSE);
    assert.equal(method.replyCode, 505);
  });

  fact('a heartbeat that nobody asked for does no harm', async ({ channel, client }) => {
    client.sendFrame(8, 0, []);
    await channel.sync();
  });
});

section('Closing a connection', () => {
  fact('a close is answered, and nothing comes behind', async ({ channel, client }) => {
    await channel.declareQueue('q');
    await channel.consume('q');
    client.send(methods.encodeConnectionClose, 0, CLOSE);
    channel.publish('', 'q', 'too late');
    await client.expect(methods.CONNECTION_CLOSE_OK);
    assert.deepEqual(client.inbox, []);
  });

  fact('what was published before the close is there', async (ground) => {
    const other = await ground.otherChannel();
    await ground.channel.declareQueue('q');
    for (let i = 0; i < 100; i++) other.publish('', 'q', String(i));
    other.client.send(methods.encodeConnectionClose, 0, CLOSE);
    await other.client.expect(methods.CONNECTION_CLOSE_OK);
    for (let i = 0; i < 100; i++) assert.equal(await ground.channel.get('q'), String(i));
  });

  fact('a close that crosses the close of the broker is answered', async ({ client }) => {
    client.send(methods.encodeChannelOpen, 1, {});
    await client.expect(methods.CONNECTION_CLOSE);
    client.send(methods.encodeConnectionClose, 0, CLOSE);
    await client.expect(methods.CONNECTION_CLOSE_OK);
  });

  fact('everything behind an error is ignored until close-ok', async (ground) => {
    const { client } = ground;
    const other = await ground.otherChannel();
    await other.declareQueue('q');
    client.send(methods.encodeChannelOpen, 1, {});
    await client.expect(methods.CONNECTION_CLOSE);
    ground.channel.publish('', 'q', 'ignored');
    ground.channel.sendDeclareQueue('p');
    client.send(methods.encodeConnectionCloseOk, 0, {});
    await client.ended();
    assert.deepEqual(client.inbox, []);
    assert.equal(await other.get('q'), null);
  });

  fact('a hard error ends the exclusive queues and gives back what was held', async (ground) => {
    const { client, channel } = ground;
    const other = await ground.otherChannel();
    await channel.declareQueue('mine', { exclusive: true });
    await other.declareQueue('q');
    other.publish('', 'q', 'body');
    await other.sync();
    assert.equal(await channel.get('q', false), 'body');
    client.send(methods.encodeChannelOpen, 1, {});
    await client.expectConnectionClose(504, "CHANNEL_ERROR - second 'channel.open' seen");
    await ground.eventually('it is back', async () => (await other.get('q')) === 'body again');
    await other.declareQueue('mine');
  });
});
