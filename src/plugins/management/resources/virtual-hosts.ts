/** Virtual hosts: `/vhosts`, and who may do what in one. */
import * as v from 'valibot';
import type { PluginContext, VirtualHost } from '../../plugin-api.ts';
import { BOOLEAN } from '../arguments.ts';
import { listAnswer, listOf, objectAnswer, type Shown } from '../lists.ts';
import type { ManagementContext } from '../management-context.ts';
import { readRanges } from '../ranges.ts';
import { shownVirtualHost } from '../shown-virtual-host.ts';
import { TAGS } from '../tags.ts';
import {
  badRequest,
  CREATED,
  NO_CONTENT,
  notFound,
  routeWithBody,
  type Request,
  type Route,
} from '../route.ts';
import { visibleHosts } from '../virtual-host-of.ts';

const VIRTUAL_HOST = v.object({
  description: v.optional(v.string()),
  tags: v.optional(TAGS),
  default_queue_type: v.optional(v.nullable(v.string())),
  tracing: v.optional(BOOLEAN),
  protected_from_deletion: v.optional(BOOLEAN),
});

type Changes = NonNullable<Parameters<PluginContext['broker']['createVirtualHost']>[1]>;

export function virtualHostRoutes(context: ManagementContext): readonly Route[] {
  const { broker } = context;
  const shown = (request: Request): Shown<VirtualHost> => {
    const ranges = readRanges(request.query);
    return {
      nameOf: ({ name }) => name,
      show: (host) => shownVirtualHost(host, context, ranges),
    };
  };
  return [
    {
      method: 'get',
      path: '/vhosts',
      summary: 'All virtual hosts that the user may see',
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listOf(await visibleHosts(context, request), shown(request), request),
    },
    {
      method: 'get',
      path: '/vhosts/{vhost}',
      summary: 'A virtual host',
      tag: 'administrator',
      query: 'object',
      handle: (request) =>
        objectAnswer(shown(request).show(existing(context, request.params['vhost'])), request),
    },
    routeWithBody({
      method: 'put',
      path: '/vhosts/{vhost}',
      summary: 'Create or change a virtual host',
      tag: 'administrator',
      body: VIRTUAL_HOST,
      async handle({ params: { vhost = '' }, body, user }) {
        const changes = changesOf(body);
        if (broker.findVirtualHost(vhost) !== null) {
          await broker.updateVirtualHost(vhost, changes);
          return NO_CONTENT;
        }
        await broker.createVirtualHost(vhost, changes);
        await grantAll(context, user.name, vhost);
        return CREATED;
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
    startRoute(context),
    ...permissionLists(context),
  ];
}

function startRoute({ broker, about }: PluginContext): Route {
  return {
    method: 'post',
    path: '/vhosts/{vhost}/start/{node}',
    summary: 'Start a virtual host: it always runs',
    tag: 'administrator',
    handle({ params: { vhost = '', node = '' } }) {
      if (node !== about.nodeName) {
        throw badRequest(`Request to node ${node} failed with nodedown`);
      }
      if (broker.findVirtualHost(vhost) === null) throw badRequest(`no_such_vhost: ${vhost}`);
      return NO_CONTENT;
    },
  };
}

function permissionLists(context: PluginContext): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/vhosts/{vhost}/permissions',
      summary: 'Permissions in a virtual host',
      tag: 'administrator',
      query: 'list',
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
      query: 'list',
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

/** Who creates a virtual host may do everything in it. */
async function grantAll({ access }: PluginContext, user: string, vhost: string): Promise<void> {
  if (access.users.find(user) === undefined) return;
  await access.permissions.put({ user, vhost, configure: '.*', write: '.*', read: '.*' });
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
