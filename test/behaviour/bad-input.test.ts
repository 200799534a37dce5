// Octets that are not what the protocol asks for (0-9-1 section 4.2; codes and texts as RabbitMQ's): each is answered, the
// log says who and why, and the broker goes on serving others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { RawClient } from '../support/raw-client.ts';

const PUBLISH = [0, 60, 0, 40, 0, 0, 0, 1, 0x71, 0];
const contentHeader = (classId: number, size: number, weight = 0): number[] => [
  0,
  classId,
  0,
  weight,
  ...Array.from({ length: 4 }, () => 0),
  (size >>> 24) & 255,
  (size >>> 16) & 255,
  (size >>> 8) & 255,
  size & 255,
  0,
  0,
];

interface Case {
  readonly what: string;
  readonly send: (client: RawClient) => void;
  readonly code: number;
  readonly text: string;
}

const CASES: readonly Case[] = [
  {
    what: 'a frame larger than frame_max',
    send: (client) => client.socket.write(Buffer.from([3, 0, 1, 0, 2, 0, 1])),
    code: 501,
    text: 'FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,131073,131064}',
  },
  {
    what: 'a wrong end octet',
    send: (client) => client.sendFrame(1, 1, [0, 20, 0, 10, 0], 0x41),
    code: 501,
    text: 'FRAME_ERROR - type 1, all octets = <<0,20,0,10,0>>: {invalid_frame_end_marker,65}',
  },
  {
    what: 'an unknown frame type',
    send: (client) => client.sendFrame(7, 0, []),
    code: 501,
    text: 'FRAME_ERROR - type 7, all octets = <<>>: unknown_frame',
  },
  {
    what: 'a heartbeat with a payload',
    send: (client) => client.sendFrame(8, 0, [1]),
    code: 501,
    text: 'FRAME_ERROR - type 8, all octets = <<1>>: unknown_frame',
  },
  {
    what: 'an unknown method',
    send: (client) => client.sendFrame(1, 1, [0, 60, 0, 99]),
    code: 503,
    text: 'COMMAND_INVALID - unknown method: class 60, method 99',
  },
  {
    what: 'a method that only servers send',
    send: (client) =>
      client.send(methods.encodeQueueDeclareOk, 1, {
        queue: 'q',
        messageCount: 0,
        consumerCount: 0,
      }),
    code: 503,
    text: 'COMMAND_INVALID - unimplemented method',
  },
  {
    what: 'a second channel.open',
    send: (client) => client.send(methods.encodeChannelOpen, 1, {}),
    code: 504,
    text: "CHANNEL_ERROR - second 'channel.open' seen",
  },
  {
    what: 'a method on a channel that is not open',
    send: (client) => client.send(methods.encodeTxSelect, 2, {}),
    code: 504,
    text: "CHANNEL_ERROR - expected 'channel.open'",
  },
  {
    what: 'a content header where a method is due',
    send: (client) => client.sendFrame(2, 1, contentHeader(60, 0)),
    code: 505,
    text: 'UNEXPECTED_FRAME - expected method frame, got non method frame instead',
  },
  {
    what: 'a body where a method is due',
    send: (client) => client.sendFrame(3, 1, [1]),
    code: 505,
    text: 'UNEXPECTED_FRAME - expected method frame, got non method frame instead',
  },
  {
    what: 'a method where a content header is due',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.send(methods.encodeBasicQos, 1, { prefetchSize: 0, prefetchCount: 1, global: false });
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead',
  },
  {
    what: 'a content header of another class',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(50, 0));
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected content header for class 60, got one for class 50 instead',
  },
  {
    what: 'a method where a body is due',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(60, 5));
      client.send(methods.encodeTxSelect, 1, {});
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected content body, got non content body frame instead',
  },
  {
    what: 'a body longer than announced',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(60, 2));
      client.sendFrame(3, 1, [1, 2, 3]);
    },
    code: 501,
    text: 'FRAME_ERROR - content body frame exceeds remaining content size',
  },
  {
    what: 'a body announced with more than 512 MiB',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(60, 0x20000001));
    },
    code: 501,
    text: 'FRAME_ERROR - content body size 536870913 exceeds maximum allowed size 536870912',
  },
  {
    what: 'a queue name that is not UTF-8',
    send: (client) => client.sendFrame(1, 1, [0, 50, 0, 30, 0, 0, 1, 0xff, 0]),
    code: 501,
    text: 'FRAME_ERROR - Malformed UTF-8 in shortstr',
  },
];

describe('bad input', { concurrency: true }, () => {
  for (const { what, send, code, text } of CASES) {
    test(`${what} closes the connection with ${code}`, async () => {
      const log = new CollectedLog();
      await using broker = await createBroker({ log, limits: { closeTimeoutMs: 50 } });
      await using client = await RawClient.open(broker.port);
      await client.channel(1);
      send(client);
      await client.expectConnectionClose(code, text);
      assert.equal(log.complaints.length, 1, log.complaints.join('\n'));
      assert.match(log.complaints[0]!, /127\.0\.0\.1/u);
      await using other = await RawClient.open(broker.port);
      await other.channel(1);
    });
  }

  test('arguments that are cut off close the connection with 501', async () => {
    await using broker = await createBroker();
    await using client = await RawClient.open(broker.port);
    await client.channel(1);
    client.sendFrame(1, 1, [0, 50, 0, 10, 0, 0, 200]);
    const { method } = await client.expect(methods.CONNECTION_CLOSE);
    assert.equal(method.replyCode, 501);
    assert.deepEqual([method.classId, method.methodId], [50, 10]);
  });

  test('a frame for a channel before the connection is tuned ends the socket without a word, as in RabbitMQ', async () => {
    const log = new CollectedLog();
    await using broker = await createBroker({ log, limits: { closeTimeoutMs: 20 } });
    await using client = await RawClient.connect(broker.port);
    await client.login();
    await client.expect(methods.CONNECTION_TUNE);
    client.send(methods.encodeChannelOpen, 1, {});
    await client.ended();
    assert.deepEqual(client.inbox, []);
    assert.match(log.complaints.join(), /connection error: UNEXPECTED_FRAME/u);
  });

  test('a frame for a channel before connection.open is refused with 505', async () => {
    await using broker = await createBroker();
    await using client = await RawClient.connect(broker.port);
    await client.login();
    await client.expect(methods.CONNECTION_TUNE);
    client.tune();
    client.send(methods.encodeChannelOpen, 1, {});
    const { method } = await client.expect(methods.CONNECTION_CLOSE);
    assert.equal(method.replyCode, 505);
  });

  test('a body sent one octet a frame arrives whole', async () => {
    await using broker = await createBroker();
    await using client = await RawClient.open(broker.port);
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

  test('a client that resets its connection in mid-content leaves the broker serving others', async () => {
    await using broker = await createBroker();
    const client = await RawClient.open(broker.port);
    await client.channel(1);
    client.sendFrame(1, 1, PUBLISH);
    client.sendFrame(2, 1, contentHeader(60, 5));
    client.socket.resetAndDestroy();
    await using other = await RawClient.open(broker.port);
    await other.channel(1);
  });
});
