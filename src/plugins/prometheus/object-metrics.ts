/** Metrics of queues, connections, channels and exchanges: summed up, or one for each. */
import type {
  ChannelCounters,
  DeclaredQueue,
  OpenChannel,
  OpenConnection,
  PluginContext,
} from '../plugin-api.ts';
import type { Exposition, Labels, Sample } from './exposition.ts';

interface Family<T> {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly valueOf: (object: T) => number;
}

interface QueueFigures {
  readonly queue: DeclaredQueue;
  readonly facts: ReturnType<DeclaredQueue['facts']>;
}

const QUEUE_FAMILIES: ReadonlyArray<Family<QueueFigures>> = [
  gauge(
    'rabbitmq_queue_messages_ready',
    'Messages ready to be delivered to consumers',
    ({ facts }) => facts.readyCount,
  ),
  gauge(
    'rabbitmq_queue_messages_unacked',
    'Messages delivered to consumers but not yet acknowledged',
    ({ facts }) => facts.unackedCount,
  ),
  gauge(
    'rabbitmq_queue_messages',
    'Sum of ready and unacknowledged messages - total queue depth',
    ({ facts }) => facts.readyCount + facts.unackedCount,
  ),
  gauge(
    'rabbitmq_queue_messages_bytes',
    'Size in bytes of ready and unacknowledged messages',
    ({ facts }) => facts.readyOctets + facts.unackedOctets,
  ),
  gauge(
    'rabbitmq_queue_messages_ready_bytes',
    'Size in bytes of ready messages',
    ({ facts }) => facts.readyOctets,
  ),
  gauge(
    'rabbitmq_queue_messages_unacked_bytes',
    'Size in bytes of all unacknowledged messages',
    ({ facts }) => facts.unackedOctets,
  ),
  gauge(
    'rabbitmq_queue_messages_persistent',
    'Persistent messages',
    ({ facts }) => facts.persistentCount,
  ),
  gauge(
    'rabbitmq_queue_messages_persistent_bytes',
    'Size in bytes of persistent messages',
    ({ facts }) => facts.persistentOctets,
  ),
  gauge(
    'rabbitmq_queue_messages_ram',
    'Ready and unacknowledged messages stored in memory',
    ({ facts }) => facts.inMemoryCount + facts.unackedCount,
  ),
  gauge('rabbitmq_queue_consumers', 'Consumers on a queue', ({ queue }) => queue.consumerCount),
  gauge(
    'rabbitmq_queue_consumer_capacity',
    'Consumer capacity',
    ({ facts }) => facts.consumerCapacity,
  ),
  gauge(
    'rabbitmq_queue_consumer_utilisation',
    'Same as consumer capacity',
    ({ facts }) => facts.consumerCapacity,
  ),
  counter(
    'rabbitmq_queue_messages_published_total',
    'Total number of messages published to queues',
    ({ queue }) => queue.counters?.publish ?? 0,
  ),
];

const CHANNEL_FAMILIES: ReadonlyArray<Family<OpenChannel>> = [
  gauge(
    'rabbitmq_channel_consumers',
    'Consumers on a channel',
    ({ consumerCount }) => consumerCount,
  ),
  gauge(
    'rabbitmq_channel_messages_unacked',
    'Delivered but not yet acknowledged messages',
    ({ unackedCount }) => unackedCount,
  ),
  gauge(
    'rabbitmq_channel_messages_unconfirmed',
    'Published but not yet confirmed messages',
    ({ unconfirmedCount }) => unconfirmedCount,
  ),
  gauge(
    'rabbitmq_channel_messages_uncommitted',
    'Messages received in a transaction but not yet committed',
    ({ uncommittedCount }) => uncommittedCount,
  ),
  gauge(
    'rabbitmq_channel_prefetch',
    'Total limit of unacknowledged messages for all consumers on a channel',
    ({ globalPrefetchCount }) => globalPrefetchCount,
  ),
  gauge(
    'rabbitmq_consumer_prefetch',
    'Limit of unacknowledged messages for each consumer',
    ({ prefetchCount }) => prefetchCount,
  ),
];

