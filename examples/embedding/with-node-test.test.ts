// Run it: npx node --conditions=leveret-source --test examples/embedding/with-node-test.test.ts
// (outside this repository `import 'leveret'` needs no condition)
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createBroker, type EmbeddedBroker } from 'leveret';
import { OrderService } from './order-service.ts';

describe('the order service', () => {
  let broker: EmbeddedBroker;

  beforeEach(async () => {
    broker = await createBroker();
  });

  afterEach(async () => {
    await broker.close();
  });

  test('gives orders out in the order they were placed', async () => {
    const service = await OrderService.connect(broker.url);
    service.place('tea');
    service.place('cake');
    assert.equal(await service.take(), 'tea');
    assert.equal(await service.take(), 'cake');
    await service.close();
  });

  test('starts empty: each test has a broker of its own', async () => {
    const service = await OrderService.connect(broker.url);
    assert.equal(await service.take(), null);
    await service.close();
  });
});
