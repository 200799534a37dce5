/** The management plugin: RabbitMQ's HTTP API (https://www.rabbitmq.com/docs/http-api-reference). */
import { definePlugin, type HttpEndpoint, type Plugin, type PluginContext } from '../plugin-api.ts';
import type { CorsRules } from './cross-site.ts';
import { openApiOf } from './openapi.ts';
import { authRoutes } from './resources/auth.ts';
import { bindingRoutes } from './resources/bindings.ts';
import { channelRoutes } from './resources/channels.ts';
import { connectionRoutes } from './resources/connections.ts';
import { definitionRoutes } from './resources/definitions.ts';
import { exchangeRoutes } from './resources/exchanges.ts';
import { featureRoutes } from './resources/features.ts';
import { healthCheckRoutes } from './resources/health-checks.ts';
import { limitRoutes } from './resources/limits.ts';
import { overviewRoutes } from './resources/overview.ts';
import { parameterRoutes } from './resources/parameters.ts';
import { permissionRoutes } from './resources/permissions.ts';
import { policyRoutes } from './resources/policies.ts';
import { queueRoutes } from './resources/queues.ts';
import { userRoutes } from './resources/users.ts';
import { virtualHostRoutes } from './resources/virtual-hosts.ts';
import { ok, type Route } from './route.ts';
import { serve } from './server.ts';

export interface ManagementOptions {
  readonly endpoints: readonly HttpEndpoint[];
  /** In front of `/api`; empty for none. */
  readonly pathPrefix: string;
  readonly cors: CorsRules;
}

export function managementPlugin({ endpoints, pathPrefix, cors }: ManagementOptions): Plugin {
  return definePlugin({
    name: 'management',
    async setup(context) {
      const routes = allRoutes(context);
      measureRates(context);
      for (const endpoint of endpoints) {
        serve(await context.http.at(endpoint), routes, { context, pathPrefix, cors });
      }
    },
  });
}

/** Rates are measured for as long as the API is served. */
function measureRates({ broker, connections, services }: PluginContext): void {
  let end = (): void => {};
  broker.rates.addSource(function* traffics() {
    for (const { traffic } of connections) yield traffic;
  });
  broker.rates.addSource(function* channelCounters() {
    for (const { channels } of connections) {
      for (const { counters } of channels) yield counters;
    }
  });
  services.add({
    name: 'rates',
    start: () => {
      end = broker.rates.start();
    },
    stop: () => end(),
  });
}

const RESOURCES: ReadonlyArray<(context: PluginContext) => readonly Route[]> = [
  authRoutes,
  bindingRoutes,
  channelRoutes,
  connectionRoutes,
  definitionRoutes,
  exchangeRoutes,
  featureRoutes,
  healthCheckRoutes,
  limitRoutes,
  overviewRoutes,
  parameterRoutes,
  permissionRoutes,
  policyRoutes,
  queueRoutes,
  userRoutes,
  virtualHostRoutes,
];

function allRoutes(context: PluginContext): readonly Route[] {
  const routes: Route[] = RESOURCES.flatMap((resource) => resource(context));
  routes.push({
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    tag: null,
    handle: () => ok(openApiOf(routes, context.about.version)),
  });
  return routes;
}
