/** Plugins and their libraries are loaded by who uses them only. */
import type { PluginHost } from '../plugin-host/plugin-host.ts';
import type { CreateBrokerOptions } from './broker-options.ts';

/** Sets all plugins up and serves what they offer. @throws PluginError, or the system's error of a port */
export async function loadPlugins(
  host: PluginHost,
  { plugins = [], management }: CreateBrokerOptions,
): Promise<void> {
  if (management !== undefined) {
    const { managementPlugin } = await import('../plugins/management/management.ts');
    const { port, host: address = '127.0.0.1', pathPrefix = '' } = management;
    const endpoint = { name: 'http', host: address, port, tls: null };
    await host.setUp(managementPlugin({ endpoints: [endpoint], pathPrefix }));
  }
  // oxlint-disable-next-line no-await-in-loop -- in order: one may rely on those before it
  for (const plugin of plugins) await host.setUp(plugin);
  await host.start();
}
