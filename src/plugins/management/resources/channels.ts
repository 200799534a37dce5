/** Channels and consumers: `/channels`, `/consumers`. */
import type { OpenChannel, OpenConsumer, PluginContext, VirtualHost } from '../../plugin-api.ts';
import { listOf, objectAnswer, type Shown } from '../lists.ts';
import type { ManagementContext } from '../management-context.ts';
import { readRanges } from '../ranges.ts';
import { hasTag, notAuthorised, notFound, type Request, type Route } from '../route.ts';
import { shownChannel, shownConsumer } from '../shown-channel.ts';
import { inChosenHost, visibleHosts, virtualHostOf } from '../virtual-host-of.ts';

export function channelRoutes(context: ManagementContext): readonly Route[] {
  const shown = (request: Request): Shown<OpenChannel> => {
    const ranges = readRanges(request.query);
    return {
      nameOf: ({ name }) => name,
      vhostOf: ({ connection }) => connection.vhost,
      show: (channel) => shownChannel(channel, context, ranges),
    };
  };
  return [
    {
      method: 'get',
      path: '/channels',
      summary: 'Open channels that the user may see',
      tag: 'management',
      query: 'list',
      handle: (request) => listOf(seenChannels(context, request), shown(request), request),
    },
    {
      method: 'get',
      path: '/vhosts/{vhost}/channels',
      summary: 'Open channels in a virtual host',
      tag: 'management',
      query: 'list',
      async handle(request) {
        const { name } = await virtualHostOf(context, request, 'visible');
        const seen = seenChannels(context, request);
        return listOf(
          seen.filter(({ connection }) => connection.vhost === name),
          shown(request),
          request,
        );
      },
    },
    {
      method: 'get',
      path: '/channels/{name}',
      summary: 'A channel',
      tag: 'management',
      query: 'object',
      handle(request) {
        const channel = channelOf(context, request);
        const consumers = [...channel.consumers].map((one) => shownConsumer(one, context));
        return objectAnswer(
          {
            ...shown(request).show(channel),
            consumer_details: consumers,
            publishes: [],
            deliveries: [],
          },
          request,
        );
      },
    },
    ...consumerRoutes(context),
  ];
}

function consumerRoutes(context: PluginContext): readonly Route[] {
  const shownConsumers = {
    nameOf: (): string => '',
    isOrdered: true,
    show: (consumer: OpenConsumer): object => shownConsumer(consumer, context),
  };
  return [
    {
      method: 'get',
      path: '/consumers',
      summary: 'Consumers that the user may see',
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listOf(
          (await visibleHosts(context, request)).flatMap((host) =>
            consumersIn(host, context, request),
          ),
          shownConsumers,
          request,
        ),
    },
    {
      method: 'get',
      path: '/consumers/{vhost}',
      summary: 'Consumers in a virtual host',
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listOf(
          consumersIn(await virtualHostOf(context, request), context, request),
          shownConsumers,
          request,
        ),
    },
  ];
}

function seenChannels({ connections }: PluginContext, request: Request): readonly OpenChannel[] {
  const { user } = request;
  const seesAll = hasTag(user, 'monitoring');
  return inChosenHost([...connections], request, ({ vhost }) => vhost)
    .filter((connection) => seesAll || connection.user.name === user.name)
    .flatMap(({ channels }) => [...channels]);
}

/** @throws Refusal */
function channelOf({ connections }: PluginContext, { params, user }: Request): OpenChannel {
  const name = params['name'] ?? '';
  const connection = connections.find(name.slice(0, name.lastIndexOf(' (')));
  const channel = [...(connection?.channels ?? [])].find((one) => one.name === name);
  if (channel === undefined) throw notFound();
  if (channel.connection.user.name !== user.name && !hasTag(user, 'monitoring')) {
    throw notAuthorised('User not authorised to access object');
  }
  return channel;
}

/** Users see their own; who monitors sees all. */
function consumersIn(
  { queues }: VirtualHost,
  { connections }: PluginContext,
  { user }: Request,
): OpenConsumer[] {
  const seesAll = hasTag(user, 'monitoring');
  return [...queues].flatMap((queue) =>
    [...queue.consumers].flatMap((consumer) => {
      const open = connections.consumerOf(consumer);
      const isSeen = seesAll || open?.channel.connection.user.name === user.name;
      return open !== null && isSeen ? [open] : [];
    }),
  );
}
