/** How to log in: what web pages ask for first, and hashes of passwords. */
import * as v from 'valibot';
import type { PluginContext } from '../../plugin-api.ts';
import { NO_CONTENT, notAuthorised, notFound, ok, routeWithBody, type Route } from '../route.ts';

export function authRoutes(context: PluginContext): readonly Route[] {
  const { access, about } = context;
  return [
    {
      method: 'get',
      path: '/auth',
      summary: 'Whether web pages log in with OAuth 2',
      tag: null,
      handle: () => ok({ oauth_enabled: false }),
    },
    {
      method: 'get',
      path: '/version',
      summary: 'The version of the broker',
      tag: 'management',
      handle: () => ok(about.version),
    },
    {
      method: 'get',
      path: '/auth/hash_password/{password}',
      summary: 'The hash of a password, for definitions',
      tag: 'administrator',
      async handle({ params: { password = '' } }) {
        const { passwordHash } = await access.users.hashPassword(password);
        return ok({ ok: passwordHash });
      },
    },
    {
      method: 'get',
      path: '/auth/attempts/{node}',
      summary: 'Logins that were tried',
      tag: 'monitoring',
      handle({ params: { node } }) {
        if (node !== about.nodeName) throw notFound();
        const { succeeded, failed } = access.attempts;
        return ok([
          {
            protocol: 'all',
            auth_attempts: succeeded + failed,
            auth_attempts_succeeded: succeeded,
            auth_attempts_failed: failed,
          },
        ]);
      },
    },
    ...clusterRoutes(context),
    {
      method: 'post',
      path: '/login',
      summary: 'Log in from a web page: use HTTP Basic',
      tag: null,
      handle() {
        throw notAuthorised('Use HTTP Basic');
      },
    },
  ];
}

function clusterRoutes({ broker, about }: PluginContext): readonly Route[] {
  return [
    routeWithBody({
      method: 'put',
      path: '/cluster-name',
      summary: 'Set the name of the cluster',
      tag: 'administrator',
      body: v.object({ name: v.string() }),
      async handle({ body }) {
        await broker.globalParameters.put('cluster_name', body.name);
        return NO_CONTENT;
      },
    }),
    {
      method: 'get',
      path: '/cluster-name',
      summary: 'The name of the cluster',
      tag: 'management',
      handle: () =>
        ok({ name: broker.globalParameters.find('cluster_name')?.value ?? about.nodeName }),
    },
    {
      method: 'post',
      path: '/rebalance/queues',
      summary: 'Spread queues over nodes: there is one',
      tag: 'administrator',
      handle: () => NO_CONTENT,
    },
  ];
}
