// Bad input as the operator sees it: each is logged once, with the peer, and the broker goes on serving others. What the
// peer is answered is stated in test/conformance.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { BAD_INPUT, contentHeader, PUBLISH } from '../support/bad-input.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { RawClient } from '../support/raw-client.ts';

describe('bad input', { concurrency: true }, () => {
  for (const { what, send } of BAD_INPUT) {
    test(`${what} is logged once, and others are served`, async () => {
      const log = new CollectedLog();
      await using broker = await createBroker({ log, limits: { closeTimeoutMs: 50 } });
      await using client = await RawClient.open(broker.port);
      await client.channel(1);
      send(client);
      await client.expect(methods.CONNECTION_CLOSE);
      client.send(methods.encodeConnectionCloseOk, 0, {});
      await client.ended();
      assert.equal(log.complaints.length, 1, log.complaints.join('\n'));
      assert.match(log.complaints[0]!, /127\.0\.0\.1/u);
      await using other = await RawClient.open(broker.port);
      await other.channel(1);
    });
  }

  test('what ends a connection without a word to the client is logged all the same', async () => {
    const log = new CollectedLog();
    await using broker = await createBroker({ log, limits: { closeTimeoutMs: 20 } });
    await using client = await RawClient.connect(broker.port);
    await client.login();
    await client.expect(methods.CONNECTION_TUNE);
    client.send(methods.encodeChannelOpen, 1, {});
    await client.ended();
    assert.match(log.complaints.join(), /connection error: UNEXPECTED_FRAME/u);
  });

  for (const [what, header, hint] of [
    ['AMQP 1.0', 'AMQP\x00\x01\x00\x00', 'another version'],
    ['an HTTP request', 'GET / HTTP/1.1\r\n', 'HTTP'],
    ['a TLS handshake', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1', 'TLS'],
    ['noise', 'abcdefgh', 'not AMQP'],
  ] as const) {
    test(`${what} on the port of AMQP is logged once, with a hint`, async () => {
      const log = new CollectedLog();
      await using broker = await createBroker({ log });
      await using client = await RawClient.connect(broker.port);
      client.socket.write(Buffer.from(header, 'latin1'));
      await client.ended();
      assert.equal(log.complaints.length, 1);
      assert.match(log.complaints[0]!, new RegExp(`127\\.0\\.0\\.1.*${hint}`, 'u'));
    });
  }

  test('a password that is refused does not reach the log', async () => {
    const log = new CollectedLog();
    await using broker = await createBroker({ log, limits: { closeTimeoutMs: 20 } });
    await using client = await RawClient.connect(broker.port);
    await client.login({ user: 'nobody', password: 'topsecret', capabilities: {} });
    await client.ended();
    assert.ok(!log.lines.join().includes('topsecret'));
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
  test('properties that are not UTF-8, and as long as can be, do not keep messages from being dead-lettered', async () => {
    const log = new CollectedLog();
    await using broker = await createBroker({ log });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel(1);
    await channel.declareQueue('dead');
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
    await channel.declareQueue('q', { arguments: fromPlain(args) });
    const target = { exchange: '', routingKey: 'q', mandatory: false, immediate: false };
    channel.send(methods.encodeBasicPublish, target);
    const correlationId = Buffer.concat([Buffer.from([0x04, 0x00, 255]), Buffer.alloc(255, 0xff)]);
    client.sendFrame(
      2,
      1,
      Buffer.concat([Buffer.from([0, 60, 0, 0]), Buffer.alloc(8), correlationId]),
    );
    channel.publish('', 'q', 'another');
    for (let i = 0; i < 2; i++) await channel.get('q', false);
    channel.nack(2, false, true);
    await channel.sync();
    assert.deepEqual([await channel.get('dead'), await channel.get('dead')], ['', 'another']);
    assert.deepEqual(log.complaints, []);
  });
});
