/** A channel, and a consumer on it, as the API shows them. */
import { messageStats } from './message-stats.ts';
import {
  tableToJson,
  type OpenChannel,
  type OpenConsumer,
  type PluginContext,
} from '../plugin-api.ts';

export function shownChannel(channel: OpenChannel, context: PluginContext): object {
  const { about } = context;
  const { connection } = channel;
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
    ...messageStats(channel.counters, context),
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
