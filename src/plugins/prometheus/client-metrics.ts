/** Metrics of connections and channels. */
import type { ChannelCounters, OpenChannel, OpenConnection } from '../plugin-api.ts';
import { counter, gauge, type Family, type Scrape } from './scrape.ts';

const CONNECTIONS_COARSE: ReadonlyArray<Family<OpenConnection>> = [
  counter(
    'connection_incoming_bytes_total',
    'Total number of bytes received on a connection',
    ({ traffic }) => traffic.receivedOctets,
  ),
  counter(
    'connection_outgoing_bytes_total',
    'Total number of bytes sent on a connection',
    ({ traffic }) => traffic.sentOctets,
  ),
];

const CONNECTIONS: ReadonlyArray<Family<OpenConnection>> = [
  counter(
    'connection_incoming_packets_total',
    'Total number of packets received on a connection',
    ({ traffic }) => traffic.receivedCount,
  ),
  counter(
    'connection_outgoing_packets_total',
    'Total number of packets sent on a connection',
    ({ traffic }) => traffic.sentCount,
  ),
  gauge(
    'connection_pending_packets',
    'Number of bytes that a client has not taken yet',
    ({ sendPending }) => sendPending,
  ),
  gauge('connection_channels', 'Channels on a connection', ({ channelCount }) => channelCount),
];

const CHANNELS: ReadonlyArray<Family<OpenChannel>> = [
  gauge('channel_consumers', 'Consumers on a channel', ({ consumerCount }) => consumerCount),
  gauge(
    'channel_messages_unacked',
    'Delivered but not yet acknowledged messages',
    ({ unackedCount }) => unackedCount,
  ),
  gauge(
    'channel_messages_unconfirmed',
    'Published but not yet confirmed messages',
    ({ unconfirmedCount }) => unconfirmedCount,
  ),
  gauge(
    'channel_messages_uncommitted',
    'Messages received in a transaction but not yet committed',
    ({ uncommittedCount }) => uncommittedCount,
  ),
  gauge(
    'channel_acks_uncommitted',
    'Message acknowledgements in a transaction not yet committed',
    ({ uncommittedAckCount }) => uncommittedAckCount,
  ),
  gauge(
    'channel_prefetch',
    'Total limit of unacknowledged messages for all consumers on a channel',
    ({ globalPrefetchCount }) => globalPrefetchCount,
  ),
  gauge(
    'consumer_prefetch',
    'Limit of unacknowledged messages for each consumer',
    ({ prefetchCount }) => prefetchCount,
  ),
];

/** RabbitMQ counts these for each exchange besides. */
const PUBLISHED: ReadonlyArray<Family<ChannelCounters>> = [
  counter(
    'channel_messages_published_total',
    'Total number of messages published into an exchange on a channel',
    ({ publish }) => publish,
  ),
  counter(
    'channel_messages_confirmed_total',
    'Total number of messages published into an exchange and confirmed on the channel',
    ({ confirm }) => confirm,
  ),
  counter(
    'channel_messages_unroutable_returned_total',
    'Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable',
    ({ returnUnroutable }) => returnUnroutable,
  ),
  counter(
    'channel_messages_unroutable_dropped_total',
    'Total number of messages published as non-mandatory into an exchange and dropped as unroutable',
    ({ dropUnroutable }) => dropUnroutable,
  ),
];

/** And these for each queue. */
const DELIVERED: ReadonlyArray<Family<ChannelCounters>> = [
  counter(
    'channel_messages_delivered_total',
    'Total number of messages delivered to consumers in automatic acknowledgement mode',
    ({ deliverNoAck }) => deliverNoAck,
  ),
  counter(
    'channel_messages_delivered_ack_total',
    'Total number of messages delivered to consumers in manual acknowledgement mode',
    ({ deliver }) => deliver,
  ),
  counter(
    'channel_messages_acked_total',
    'Total number of messages acknowledged by consumers',
    ({ ack }) => ack,
  ),
  counter(
    'channel_messages_redelivered_total',
    'Total number of messages redelivered to consumers',
    ({ redeliver }) => redeliver,
  ),
  counter(
    'channel_get_empty_total',
    'Total number of times basic.get operations fetched no message',
    ({ getEmpty }) => getEmpty,
  ),
  counter(
    'channel_get_ack_total',
    'Total number of messages fetched with basic.get in manual acknowledgement mode',
    ({ get }) => get,
  ),
  counter(
    'channel_get_total',
    'Total number of messages fetched with basic.get in automatic acknowledgement mode',
    ({ getNoAck }) => getNoAck,
  ),
];

export function connectionCoarseMetrics(scrape: Scrape): void {
  writeConnections(scrape, CONNECTIONS_COARSE);
}

export function connectionMetrics(scrape: Scrape): void {
  writeConnections(scrape, CONNECTIONS);
}

function writeConnections(scrape: Scrape, families: ReadonlyArray<Family<OpenConnection>>): void {
  scrape.families(families, scrape.connections, ({ name }) => ({ connection: name }));
}

export function channelMetrics(scrape: Scrape): void {
  scrape.families(CHANNELS, scrape.channels, ({ name }) => ({ channel: name }));
}

export function channelExchangeMetrics(scrape: Scrape): void {
  writeCounters(scrape, PUBLISHED);
}

export function channelQueueMetrics(scrape: Scrape): void {
  writeCounters(scrape, DELIVERED);
}

/** The sum is of all channels that are or were open. */
function writeCounters(scrape: Scrape, families: ReadonlyArray<Family<ChannelCounters>>): void {
  if (!scrape.wanted.isPerObject) {
    scrape.families(families, [scrape.context.broker.totals], () => ({}));
    return;
  }
  const ofChannels = families.map((family) => ({
    ...family,
    valueOf: ({ counters }: OpenChannel): number | null => family.valueOf(counters),
  }));
  scrape.families(ofChannels, scrape.channels, ({ name }) => ({ channel: name }));
}
