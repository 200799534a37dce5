/** A consumer as others see it: those who list consumers. */
import type { OpenChannel, OpenConsumer } from './connection-registry.ts';
import type { Subscription } from './subscription.ts';

/** What a consumer is. */
export function consumerFacts(consumer: Subscription, channel: OpenChannel): OpenConsumer {
  const { tag, noAck, isExclusive, prefetchCount, arguments: args, queue } = consumer;
  const activityStatus = statusOf(consumer);
  return {
    tag,
    isAckRequired: !noAck,
    isExclusive,
    prefetchCount,
    arguments: args,
    isActive: activityStatus !== 'waiting',
    activityStatus,
    queue: { name: queue.name, vhost: queue.vhost },
    channel,
  };
}

function statusOf(consumer: Subscription): OpenConsumer['activityStatus'] {
  const { queue } = consumer;
  if (!queue.hasSingleActiveConsumer) return 'up';
  return queue.activeConsumer === consumer ? 'single_active' : 'waiting';
}
