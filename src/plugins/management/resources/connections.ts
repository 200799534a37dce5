/** Connections: `/connections`, and closing them. Users see their own; who monitors sees all. */
import type { OpenConnection, PluginContext } from '../../plugin-api.ts';
import { listAnswer, listOf, objectAnswer, type Shown } from '../lists.ts';
import type { ManagementContext } from '../management-context.ts';
import { readRanges } from '../ranges.ts';
import { hasTag, NO_CONTENT, notAuthorised, notFound, type Request, type Route } from '../route.ts';
import { shownChannel } from '../shown-channel.ts';
import { shownConnection } from '../shown-connection.ts';
import { inChosenHost, virtualHostOf } from '../virtual-host-of.ts';

const CLOSE_REASON = 'Closed via management plugin';

export function connectionRoutes(context: ManagementContext): readonly Route[] {
  return [...readRoutes(context), ...closeRoutes(context)];
}

function readRoutes(context: ManagementContext): readonly Route[] {
  const { connections } = context;
  const shown = (request: Request): Shown<OpenConnection> => {
    const ranges = readRanges(request.query);
    return {
      nameOf: ({ name }) => name,
      vhostOf: ({ vhost }) => vhost,
      show: (connection) => shownConnection(connection, context, ranges),
    };
  };
  const list = (path: string, summary: string, choose: Choose): Route => ({
    method: 'get',
    path,
    summary,
    tag: 'management',
    query: 'list',
    async handle(request) {
      const isChosen = await choose(request);
      const seen = [...connections].filter((one) => maySee(request, one) && isChosen(one));
      return listOf(
        inChosenHost(seen, request, ({ vhost }) => vhost),
        shown(request),
        request,
      );
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
      const { name } = await virtualHostOf(context, request, 'visible');
      return ({ vhost }) => vhost === name;
    }),
    ...routesOfOne(context),
  ];
}

function routesOfOne(context: ManagementContext): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/connections/{name}',
      summary: 'An open connection',
      tag: 'management',
      query: 'object',
      handle: (request) =>
        objectAnswer(
          shownConnection(connectionOf(context, request), context, readRanges(request.query), ''),
          request,
        ),
    },
    {
      method: 'get',
      path: '/connections/{name}/channels',
      summary: 'The channels of a connection',
      tag: 'management',
      query: 'list',
      handle(request) {
        const ranges = readRanges(request.query);
        const channels = [...connectionOf(context, request).channels];
        return listAnswer(
          channels.map((channel) => shownChannel(channel, context, ranges)),
          request,
        );
      },
    },
    {
      method: 'get',
      path: '/connections/{name}/sessions',
      summary: 'The sessions of a connection of AMQP 1.0: there are none',
      tag: 'management',
      query: 'list',
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
