// What channels keep in memory of what they have done: little, however many there are.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeContent } from '../../src/amqp/wire/frame.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { WireWriter } from '../../src/amqp/wire/wire-writer.ts';
import { OpenedBroker } from '../support/opened-broker.ts';
import { RawClient } from '../support/raw-client.ts';
import { collectGarbage } from '../support/garbage.ts';

const CHANNELS = 100;
/** As much as is read from a socket at once. */
const MESSAGES = 500;

/** Octets that were read from sockets, and what else lies outside of the heap. */
async function heldOctets(): Promise<number> {
  // Memory is given back behind a collection: it is after the next one for certain.
  for (let i = 0; i < 2; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return process.memoryUsage().arrayBuffers;
}

/** Messages for a queue, as octets. */
function publishes(channel: number, queue: string): Uint8Array {
  const writer = new WireWriter();
  const target = { exchange: '', routingKey: queue, mandatory: false, immediate: false };
  for (let i = 0; i < MESSAGES; i++) {
    methods.encodeBasicPublish(writer, channel, target);
    encodeContent(writer, channel, 60, {}, Buffer.alloc(100), 131_072);
  }
  return writer.take();
}

describe('a channel', () => {
  test('that has published keeps nothing of what was read then', async () => {
    await using opened = await OpenedBroker.open();
    await using client = await RawClient.open(opened.port);
    for (let number = 1; number <= CHANNELS; number++) await client.channel(number);
    const before = await heldOctets();
    for (let number = 1; number <= CHANNELS; number++) {
      client.socket.write(publishes(number, 'nobody'));
      const qos = { prefetchSize: 0, prefetchCount: 1, global: false };
      client.send(methods.encodeBasicQos, number, qos);
      await client.expect(methods.BASIC_QOS_OK);
    }
    const held = (await heldOctets()) - before;
    assert.ok(held < 2_000_000, `${held} octets are held`);
  });

  test('that has acknowledged keeps nothing of what it got', async () => {
    await using opened = await OpenedBroker.open();
    await using client = await RawClient.open(opened.port);
    const publisher = await client.channel(CHANNELS + 1);
    for (let number = 1; number <= CHANNELS; number++) await client.channel(number);
    await publisher.declareQueue('q');
    const before = await heldOctets();
    for (let number = 1; number <= CHANNELS; number++) {
      client.socket.write(publishes(publisher.number, 'q'));
      await publisher.sync();
      client.send(methods.encodeBasicGet, number, { queue: 'q', noAck: false });
      await client.expect(methods.BASIC_GET_OK);
      client.send(methods.encodeBasicAck, number, { deliveryTag: 1, multiple: false });
      publisher.send(methods.encodeQueuePurge, { queue: 'q', noWait: false });
      await client.expect(methods.QUEUE_PURGE_OK);
    }
    const held = (await heldOctets()) - before;
    assert.ok(held < 2_000_000, `${held} octets are held`);
  });
});
