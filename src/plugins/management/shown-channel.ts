/** A channel, and a consumer on it, as the API shows them. */
import type { ManagementContext } from './management-context.ts';
import { messageStats } from './message-stats.ts';
import { detailsOf, type Ranges } from './ranges.ts';
import {
  isoTime,
  tableToJson,
  type OpenChannel,
  type OpenConsumer,
  type PluginContext,
} from '../plugin-api.ts';

export function shownChannel(
  channel: OpenChannel,
  context: ManagementContext,
  ranges: Ranges,
): object {
  const { about, broker } = context;
  const { connection, counters } = channel;
  const idleSinceMs = broker.rates.idleSinceMs(counters);
  return {
    name: channel.name,
    number: channel.number,
    node: about.nodeName,
    vhost: connection.vhost,
    user: connection.user.name,
    user_who_performed_action: connection.user.name,
    connection_details: {
      name: connection.name,
      peer_host: connection.peerAddress,
      peer_port: connection.peerPort,
    },
    state: channel.state,
    confirm: channel.isConfirming,
    transactional: channel.isTransactional,
    prefetch_count: channel.prefetchCount,
    global_prefetch_count: channel.globalPrefetchCount,
    consumer_count: channel.consumerCount,
    messages_unacknowledged: channel.unackedCount,
    messages_unconfirmed: channel.unconfirmedCount,
    messages_uncommitted: channel.uncommittedCount,
    acks_uncommitted: channel.uncommittedAckCount,
    pending_raft_commands: 0,
    ...(idleSinceMs === null ? {} : { idle_since: isoTime(idleSinceMs) }),
    ...messageStats(counters, detailsOf(counters, context, ranges.msgRates)),
  };
}

export function shownConsumer(consumer: OpenConsumer, { about }: PluginContext): object {
  const { channel, queue } = consumer;
  const { connection } = channel;
  return {
    consumer_tag: consumer.tag,
    ack_required: consumer.isAckRequired,
    exclusive: consumer.isExclusive,
    prefetch_count: consumer.prefetchCount,
    arguments: tableToJson(consumer.arguments),
    consumer_timeout: consumer.timeoutMs,
    active: consumer.isActive,
    activity_status: consumer.activityStatus,
    queue: { name: queue.name, vhost: queue.vhost },
    channel_details: {
      name: channel.name,
      number: channel.number,
      connection_name: connection.name,
      node: about.nodeName,
      peer_host: connection.peerAddress,
      peer_port: connection.peerPort,
      user: connection.user.name,
    },
  };
}
