/** Whether a consumer can be let in, and how long it may hold a delivery. */
import { validateConsumerArguments } from '../broker/queue/consumer-arguments.ts';
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import { checkStreamConsumer } from '../broker/queue/stream-queue.ts';
import { ProtocolError } from './errors.ts';
import type { Limits } from './limits.ts';
import type { Subscription } from './subscription.ts';
import type { BasicConsume } from './wire/generated/methods.ts';

/** The channel that a consumer is to be on. */
interface ConsumingChannel {
  readonly consumerCount: number;
  readonly prefetchCount: number;
  readonly globalPrefetchCount: number;
  readonly limits: Limits;
}

/** @throws ProtocolError NOT_ALLOWED, NOT_IMPLEMENTED. @throws BrokerError PRECONDITION_FAILED */
export function checkConsumer(
  queue: QueueRef,
  { arguments: args, noAck }: BasicConsume,
  { consumerCount, prefetchCount, globalPrefetchCount, limits }: ConsumingChannel,
): void {
  const { channelConsumerMax } = limits;
  if (consumerCount >= channelConsumerMax) {
    throw new ProtocolError(
      'NOT_ALLOWED',
      `reached maximum (${channelConsumerMax}) of consumers per channel`,
    );
  }
  validateConsumerArguments(queue.type, queue.name, queue.vhost, args);
  if (queue.type === 'stream') checkStreamConsumer(queue, { prefetchCount, noAck });
  if (queue.type === 'classic' || globalPrefetchCount === 0) return;
  throw new ProtocolError(
    'NOT_IMPLEMENTED',
    `queue '${queue.name}' in vhost '${queue.vhost}' does not support global qos`,
  );
}

/** How long a consumer may hold a delivery: its own argument, its queue's, or the broker's setting. */
export function timeoutOf(consumer: Subscription, limits: Limits): number {
  const { queue, noAck } = consumer;
  const { consumerTimeoutMs, isConsumerTimeoutForAll } = limits;
  if (noAck || (queue.type !== 'quorum' && !isConsumerTimeoutForAll)) return 0;
  const own = consumer.arguments.get('x-consumer-timeout');
  if (own !== undefined) return Number(own.value);
  return queue.consumerTimeoutMs < 0 ? consumerTimeoutMs : queue.consumerTimeoutMs;
}
