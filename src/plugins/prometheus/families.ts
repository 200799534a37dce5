/**
 * RabbitMQ's families of metrics, by the names that `/metrics/detailed?family=...` is asked for
 * (https://www.rabbitmq.com/docs/prometheus#detailed-endpoint). What only an Erlang machine, Raft or a message store of
 * RabbitMQ's kind can tell is missing.
 */
import {
  channelExchangeMetrics,
  channelMetrics,
  channelQueueMetrics,
  connectionCoarseMetrics,
  connectionMetrics,
} from './client-metrics.ts';
import { churnMetrics, loginMetrics, nodeCoarseMetrics, nodeMetrics } from './node-metrics.ts';
import {
  exchangeBindings,
  exchangeMetrics,
  exchangeNames,
  queueCoarseMetrics,
  queueConsumerCount,
  queueDeliveryMetrics,
  queueMetrics,
  queuePublishMetrics,
  virtualHostStatus,
} from './queue-metrics.ts';
import type { Scrape } from './scrape.ts';

export type FamilyWriter = (scrape: Scrape) => void;

/** Those that every answer has. */
const ALWAYS: ReadonlyArray<readonly [name: string, write: FamilyWriter]> = [
  ['connection_churn_metrics', churnMetrics],
  ['node_coarse_metrics', nodeCoarseMetrics],
  ['node_metrics', nodeMetrics],
  ['auth_attempt_metrics', loginMetrics],
  ['queue_coarse_metrics', queueCoarseMetrics],
  ['queue_metrics', queueMetrics],
  ['connection_coarse_metrics', connectionCoarseMetrics],
  ['connection_metrics', connectionMetrics],
  ['channel_metrics', channelMetrics],
  ['channel_exchange_metrics', channelExchangeMetrics],
  ['channel_queue_metrics', channelQueueMetrics],
  ['channel_queue_exchange_metrics', queuePublishMetrics],
];

/** Those that have to be asked for. */
const ON_REQUEST: ReadonlyArray<readonly [name: string, write: FamilyWriter]> = [
  ['queue_consumer_count', queueConsumerCount],
  ['queue_delivery_metrics', queueDeliveryMetrics],
  ['exchange_metrics', exchangeMetrics],
  ['vhost_status', virtualHostStatus],
  ['exchange_names', exchangeNames],
  ['exchange_bindings', exchangeBindings],
];

export const USUAL_FAMILIES: readonly FamilyWriter[] = ALWAYS.map(([, write]) => write);

/** Those of these names, each once; names that mean nothing are ignored, as in RabbitMQ. */
export function familiesNamed(names: readonly string[]): readonly FamilyWriter[] {
  const wanted = new Set(names);
  // They are among those of the larger family.
  if (wanted.has('queue_metrics')) wanted.delete('queue_consumer_count');
  return [...ALWAYS, ...ON_REQUEST].filter(([name]) => wanted.has(name)).map(([, write]) => write);
}
