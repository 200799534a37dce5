/** The management plugin: RabbitMQ's HTTP API (https://www.rabbitmq.com/docs/http-api-reference). */
import { definePlugin, type HttpEndpoint, type Plugin, type PluginContext } from '../plugin-api.ts';
import { openApiOf } from './openapi.ts';
import { definitionRoutes } from './resources/definitions.ts';
import { userRoutes } from './resources/users.ts';
import { ok, type Route } from './route.ts';
import { serve } from './server.ts';

export interface ManagementOptions {
  readonly endpoints: readonly HttpEndpoint[];
  /** In front of `/api`; empty for none. */
  readonly pathPrefix: string;
}

export function managementPlugin({ endpoints, pathPrefix }: ManagementOptions): Plugin {
  return definePlugin({
    name: 'management',
    async setup(context) {
      const routes = allRoutes(context);
      for (const endpoint of endpoints) {
        serve(await context.http.at(endpoint), routes, { context, pathPrefix });
      }
    },
  });
}

function allRoutes(context: PluginContext): readonly Route[] {
  const routes: Route[] = [...userRoutes(context), ...definitionRoutes(context)];
  routes.push({
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    tag: null,
    handle: () => ok(openApiOf(routes, context.about.version)),
  });
  return routes;
}
