/** What events tell of connections, channels and consumers. */
import type { EventFacts } from '../broker/events.ts';
import type { OpenChannel, OpenConnection } from './connection-registry.ts';
import type { Subscription } from './subscription.ts';

export function connectionFacts(connection: OpenConnection): EventFacts {
  return {
    name: connection.name,
    user_provided_name: connection.userProvidedName,
    vhost: connection.vhost,
    user: connection.user.name,
    host: connection.address,
    port: connection.port,
    peer_host: connection.peerAddress,
    peer_port: connection.peerPort,
    ssl: connection.tls !== null,
    protocol: connection.protocol,
    auth_mechanism: connection.authMechanism,
    channel_max: connection.channelMax,
    frame_max: connection.frameMax,
    timeout: connection.timeoutSeconds,
    client_properties: connection.clientProperties,
    connected_at: connection.connectedAtMs,
  };
}

export function channelFacts({ name, number, connection }: OpenChannel): EventFacts {
  const { user, vhost } = connection;
  return { name, number, connection: connection.name, user: user.name, vhost };
}

export function consumerEventFacts(consumer: Subscription, channel: OpenChannel): EventFacts {
  const { queue } = consumer;
  return {
    consumer_tag: consumer.tag,
    queue: queue.name,
    vhost: queue.vhost,
    exclusive: consumer.isExclusive,
    ack_required: !consumer.noAck,
    prefetch_count: consumer.prefetchCount,
    arguments: consumer.arguments,
    channel: channel.name,
    connection: channel.connection.name,
    user: channel.connection.user.name,
  };
}
