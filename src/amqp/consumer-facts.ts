/** A consumer as others see it: those who list consumers. */
import type { OpenChannel, OpenConsumer } from './connection-registry.ts';
import { timeoutOf } from './consumer-checks.ts';
import type { Limits } from './limits.ts';
import type { Subscription } from './subscription.ts';

/** A channel, with what a consumer on it may do. */
interface ConsumingChannel {
  readonly facts: OpenChannel;
  readonly connection: { readonly limits: Limits };
}

/** What a consumer is. */
export function consumerFacts(consumer: Subscription, channel: ConsumingChannel): OpenConsumer {
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
    channel: channel.facts,
    timeoutMs: timeoutOf(consumer, channel.connection.limits),
  };
}

function statusOf(consumer: Subscription): OpenConsumer['activityStatus'] {
  const { queue } = consumer;
  if (!queue.hasSingleActiveConsumer) return 'up';
  return queue.activeConsumer === consumer ? 'single_active' : 'waiting';
}
