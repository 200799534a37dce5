/** Metrics of queues and exchanges. */
import {
  counter,
  gauge,
  type Family,
  type LocatedExchange,
  type QueueFigures,
  type Scrape,
} from './scrape.ts';

const COARSE: ReadonlyArray<Family<QueueFigures>> = [
  gauge(
    'queue_messages_ready',
    'Messages ready to be delivered to consumers',
    ({ facts }) => facts.readyCount,
  ),
  gauge(
    'queue_messages_unacked',
    'Messages delivered to consumers but not yet acknowledged',
    ({ facts }) => facts.unackedCount,
  ),
  gauge(
    'queue_messages',
    'Sum of ready and unacknowledged messages - total queue depth',
    ({ facts }) => facts.readyCount + facts.unackedCount,
  ),
];

const CONSUMERS: ReadonlyArray<Family<QueueFigures>> = [
  gauge('queue_consumers', 'Consumers on a queue', ({ queue }) => queue.consumerCount),
];

/** Unacknowledged messages are in memory, all of them. */
const DETAILS: ReadonlyArray<Family<QueueFigures>> = [
  gauge('queue_consumer_capacity', 'Consumer capacity', ({ facts }) => facts.consumerCapacity),
  gauge(
    'queue_consumer_utilisation',
    'Same as consumer capacity',
    ({ facts }) => facts.consumerCapacity,
  ),
  gauge(
    'queue_messages_ram',
    'Ready and unacknowledged messages stored in memory',
    ({ facts }) => facts.inMemoryCount + facts.unackedCount,
  ),
  gauge(
    'queue_messages_ready_ram',
    'Ready messages stored in memory',
    ({ facts }) => facts.inMemoryCount,
  ),
  gauge(
    'queue_messages_unacked_ram',
    'Unacknowledged messages stored in memory',
    ({ facts }) => facts.unackedCount,
  ),
  gauge('queue_messages_persistent', 'Persistent messages', ({ facts }) => facts.persistentCount),
  gauge(
    'queue_messages_persistent_bytes',
    'Size in bytes of persistent messages',
    ({ facts }) => facts.persistentOctets,
  ),
  gauge(
    'queue_messages_bytes',
    'Size in bytes of ready and unacknowledged messages',
    ({ facts }) => facts.readyOctets + facts.unackedOctets,
  ),
  gauge(
    'queue_messages_ready_bytes',
    'Size in bytes of ready messages',
    ({ facts }) => facts.readyOctets,
  ),
  gauge(
    'queue_messages_unacked_bytes',
    'Size in bytes of all unacknowledged messages',
    ({ facts }) => facts.unackedOctets,
  ),
  gauge(
    'queue_messages_paged_out',
    'Messages paged out to disk',
    ({ facts }) => facts.readyCount - facts.inMemoryCount,
  ),
  gauge(
    'queue_head_message_timestamp',
    'Timestamp of the first message in the queue, if any',
    ({ facts }) => facts.headTimestamp,
  ),
];

const PUBLISHED: ReadonlyArray<Family<QueueFigures>> = [
  counter(
    'queue_messages_published_total',
    'Total number of messages published to queues',
    ({ queue }) => queue.counters?.publish ?? 0,
  ),
];

const DELIVERIES: ReadonlyArray<Family<QueueFigures>> = [
  counter(
    'queue_get_ack_total',
    'Total number of messages fetched with basic.get in manual acknowledgement mode',
    ({ queue }) => queue.counters?.get ?? 0,
  ),
  counter(
    'queue_get_total',
    'Total number of messages fetched with basic.get in automatic acknowledgement mode',
    ({ queue }) => queue.counters?.getNoAck ?? 0,
  ),
  counter(
    'queue_messages_delivered_ack_total',
    'Total number of messages delivered to consumers in manual acknowledgement mode',
    ({ queue }) => queue.counters?.deliver ?? 0,
  ),
  counter(
    'queue_messages_delivered_total',
    'Total number of messages delivered to consumers in automatic acknowledgement mode',
    ({ queue }) => queue.counters?.deliverNoAck ?? 0,
  ),
  counter(
    'queue_messages_redelivered_total',
    'Total number of messages redelivered to consumers',
    ({ queue }) => queue.counters?.redeliver ?? 0,
  ),
  counter(
    'queue_messages_acked_total',
    'Total number of messages acknowledged by consumers',
    ({ queue }) => queue.counters?.ack ?? 0,
  ),
  counter(
    'queue_get_empty_total',
    'Total number of times basic.get operations fetched no message',
    ({ queue }) => queue.counters?.getEmpty ?? 0,
  ),
];

export function queueCoarseMetrics(scrape: Scrape): void {
  writeQueues(scrape, COARSE);
}

export function queueConsumerCount(scrape: Scrape): void {
  writeQueues(scrape, CONSUMERS);
}

export function queueMetrics(scrape: Scrape): void {
  writeQueues(scrape, CONSUMERS);
  writeQueues(scrape, DETAILS);
}

/** RabbitMQ counts for each channel and exchange besides. */
export function queuePublishMetrics(scrape: Scrape): void {
  writeQueues(scrape, PUBLISHED);
}

export function queueDeliveryMetrics(scrape: Scrape): void {
  writeQueues(scrape, DELIVERIES);
}

function writeQueues(scrape: Scrape, families: ReadonlyArray<Family<QueueFigures>>): void {
  scrape.families(families, scrape.queues, ({ queue: { vhost, name } }) => ({
    vhost,
    queue: name,
  }));
}

export function exchangeMetrics(scrape: Scrape): void {
  scrape.families(
    [
      counter<LocatedExchange>(
        'exchange_messages_published_total',
        'Total number of messages published into an exchange',
        ({ exchange }) => exchange.counters?.publishIn ?? 0,
      ),
    ],
    scrape.exchanges,
    ({ vhost, exchange: { name } }) => ({ vhost, exchange: name }),
  );
}

/** Names of what concerns the whole cluster do not begin as others do. */
export function exchangeNames({ out, exchanges }: Scrape): void {
  out.gauge(
    'rabbitmq_cluster_exchange_name',
    'Exchanges of the cluster',
    exchanges.map(({ vhost, exchange: { name, type } }) => ({
      labels: { vhost, exchange: name, type: type.name },
      value: 1,
    })),
  );
}

export function exchangeBindings({ out, virtualHosts }: Scrape): void {
  const samples = virtualHosts.flatMap((host) =>
    [...host.exchanges].map((exchange) => ({
      labels: { vhost: host.name, exchange: exchange.name, type: exchange.type.name },
      value: [...host.bindingsFrom(exchange)].length,
    })),
  );
  out.gauge('rabbitmq_cluster_exchange_bindings', 'Bindings from an exchange', samples);
}

export function virtualHostStatus({ out, virtualHosts }: Scrape): void {
  const samples = virtualHosts.map(({ name }) => ({ labels: { vhost: name }, value: 1 }));
  out.gauge('rabbitmq_cluster_vhost_status', 'Whether a virtual host is running', samples);
}
