/** All routes of the management API. */
import type { ManagementContext } from './management-context.ts';
import { openApiOf } from './openapi.ts';
import { referencePage } from './pages.ts';
import { authRoutes } from './resources/auth.ts';
import { bindingRoutes } from './resources/bindings.ts';
import { channelRoutes } from './resources/channels.ts';
import { clusterRoutes } from './resources/cluster.ts';
import { connectionRoutes } from './resources/connections.ts';
import { definitionRoutes } from './resources/definitions.ts';
import { exchangeRoutes } from './resources/exchanges.ts';
import { featureRoutes } from './resources/features.ts';
import { healthCheckRoutes } from './resources/health-checks.ts';
import { limitRoutes } from './resources/limits.ts';
import { nodeRoutes } from './resources/nodes.ts';
import { overviewRoutes } from './resources/overview.ts';
import { parameterRoutes } from './resources/parameters.ts';
import { permissionRoutes } from './resources/permissions.ts';
import { policyRoutes } from './resources/policies.ts';
import { queueRoutes } from './resources/queues.ts';
import { quorumQueueRoutes } from './resources/quorum-queues.ts';
import { userRoutes } from './resources/users.ts';
import { virtualHostRoutes } from './resources/virtual-hosts.ts';
import { ok, type Route } from './route.ts';

/** What has no part in braces must come before what has one in its place. */
const RESOURCES: ReadonlyArray<(context: ManagementContext) => readonly Route[]> = [
  authRoutes,
  bindingRoutes,
  channelRoutes,
  clusterRoutes,
  connectionRoutes,
  definitionRoutes,
  exchangeRoutes,
  featureRoutes,
  healthCheckRoutes,
  limitRoutes,
  nodeRoutes,
  overviewRoutes,
  parameterRoutes,
  permissionRoutes,
  policyRoutes,
  quorumQueueRoutes,
  queueRoutes,
  userRoutes,
  virtualHostRoutes,
];

export function allRoutes(context: ManagementContext): readonly Route[] {
  const routes: Route[] = RESOURCES.flatMap((resource) => resource(context));
  const { about, settings } = context;
  const { pathPrefix } = settings;
  const tag = settings.requiresAuthForReference ? 'management' : null;
  routes.push(
    {
      method: 'get',
      path: '/openapi.json',
      summary: 'This document',
      tag,
      handle: () => ok(openApiOf(routes, about.version, pathPrefix)),
    },
    {
      method: 'get',
      path: '/index.html',
      summary: 'The list of routes, for people',
      tag,
      handle: () => ({
        status: 200,
        body: referencePage(routes, pathPrefix),
        headers: { 'content-type': 'text/html; charset=utf-8' },
      }),
    },
  );
  return routes;
}
