/** Virtual hosts: `/vhosts`, and who may do what in one. */
import * as v from 'valibot';
import type { PluginContext, VirtualHost } from '../../plugin-api.ts';
import { listAnswer, objectAnswer } from '../lists.ts';
import { TAGS } from '../tags.ts';
import { CREATED, NO_CONTENT, notFound, routeWithBody, type Route } from '../route.ts';
import { visibleHosts, virtualHostOf } from '../virtual-host-of.ts';

const VIRTUAL_HOST = v.object({
  description: v.optional(v.string()),
  tags: v.optional(TAGS),
  default_queue_type: v.optional(v.nullable(v.string())),
  tracing: v.optional(v.boolean()),
  protected_from_deletion: v.optional(v.boolean()),
});

type Changes = NonNullable<Parameters<PluginContext['broker']['createVirtualHost']>[1]>;

export function virtualHostRoutes(context: PluginContext): readonly Route[] {
  const { broker } = context;
  return [
    {
      method: 'get',
      path: '/vhosts',
      summary: 'All virtual hosts that the user may see',
      tag: 'management',
      handle: async (request) =>
        listAnswer((await visibleHosts(context, request)).map(shownWith(context)), request),
    },
    {
      method: 'get',
      path: '/vhosts/{vhost}',
      summary: 'A virtual host',
      tag: 'management',
      handle: async (request) =>
        objectAnswer(shownWith(context)(await virtualHostOf(context, request)), request),
    },
    routeWithBody({
      method: 'put',
      path: '/vhosts/{vhost}',
      summary: 'Create or change a virtual host',
      tag: 'administrator',
      body: VIRTUAL_HOST,
      async handle({ params: { vhost = '' }, body }) {
        const isThere = broker.findVirtualHost(vhost) !== null;
        const changes = changesOf(body);
        await (isThere
          ? broker.updateVirtualHost(vhost, changes)
          : broker.createVirtualHost(vhost, changes));
        return isThere ? NO_CONTENT : CREATED;
      },
    }),
    {
      method: 'delete',
      path: '/vhosts/{vhost}',
      summary: 'Delete a virtual host with all that is in it',
      tag: 'administrator',
      async handle(request) {
        const { name } = existing(context, request.params['vhost']);
        await broker.deleteVirtualHost(name);
        return NO_CONTENT;
      },
    },
    ...protectionRoutes(context),
    {
      method: 'post',
      path: '/vhosts/{vhost}/start/{node}',
      summary: 'Start a virtual host: it always runs',
      tag: 'administrator',
      handle(request) {
        existing(context, request.params['vhost']);
        return NO_CONTENT;
      },
    },
    ...permissionLists(context),
  ];
}

function permissionLists(context: PluginContext): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/vhosts/{vhost}/permissions',
      summary: 'Permissions in a virtual host',
      tag: 'administrator',
      handle(request) {
        const { name } = existing(context, request.params['vhost']);
        return listAnswer(
          [...context.access.permissions].filter(({ vhost }) => vhost === name),
          request,
        );
      },
    },
    {
      method: 'get',
      path: '/vhosts/{vhost}/topic-permissions',
      summary: 'Topic permissions in a virtual host',
      tag: 'administrator',
      handle(request) {
        const { name } = existing(context, request.params['vhost']);
        return listAnswer(
          [...context.access.topicPermissions].filter(({ vhost }) => vhost === name),
          request,
        );
      },
    },
  ];
}

function protectionRoutes(context: PluginContext): readonly Route[] {
  const change = (method: 'post' | 'delete', protectedFromDeletion: boolean): Route => ({
    method,
    path: '/vhosts/{vhost}/deletion/protection',
    summary: protectedFromDeletion ? 'Refuse to delete a virtual host' : 'Allow to delete it again',
    tag: 'administrator',
    async handle(request) {
      const { name } = existing(context, request.params['vhost']);
      await context.broker.updateVirtualHost(name, { protectedFromDeletion });
      return NO_CONTENT;
    },
  });
  return [change('post', true), change('delete', false)];
}

/** @throws Refusal */
function existing({ broker }: PluginContext, name: string | undefined): VirtualHost {
  const host = broker.findVirtualHost(name ?? '');
  if (host === null) throw notFound();
  return host;
}

/** What the type of queues may be is the broker's business. */
function changesOf(body: v.InferOutput<typeof VIRTUAL_HOST>): Changes {
  const { description, tags, default_queue_type: queueType, tracing } = body;
  const { protected_from_deletion: protectedFromDeletion } = body;
  const changes = {
    description,
    tags,
    tracing,
    protectedFromDeletion,
    defaultQueueType: queueType === 'undefined' || queueType === '' ? null : queueType,
  };
  return Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  ) as Changes;
}

function shownWith({ about }: PluginContext): (host: VirtualHost) => object {
  return ({ name, metadata }) => {
    const { description, tags, defaultQueueType, tracing, protectedFromDeletion } = metadata;
    const type = defaultQueueType ?? 'undefined';
    return {
      name,
      description,
      tags,
      default_queue_type: type,
      protected_from_deletion: protectedFromDeletion,
      metadata: { description, tags, default_queue_type: type },
      tracing,
      cluster_state: { [about.nodeName]: 'running' },
    };
  };
}
