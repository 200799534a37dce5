/** The cluster, which has one node: its name, and what spreads over nodes elsewhere. */
import * as v from 'valibot';
import type { ManagementContext } from '../management-context.ts';
import { badRequest, NO_CONTENT, ok, routeWithBody, type Route } from '../route.ts';

export function clusterRoutes({ broker, about }: ManagementContext): readonly Route[] {
  const reset = (path: string): Route => ({
    method: 'delete',
    path,
    summary: 'Forget the samples of the past',
    tag: 'administrator',
    handle({ params: { node = about.nodeName } }) {
      if (node !== about.nodeName) throw badRequest(`Node ${node} could not be contacted`);
      broker.rates.forget();
      return NO_CONTENT;
    },
  });
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
    reset('/reset'),
    reset('/reset/{node}'),
  ];
}
