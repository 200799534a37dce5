// Each test has a broker of its own, inside the test's process: no container, nothing to clean up.
// Run it: npx node --conditions=leveret-source --test examples/embedding/with-node-test.test.ts
// (outside this repository `import 'leveret'` needs no condition)
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createBroker, type EmbeddedBroker } from 'leveret';
import { OrderService } from './order-service.ts';

describe('the order service', () => {
  let broker: EmbeddedBroker;
  let service: OrderService;

  beforeEach(async () => {
    broker = await createBroker();
    service = await OrderService.connect(broker.url);
  });

  afterEach(async () => {
    await service.close();
    await broker.close();
  });

  test('gives orders out in the order they were placed', async (t) => {
    service.place('tea');
    service.place('cake');
    const orders: string[] = [];
    await service.handle((order) => orders.push(order));
    await t.waitFor(() => assert.deepEqual(orders, ['tea', 'cake']));
  });

  test('starts without orders: those of another test are in another broker', async () => {
    assert.equal(await service.waitingCount(), 0);
  });

  test('gives out again an order that could not be handled', async (t) => {
    service.place('tea');
    const handled: string[] = [];
    await service.handle((order, isRepeated) => {
      if (!isRepeated) throw new Error('the kettle is cold');
      handled.push(order);
    });
    await t.waitFor(() => assert.deepEqual(handled, ['tea']));
  });
});
