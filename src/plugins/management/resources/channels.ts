/** Channels and consumers: `/channels`, `/consumers`. */
import type { OpenChannel, OpenConsumer, PluginContext, VirtualHost } from '../../plugin-api.ts';
import { listOf, objectAnswer } from '../lists.ts';
import { hasTag, notAuthorised, notFound, type Request, type Route } from '../route.ts';
import { shownChannel, shownConsumer } from '../shown-channel.ts';
import { visibleHosts, virtualHostOf } from '../virtual-host-of.ts';

export function channelRoutes(context: PluginContext): readonly Route[] {
  const shown = {
    nameOf: ({ name }: OpenChannel): string => name,
    show: (channel: OpenChannel): object => shownChannel(channel, context),
  };
  const shownConsumers = {
    nameOf: (): string => '',
    show: (consumer: OpenConsumer): object => shownConsumer(consumer, context),
  };
  return [
    {
      method: 'get',
      path: '/channels',
      summary: 'Open channels that the user may see',
      tag: 'management',
      handle: (request) => listOf(seenChannels(context, request), shown, request),
    },
    {
      method: 'get',
      path: '/vhosts/{vhost}/channels',
      summary: 'Open channels in a virtual host',
      tag: 'management',
      async handle(request) {
        const { name } = await virtualHostOf(context, request);
        const seen = seenChannels(context, request);
        return listOf(
          seen.filter(({ connection }) => connection.vhost === name),
          shown,
          request,
        );
      },
    },
    {
      method: 'get',
      path: '/channels/{name}',
      summary: 'A channel',
      tag: 'management',
      handle(request) {
        const channel = channelOf(context, request);
        const consumers = [...channel.consumers].map((one) => shownConsumer(one, context));
        return objectAnswer({ ...shown.show(channel), consumer_details: consumers }, request);
      },
    },
    {
      method: 'get',
      path: '/consumers',
      summary: 'Consumers that the user may see',
      tag: 'management',
      handle: async (request) =>
        listOf(
          (await visibleHosts(context, request)).flatMap((host) => consumersIn(host, context)),
          shownConsumers,
          request,
        ),
    },
    {
      method: 'get',
      path: '/consumers/{vhost}',
      summary: 'Consumers in a virtual host',
      tag: 'management',
      handle: async (request) =>
        listOf(
          consumersIn(await virtualHostOf(context, request), context),
          shownConsumers,
          request,
        ),
    },
  ];
}

function seenChannels({ connections }: PluginContext, { user }: Request): readonly OpenChannel[] {
  const seesAll = hasTag(user, 'monitoring');
  return [...connections]
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

function consumersIn({ queues }: VirtualHost, { connections }: PluginContext): OpenConsumer[] {
  return [...queues].flatMap((queue) =>
    [...queue.consumers].flatMap((consumer) => connections.consumerOf(consumer) ?? []),
  );
}