/** Of channels that are open and of those that were: the sum is that of the broker. */
const CHANNEL_COUNTERS: ReadonlyArray<Family<ChannelCounters>> = [
  counter(
    'rabbitmq_channel_messages_published_total',
    'Total number of messages published into an exchange on a channel',
    ({ publish }) => publish,
  ),
  counter(
    'rabbitmq_channel_messages_confirmed_total',
    'Total number of messages published into an exchange and confirmed on the channel',
    ({ confirm }) => confirm,
  ),
  counter(
    'rabbitmq_channel_messages_unroutable_returned_total',
    'Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable',
    ({ returnUnroutable }) => returnUnroutable,
  ),
  counter(
    'rabbitmq_channel_messages_unroutable_dropped_total',
    'Total number of messages published as non-mandatory into an exchange and dropped as unroutable',
    ({ dropUnroutable }) => dropUnroutable,
  ),
  counter(
    'rabbitmq_channel_messages_delivered_total',
    'Total number of messages delivered to consumers in automatic acknowledgement mode',
    ({ deliverNoAck }) => deliverNoAck,
  ),
  counter(
    'rabbitmq_channel_messages_delivered_ack_total',
    'Total number of messages delivered to consumers in manual acknowledgement mode',
    ({ deliver }) => deliver,
  ),
  counter(
    'rabbitmq_channel_messages_acked_total',
    'Total number of messages acknowledged by consumers',
    ({ ack }) => ack,
  ),
  counter(
    'rabbitmq_channel_messages_redelivered_total',
    'Total number of messages redelivered to consumers',
    ({ redeliver }) => redeliver,
  ),
  counter(
    'rabbitmq_channel_get_empty_total',
    'Total number of times basic.get operations fetched no message',
    ({ getEmpty }) => getEmpty,
  ),
  counter(
    'rabbitmq_channel_get_ack_total',
    'Total number of messages fetched with basic.get in manual acknowledgement mode',
    ({ get }) => get,
  ),
  counter(
    'rabbitmq_channel_get_total',
    'Total number of messages fetched with basic.get in automatic acknowledgement mode',
    ({ getNoAck }) => getNoAck,
  ),
];

const CONNECTION_FAMILIES: ReadonlyArray<Family<OpenConnection>> = [
  counter(
    'rabbitmq_connection_incoming_bytes_total',
    'Total number of bytes received on a connection',
    ({ traffic }) => traffic.receivedOctets,
  ),
  counter(
    'rabbitmq_connection_outgoing_bytes_total',
    'Total number of bytes sent on a connection',
    ({ traffic }) => traffic.sentOctets,
  ),
  counter(
    'rabbitmq_connection_incoming_packets_total',
    'Total number of packets received on a connection',
    ({ traffic }) => traffic.receivedCount,
  ),
  counter(
    'rabbitmq_connection_outgoing_packets_total',
    'Total number of packets sent on a connection',
    ({ traffic }) => traffic.sentCount,
  ),
  gauge(
    'rabbitmq_connection_pending_packets',
    'Number of bytes that a client has not taken yet',
    ({ sendPending }) => sendPending,
  ),
  gauge(
    'rabbitmq_connection_channels',
    'Channels on a connection',
    ({ channelCount }) => channelCount,
  ),
];

/** @param isPerObject with labels that tell which; else the sum of all */
export function writeObjectMetrics(
  out: Exposition,
  context: PluginContext,
  isPerObject: boolean,
): void {
  const { broker, connections } = context;
  const open = [...connections];
  const channels = open.flatMap((connection) => [...connection.channels]);
  const queues = [...broker.virtualHosts].flatMap((host) => [...host.queues]);
  const figures = queues.map((queue) => ({ queue, facts: queue.facts() }));
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  out.gauge('rabbitmq_connections', 'Connections currently open', open.length);
  out.gauge('rabbitmq_channels', 'Channels currently open', channels.length);
  out.gauge(
    'rabbitmq_consumers',
    'Consumers currently connected',
    sum(queues.map(({ consumerCount }) => consumerCount)),
  );
  out.gauge('rabbitmq_queues', 'Queues available', queues.length);
  write(out, QUEUE_FAMILIES, figures, isPerObject, ({ queue }) => ({
    vhost: queue.vhost,
    queue: queue.name,
  }));
  write(out, CONNECTION_FAMILIES, open, isPerObject, ({ name }) => ({ connection: name }));
  write(out, CHANNEL_FAMILIES, channels, isPerObject, ({ name }) => ({ channel: name }));
  if (isPerObject) {
    for (const family of CHANNEL_COUNTERS) {
      out.counter(
        family.name,
        family.help,
        channels.map(({ name, counters }) => ({
          labels: { channel: name },
          value: family.valueOf(counters),
        })),
      );
    }
  } else write(out, CHANNEL_COUNTERS, [broker.totals], false, () => ({}));
}

function write<T>(
  out: Exposition,
  families: ReadonlyArray<Family<T>>,
  objects: readonly T[],
  isPerObject: boolean,
  labelsOf: (object: T) => Labels,
): void {
  for (const { name, help, type, valueOf } of families) {
    const samples: number | readonly Sample[] = isPerObject
      ? objects.map((object) => ({ labels: labelsOf(object), value: valueOf(object) }))
      : objects.reduce((total, object) => total + valueOf(object), 0);
    out[type](name, help, samples);
  }
}

function gauge<T>(name: string, help: string, valueOf: (object: T) => number): Family<T> {
  return { name, help, type: 'gauge', valueOf };
}

function counter<T>(name: string, help: string, valueOf: (object: T) => number): Family<T> {
  return { name, help, type: 'counter', valueOf };
}
