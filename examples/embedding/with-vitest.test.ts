// Each test has a broker of its own, inside the test's process: no container, nothing to clean up.
// Run it: npx vitest run --config examples/embedding/vitest.config.ts
import { createBroker, type EmbeddedBroker } from 'leveret';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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

  test('gives orders out in the order they were placed', async () => {
    service.place('tea');
    service.place('cake');
    const handler = vi.fn<(order: string) => void>();
    await service.handle(handler);
    await expect.poll(() => handler.mock.calls.map(([order]) => order)).toEqual(['tea', 'cake']);
  });

  test('starts without orders: those of another test are in another broker', async () => {
    expect(await service.waitingCount()).toBe(0);
  });

  test('gives out again an order that could not be handled', async () => {
    service.place('tea');
    const handler = vi.fn<(order: string, isRepeated: boolean) => void>();
    handler.mockImplementationOnce(() => {
      throw new Error('the kettle is cold');
    });
    await service.handle(handler);
    await expect
      .poll(() => handler.mock.calls)
      .toEqual([
        ['tea', false],
        ['tea', true],
      ]);
  });
});
