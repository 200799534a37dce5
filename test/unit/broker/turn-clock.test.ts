// The clock is read once a turn: what happens between turns, over HTTP, must not leave its time to the next one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Session } from '../../../src/amqp/session.ts';
import type { Broker } from '../../../src/broker/broker.ts';
import { BrokerDefinitions } from '../../../src/definitions/broker-definitions.ts';
import { openAccess } from '../../support/guest-access.ts';
import { declareQueue, hostOf, Machine } from '../../support/simulated-broker.ts';

const PEER = { address: '127.0.0.1', isLoopback: true, isTls: false, certificate: null };

async function assertTimeIsRead(act: (broker: Broker) => unknown): Promise<void> {
  const machine = new Machine();
  const broker = machine.start();
  for (const type of ['classic', 'quorum', 'stream']) {
    declareQueue(hostOf(broker), type, { 'x-queue-type': type });
  }
  broker.turn.end();
  machine.time.pass(1000);
  await act(broker);
  machine.time.pass(1000);
  assert.equal(broker.turn.nowMs(), 2000);
}

describe('the next turn has its own time', () => {
  test('after somebody has looked at queues', async () => {
    await assertTimeIsRead((broker) => {
      for (const queue of hostOf(broker).queues) assert.equal(queue.facts().idleSinceMs, 0);
    });
  });

  test('after a message over HTTP that nobody gets', async () => {
    await assertTimeIsRead(async (broker) => {
      const user = { name: 'guest', tags: [], authorizers: [] };
      const options = { broker, access: openAccess(), user, peer: PEER };
      const session = new Session({ ...options, virtualHost: hostOf(broker) });
      const message = { routingKey: 'nobody', properties: {}, body: Buffer.alloc(0) };
      assert.equal(await session.publish({ exchange: '', ...message }), 'unroutable');
    });
  });

  test('after definitions were imported', async () => {
    await assertTimeIsRead(async (broker) => {
      const exporter = { productName: 'Leveret', productVersion: '0.0.0', rabbitVersion: '4.0.0' };
      const definitions = new BrokerDefinitions(broker, openAccess(), exporter);
      const queue = { name: 'imported', vhost: '/', durable: true, auto_delete: false };
      await definitions.import({ queues: [{ ...queue, arguments: {} }] });
    });
  });
});
