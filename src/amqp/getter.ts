/** What stands for a consumer where a delivery has to have one and there is none. */
import type { DeliveryTarget } from '../broker/queue/consumer.ts';
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import { ReplyQueue } from '../broker/queue/reply-queue.ts';
import { Subscription } from './subscription.ts';
import { EMPTY_TABLE } from './wire/field-table.ts';

/** For basic.get. No queue knows it, so it never gets more. */
export function getterOf(queue: QueueRef, target: DeliveryTarget): Subscription {
  const getter = new Subscription(queue, {
    tag: '',
    noAck: false,
    isExclusive: false,
    prefetchCount: 0,
    arguments: EMPTY_TABLE,
    target,
  });
  getter.isCancelled = true;
  getter.countsGlobally = false;
  return getter;
}

/** For a consumer that lost its deliveries: what happens to them is of no consequence. */
export function nobody(target: DeliveryTarget): Subscription {
  return getterOf(new ReplyQueue('', ''), target);
}
