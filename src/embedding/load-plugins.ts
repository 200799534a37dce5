/** Plugins and their libraries are loaded by who uses them only. */
import type { PluginHost } from '../plugin-host/plugin-host.ts';
import type { HttpEndpoint } from '../plugins/plugin-api.ts';
import { DEFAULT_TLS, TlsIdentity } from '../runtime/tls-identity.ts';
import type { CreateBrokerOptions, ManagementListenOptions } from './broker-options.ts';

const LOOPBACK = '127.0.0.1';
/** In seconds. */
const CORS_MAX_AGE = 1800;

/** Sets all plugins up and serves what they offer. @throws PluginError, or the system's error of a port */
export async function loadPlugins(
  host: PluginHost,
  { plugins = [], management, prometheus }: CreateBrokerOptions,
): Promise<void> {
  if (management !== undefined) {
    const { managementPlugin } = await import('../plugins/management/management.ts');
    const { allowOrigins = [], corsMaxAge: maxAge = CORS_MAX_AGE } = management;
    const endpoints = endpointsOf('http', management);
    const { settings = {}, rules = {}, pathPrefix = '', accessLogDir = null } = management;
    await host.setUp(
      managementPlugin({
        endpoints,
        settings: { ...settings, pathPrefix },
        rules: { cors: { allowOrigins, maxAge }, ...rules },
        accessLogDir,
      }),
    );
  }
  if (prometheus !== undefined) {
    const { prometheusPlugin } = await import('../plugins/prometheus/prometheus.ts');
    const { path = '/metrics', isPerObject = false, isAuthenticated = false } = prometheus;
    const endpoints = endpointsOf('http/prometheus', prometheus);
    await host.setUp(prometheusPlugin({ endpoints, path, isPerObject, isAuthenticated }));
  }
  // oxlint-disable-next-line no-await-in-loop -- in order: one may rely on those before it
  for (const plugin of plugins) await host.setUp(plugin);
  await host.start();
}

/** @throws TlsFileError */
function endpointsOf(
  name: string,
  options: Pick<ManagementListenOptions, 'port' | 'host' | 'tls' | 'timeouts'>,
): readonly HttpEndpoint[] {
  const { port, host = LOOPBACK, tls, timeouts = {} } = options;
  const endpoints: HttpEndpoint[] = [];
  if (port !== undefined) endpoints.push({ name, host, port, tls: null, timeouts });
  if (tls !== undefined) {
    const identity = new TlsIdentity({ ...DEFAULT_TLS, password: null, ...tls });
    endpoints.push({ name, host: tls.host ?? host, port: tls.port ?? 0, tls: identity, timeouts });
  }
  return endpoints;
}
