/** The management plugin: RabbitMQ's HTTP API (https://www.rabbitmq.com/docs/http-api-reference). */
import { definePlugin, type HttpEndpoint, type Plugin, type PluginContext } from '../plugin-api.ts';
import { AccessLog } from './access-log.ts';
import { DEFAULT_SETTINGS, type ManagementSettings } from './management-context.ts';
import { NodeNumbers } from './node-numbers.ts';
import { servePages } from './pages.ts';
import { allRoutes } from './routes.ts';
import { DEFAULT_RULES, serve, type ServerRules } from './server.ts';

export interface ManagementOptions {
  readonly endpoints: readonly HttpEndpoint[];
  readonly settings?: Partial<ManagementSettings>;
  readonly rules?: Partial<ServerRules>;
  /** Directory for a log of all requests; none when left out, or null. */
  readonly accessLogDir?: string | null;
}

export function managementPlugin(options: ManagementOptions): Plugin {
  return definePlugin({
    name: 'management',
    async setup(plugin) {
      const settings = { ...DEFAULT_SETTINGS, ...options.settings };
      const context = { ...plugin, settings, nodeNumbers: new NodeNumbers(plugin) };
      const rules = { ...DEFAULT_RULES, ...options.rules };
      const { accessLogDir = null } = options;
      const accessLog = accessLogDir === null ? null : new AccessLog(accessLogDir, plugin.runtime);
      const routes = allRoutes(context);
      if (settings.ratesMode !== 'none') measureRates(context);
      for (const endpoint of options.endpoints) {
        const app = await plugin.http.at(endpoint);
        servePages(app, { context, rules });
        serve(app, routes, { context, rules, accessLog });
      }
    },
  });
}

/** Rates are measured for as long as the API is served. */
function measureRates({
  broker,
  services,
  nodeNumbers,
}: PluginContext & { readonly nodeNumbers: NodeNumbers }): void {
  let end = (): void => {};
  broker.rates.addSource(() => [nodeNumbers.look()]);
  services.add({
    name: 'rates',
    start: () => {
      end = broker.rates.start();
    },
    stop: () => end(),
  });
}
