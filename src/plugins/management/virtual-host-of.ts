/** The virtual host that a path names, for users who may see it. */
import { DisclosedRefusal, type PluginContext, type VirtualHost } from '../plugin-api.ts';
import { hasTag, notAuthorised, notFound, type Request } from './route.ts';

/** @throws Refusal: 404 where there is none, 401 where the user has nothing to do there */
export async function virtualHostOf(
  context: PluginContext,
  request: Request,
): Promise<VirtualHost> {
  const host = context.broker.findVirtualHost(request.params['vhost'] ?? '');
  if (host === null) throw notFound();
  if (!(await mayEnter(context, request, host.name))) {
    throw notAuthorised('User not authorised to access virtual host');
  }
  return host;
}

/** Those that a user may see: all for who monitors, else those with a permission. */
export async function visibleHosts(
  context: PluginContext,
  request: Request,
): Promise<readonly VirtualHost[]> {
  const hosts = [...context.broker.virtualHosts];
  if (hasTag(request.user, 'monitoring')) return hosts;
  const answers = await Promise.all(
    hosts.map(async ({ name }) => mayEnter(context, request, name)),
  );
  return hosts.filter((_, index) => answers[index] === true);
}

/** Administrators see all; they change only what their permissions let them, as RabbitMQ has it. */
async function mayEnter(
  { access }: PluginContext,
  { user, peer }: Request,
  vhost: string,
): Promise<boolean> {
  if (hasTag(user, 'monitoring')) return true;
  try {
    return await access.vhostAccess(user, vhost, peer);
  } catch (error) {
    if (error instanceof DisclosedRefusal) return false;
    throw error;
  }
}
