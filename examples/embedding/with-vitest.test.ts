// Run it: npx vitest run --config examples/embedding/vitest.config.ts
import { createBroker, type EmbeddedBroker } from 'leveret';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OrderService } from './order-service.ts';

let broker: EmbeddedBroker;

beforeEach(async () => {
  broker = await createBroker();
});

afterEach(async () => {
  await broker.close();
});

test('orders come out in the order they were placed', async () => {
  const service = await OrderService.connect(broker.url);
  service.place('tea');
  service.place('cake');
  expect(await service.take()).toBe('tea');
  expect(await service.take()).toBe('cake');
  await service.close();
});
