/** Limits of virtual hosts and of users. */
import * as v from 'valibot';
import type { PluginContext } from '../../plugin-api.ts';
import { listAnswer } from '../lists.ts';
import { badRequest, NO_CONTENT, notFound, routeWithBody, type Route } from '../route.ts';
import { missingVirtualHost, visibleHosts, virtualHostOf } from '../virtual-host-of.ts';

const LIMIT = v.object({ value: v.unknown() });
const COMPONENT = 'vhost-limits';
const NAME = 'limits';

export function limitRoutes(context: PluginContext): readonly Route[] {
  return [...virtualHostLimitRoutes(context), ...userLimitRoutes(context)];
}

function virtualHostLimitRoutes(context: PluginContext): readonly Route[] {
  const { parameters } = context.broker;
  const limitsOf = (vhost: string): object[] => {
    const value = parameters.find(COMPONENT, vhost, NAME)?.value ?? {};
    return Object.keys(value).length === 0 ? [] : [{ vhost, value }];
  };
  const path = '/vhost-limits/{vhost}/{name}';
  return [
    {
      method: 'get',
      path: '/vhost-limits',
      summary: 'Limits of virtual hosts',
      tag: 'management',
      query: 'list',
      handle: async (request) => {
        const hosts = await visibleHosts(context, request);
        return listAnswer(
          hosts.flatMap(({ name }) => limitsOf(name)),
          request,
        );
      },
    },
    {
      method: 'get',
      path: '/vhost-limits/{vhost}',
      summary: 'Limits of a virtual host',
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listAnswer(limitsOf((await virtualHostOf(context, request, 'visible')).name), request),
    },
    routeWithBody({
      method: 'put',
      path,
      summary: 'Set a limit of a virtual host',
      tag: 'administrator',
      body: LIMIT,
      async handle({ params: { vhost = '', name = '' }, body }) {
        if (context.broker.findVirtualHost(vhost) === null) throw missingVirtualHost();
        const earlier = parameters.find(COMPONENT, vhost, NAME)?.value as object | undefined;
        await parameters.put(COMPONENT, vhost, NAME, { ...earlier, [name]: body.value });
        return NO_CONTENT;
      },
    }),
    {
      method: 'delete',
      path,
      summary: 'Remove a limit of a virtual host',
      tag: 'administrator',
      async handle({ params: { vhost = '', name = '' } }) {
        if (context.broker.findVirtualHost(vhost) === null) throw missingVirtualHost();
        const earlier = parameters.find(COMPONENT, vhost, NAME)?.value ?? {};
        const kept = Object.entries(earlier).filter(([limit]) => limit !== name);
        await parameters.put(COMPONENT, vhost, NAME, Object.fromEntries(kept));
        return NO_CONTENT;
      },
    },
  ];
}

function userLimitRoutes({ access }: PluginContext): readonly Route[] {
  const { users } = access;
  const path = '/user-limits/{user}/{name}';
  const shown = [...(['/user-limits', '/user-limits/{user}'] as const)].map(
    (listPath): Route => ({
      method: 'get',
      path: listPath,
      summary: 'Limits of users',
      tag: 'management',
      query: 'list',
      handle(request) {
        const { user } = request.params;
        if (user !== undefined && users.find(user) === undefined) throw notFound();
        const found = [...users].filter(
          ({ name, limits }) =>
            (user === undefined || name === user) && Object.keys(limits).length > 0,
        );
        return listAnswer(
          found.map(({ name, limits }) => ({ user: name, value: limits })),
          request,
        );
      },
    }),
  );
  type Limit = Parameters<typeof users.setLimit>[1];
  return [
    ...shown,
    routeWithBody({
      method: 'put',
      path,
      summary: 'Set a limit of a user',
      tag: 'administrator',
      body: LIMIT,
      async handle({ params: { user = '', name = '' }, body }) {
        if (users.find(user) === undefined) throw badRequest(`no_such_user: ${user}`);
        // What it may be called and be is checked there.
        await users.setLimit(user, name as Limit, body.value as number);
        return NO_CONTENT;
      },
    }),
    {
      method: 'delete',
      path,
      summary: 'Remove a limit of a user',
      tag: 'administrator',
      async handle({ params: { user = '', name = '' } }) {
        if (users.find(user) === undefined) throw notFound();
        await users.clearLimit(user, name as Limit);
        return NO_CONTENT;
      },
    },
  ];
}
