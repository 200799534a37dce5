/** Permissions and topic permissions of users. */
import * as v from 'valibot';
import type { PluginContext } from '../../plugin-api.ts';
import { listAnswer, objectAnswer } from '../lists.ts';
import { badRequest, CREATED, NO_CONTENT, notFound, routeWithBody, type Route } from '../route.ts';

const PERMISSION = v.object({ configure: v.string(), write: v.string(), read: v.string() });
const TOPIC_PERMISSION = v.object({ exchange: v.string(), write: v.string(), read: v.string() });

export function permissionRoutes(context: PluginContext): readonly Route[] {
  const { permissions } = context.access;
  const path = '/permissions/{vhost}/{user}';
  return [
    {
      method: 'get',
      path: '/permissions',
      summary: 'Permissions of all users',
      tag: 'administrator',
      query: 'list',
      handle: (request) => listAnswer([...permissions], request),
    },
    {
      method: 'get',
      path,
      summary: 'The permission of a user in a virtual host',
      tag: 'administrator',
      query: 'object',
      handle(request) {
        const { vhost = '', user = '' } = request.params;
        const permission = permissions.find(user, vhost);
        if (permission === undefined) throw notFound();
        return objectAnswer(permission, request);
      },
    },
    routeWithBody({
      method: 'put',
      path,
      summary: 'Set the permission of a user in a virtual host',
      tag: 'administrator',
      body: PERMISSION,
      async handle({ params: { vhost = '', user = '' }, body }) {
        requireBoth(context, vhost, user);
        const isThere = permissions.find(user, vhost) !== undefined;
        await permissions.put({ user, vhost, ...body });
        return isThere ? NO_CONTENT : CREATED;
      },
    }),
    {
      method: 'delete',
      path,
      summary: 'Take the permission of a user in a virtual host away',
      tag: 'administrator',
      async handle({ params: { vhost = '', user = '' } }) {
        if (permissions.find(user, vhost) === undefined) throw notFound();
        await permissions.delete(user, vhost);
        return NO_CONTENT;
      },
    },
    ...topicPermissionRoutes(context),
    ...routesOfUser(context),
  ];
}

function topicPermissionRoutes(context: PluginContext): readonly Route[] {
  const { topicPermissions } = context.access;
  const of = (user: string, vhost: string): object[] =>
    [...topicPermissions].filter((one) => one.user === user && one.vhost === vhost);
  const path = '/topic-permissions/{vhost}/{user}';
  const remove = async (vhost: string, user: string, exchange?: string): Promise<void> => {
    if (of(user, vhost).length === 0) throw notFound();
    await topicPermissions.delete(user, vhost, exchange);
  };
  return [
    {
      method: 'get',
      path: '/topic-permissions',
      summary: 'Topic permissions of all users',
      tag: 'administrator',
      query: 'list',
      handle: (request) => listAnswer([...topicPermissions], request),
    },
    {
      method: 'get',
      path,
      summary: 'Topic permissions of a user in a virtual host',
      tag: 'administrator',
      query: 'list',
      handle(request) {
        const { vhost = '', user = '' } = request.params;
        requireBothOrNotFound(context, vhost, user);
        const found = of(user, vhost);
        if (found.length === 0) throw notFound();
        return listAnswer(found, request);
      },
    },
    routeWithBody({
      method: 'put',
      path,
      summary: 'Set a topic permission of a user in a virtual host',
      tag: 'administrator',
      body: TOPIC_PERMISSION,
      async handle({ params: { vhost = '', user = '' }, body }) {
        requireBoth(context, vhost, user);
        const isThere = of(user, vhost).length > 0;
        await topicPermissions.put({ user, vhost, ...body });
        return isThere ? NO_CONTENT : CREATED;
      },
    }),
    {
      method: 'delete',
      path,
      summary: 'Take all topic permissions of a user in a virtual host away',
      tag: 'administrator',
      async handle({ params: { vhost = '', user = '' } }) {
        await remove(vhost, user);
        return NO_CONTENT;
      },
    },
    {
      method: 'delete',
      path: `${path}/{exchange}`,
      summary: 'Take the topic permission for one exchange away',
      tag: 'administrator',
      async handle({ params: { vhost = '', user = '', exchange = '' } }) {
        await remove(vhost, user, exchange);
        return NO_CONTENT;
      },
    },
  ];
}

function routesOfUser({ access }: PluginContext): readonly Route[] {
  const { users, permissions, topicPermissions } = access;
  const route = (kind: string, all: Iterable<{ readonly user: string }>): Route => ({
    method: 'get',
    path: `/users/{user}/${kind}`,
    summary: `The ${kind} of a user`,
    tag: 'administrator',
    query: 'list',
    handle(request) {
      const name = request.params['user'] ?? '';
      if (users.find(name) === undefined) throw notFound();
      return listAnswer(
        [...all].filter(({ user }) => user === name),
        request,
      );
    },
  });
  return [route('permissions', permissions), route('topic-permissions', topicPermissions)];
}

/** @throws Refusal with RabbitMQ's text */
function requireBoth({ broker, access }: PluginContext, vhost: string, user: string): void {
  if (broker.findVirtualHost(vhost) !== null && access.users.find(user) !== undefined) return;
  throw badRequest('vhost_or_user_not_found');
}

function requireBothOrNotFound(
  { broker, access }: PluginContext,
  vhost: string,
  user: string,
): void {
  if (broker.findVirtualHost(vhost) === null || access.users.find(user) === undefined) {
    throw notFound();
  }
}
