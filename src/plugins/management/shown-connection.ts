/** A connection as the API shows it. */
import type { OpenConnection, PluginContext } from '../plugin-api.ts';
import { detailsOf, withDetails, type Ranges } from './ranges.ts';

/** @param absent what stands for facts of TLS where there is none: lists and single connections differ in RabbitMQ */
export function shownConnection(
  connection: OpenConnection,
  context: PluginContext,
  ranges: Ranges,
  absent: null | '' = null,
): object {
  const { traffic, tls } = connection;
  const details = detailsOf(traffic, context, ranges.dataRates);
  const certificate = tls?.peerCertificate ?? null;
  return {
    name: connection.name,
    node: context.about.nodeName,
    vhost: connection.vhost,
    user: connection.user.name,
    user_who_performed_action: connection.user.name,
    // As RabbitMQ, which does not tell it where the client says nothing.
    ...(connection.userProvidedName === ''
      ? {}
      : { user_provided_name: connection.userProvidedName }),
    protocol: connection.protocol,
    type: 'network',
    state: connection.state,
    channels: connection.channelCount,
    channel_max: connection.channelMax,
    frame_max: connection.frameMax,
    timeout: connection.timeoutSeconds,
    host: connection.address,
    port: connection.port,
    peer_host: connection.peerAddress,
    peer_port: connection.peerPort,
    ssl: tls !== null,
    ssl_protocol: tls?.protocol ?? absent,
    ssl_cipher: tls?.cipher ?? absent,
    ssl_key_exchange: absent,
    ssl_hash: absent,
    peer_cert_subject: certificate?.subject ?? absent,
    peer_cert_issuer: certificate?.issuer ?? absent,
    peer_cert_validity:
      certificate === null ? absent : `${certificate.validFrom} - ${certificate.validTo}`,
    auth_mechanism: connection.authMechanism,
    connected_at: connection.connectedAtMs,
    client_properties: connection.clientProperties,
    ...withDetails('recv_oct', traffic.receivedOctets, details('receivedOctets')),
    recv_cnt: traffic.receivedCount,
    ...withDetails('send_oct', traffic.sentOctets, details('sentOctets')),
    send_cnt: traffic.sentCount,
    send_pend: connection.sendPending,
  };
}
