/** Connections: `/connections`, and closing them. Users see their own; who monitors sees all. */
import type { OpenConnection, PluginContext } from '../../plugin-api.ts';
import { listAnswer, listOf, objectAnswer } from '../lists.ts';
import { hasTag, NO_CONTENT, notAuthorised, notFound, type Request, type Route } from '../route.ts';
import { withRate } from '../message-stats.ts';
import { shownChannel } from '../shown-channel.ts';
import { virtualHostOf } from '../virtual-host-of.ts';

const CLOSE_REASON = 'Closed via management plugin';

export function connectionRoutes(context: PluginContext): readonly Route[] {
  return [...readRoutes(context), ...closeRoutes(context)];
}

function readRoutes(context: PluginContext): readonly Route[] {
  const { connections } = context;
  const shown = {
    nameOf: ({ name }: OpenConnection): string => name,
    show: (connection: OpenConnection): object => shownConnection(connection, context),
  };
  const list = (path: string, summary: string, choose: Choose): Route => ({
    method: 'get',
    path,
    summary,
    tag: 'management',
    async handle(request) {
      const isChosen = await choose(request);
      const seen = [...connections].filter((one) => maySee(request, one) && isChosen(one));
      return listOf(seen, shown, request);
    },
  });
  return [
    list('/connections', 'Open connections that the user may see', () => () => true),
    list(
      '/connections/username/{user}',
      'Open connections of a user',
      ({ params }) =>
        ({ user }) =>
          user.name === params['user'],
    ),
    list('/vhosts/{vhost}/connections', 'Open connections to a virtual host', async (request) => {
      const { name } = await virtualHostOf(context, request);
      return ({ vhost }) => vhost === name;
    }),
    {
      method: 'get',
      path: '/connections/{name}',
      summary: 'An open connection',
      tag: 'management',
      handle: (request) => objectAnswer(shown.show(connectionOf(context, request)), request),
    },
    {
      method: 'get',
      path: '/connections/{name}/channels',
      summary: 'The channels of a connection',
      tag: 'management',
      handle: (request) =>
        listAnswer(
          [...connectionOf(context, request).channels].map((channel) =>
            shownChannel(channel, context),
          ),
          request,
        ),
    },
    {
      method: 'get',
      path: '/connections/{name}/sessions',
      summary: 'The sessions of a connection of AMQP 1.0: there are none',
      tag: 'management',
      handle(request) {
        connectionOf(context, request);
        return listAnswer([], request);
      },
    },
  ];
}

type Choose = (
  request: Request,
) => ((connection: OpenConnection) => boolean) | Promise<(connection: OpenConnection) => boolean>;

function closeRoutes(context: PluginContext): readonly Route[] {
  const { connections } = context;
  const reasonOf = (request: Request): string => request.header('x-reason') ?? CLOSE_REASON;
  return [
    {
      method: 'delete',
      path: '/connections/{name}',
      summary: 'Close a connection; the header X-Reason is told to the client',
      tag: 'management',
      handle(request) {
        const { name, user } = connectionOf(context, request);
        if (user.name !== request.user.name && !hasTag(request.user, 'administrator')) {
          throw notAuthorised('User not authorised to access object');
        }
        connections.close(name, reasonOf(request));
        return NO_CONTENT;
      },
    },
    {
      method: 'delete',
      path: '/connections/username/{user}',
      summary: 'Close all connections of a user',
      tag: 'administrator',
      handle(request) {
        const theirs = [...connections].filter(({ user }) => user.name === request.params['user']);
        for (const { name } of theirs) connections.close(name, reasonOf(request));
        return NO_CONTENT;
      },
    },
  ];
}

function maySee({ user }: Request, connection: OpenConnection): boolean {
  return connection.user.name === user.name || hasTag(user, 'monitoring');
}

/** @throws Refusal */
function connectionOf({ connections }: PluginContext, request: Request): OpenConnection {
  const connection = connections.find(request.params['name'] ?? '');
  if (connection === null) throw notFound();
  if (!maySee(request, connection)) throw notAuthorised('User not authorised to access object');
  return connection;
}

function shownConnection(connection: OpenConnection, { about, broker }: PluginContext): object {
  const { traffic, tls } = connection;
  const rates = broker.rates.of(traffic);
  const certificate = tls?.peerCertificate ?? null;
  return {
    name: connection.name,
    node: about.nodeName,
    vhost: connection.vhost,
    user: connection.user.name,
    user_who_performed_action: connection.user.name,
    user_provided_name: connection.userProvidedName,
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
    ssl_protocol: tls?.protocol ?? null,
    ssl_cipher: tls?.cipher ?? null,
    ssl_key_exchange: null,
    ssl_hash: null,
    peer_cert_subject: certificate?.subject ?? null,
    peer_cert_issuer: certificate?.issuer ?? null,
    peer_cert_validity:
      certificate === null ? null : `${certificate.validFrom} - ${certificate.validTo}`,
    auth_mechanism: connection.authMechanism,
    connected_at: connection.connectedAtMs,
    client_properties: connection.clientProperties,
    ...withRate('recv_oct', traffic.receivedOctets, rates?.['receivedOctets'] ?? 0),
    recv_cnt: traffic.receivedCount,
    ...withRate('send_oct', traffic.sentOctets, rates?.['sentOctets'] ?? 0),
    send_cnt: traffic.sentCount,
    send_pend: connection.sendPending,
  };
}
