/** The virtual host that a path names, for users who may see it. */
import { DisclosedRefusal, type PluginContext, type VirtualHost } from '../plugin-api.ts';
import {
  hasTag,
  missing,
  notAuthorised,
  notFound,
  type Refusal,
  type Request,
  type Tag,
} from './route.ts';

/** What users may do in virtual hosts that they have no permission in. */
export type Beyond =
  /** `visible`: who monitors sees them. */
  | 'visible'
  /** `policies`: the refusal is that of policies and parameters. */
  | 'policies';

/** @throws Refusal: 404 where there is none, 401 where the user has nothing to do there */
export async function virtualHostOf(
  context: PluginContext,
  request: Request,
  beyond: Beyond | null = null,
): Promise<VirtualHost> {
  const host = context.broker.findVirtualHost(request.params['vhost'] ?? '');
  if (host === null) throw notFound();
  const tag = beyond === 'visible' ? 'monitoring' : 'administrator';
  if (!hasTag(request.user, tag) && !(await mayEnter(context, request, host.name))) {
    throw notAuthorised(
      beyond === 'policies'
        ? 'User not authorised to access object'
        : 'User not authorised to access virtual host',
    );
  }
  return host;
}

/** For what is to be done there: where there is none, the answer is another one. @throws Refusal */
export async function virtualHostToChange(
  context: PluginContext,
  request: Request,
  beyond: Beyond | null = null,
): Promise<VirtualHost> {
  if (context.broker.findVirtualHost(request.params['vhost'] ?? '') === null) {
    throw missingVirtualHost();
  }
  return virtualHostOf(context, request, beyond);
}

/** RabbitMQ's answer where something is to be set in a virtual host that is not there. */
export function missingVirtualHost(): Refusal {
  return missing('vhost_not_found');
}

/** Those that a user may see: all for who monitors, else those with a permission. */
export async function visibleHosts(
  context: PluginContext,
  request: Request,
): Promise<readonly VirtualHost[]> {
  return hostsFor(context, request, 'monitoring');
}

/** Those whose contents a user may see: all for administrators, else those with a permission, also for who monitors. */
export async function openHosts(
  context: PluginContext,
  request: Request,
): Promise<readonly VirtualHost[]> {
  return hostsFor(context, request, 'administrator');
}

/** @param tag - with which all are seen */
async function hostsFor(
  context: PluginContext,
  request: Request,
  tag: Tag,
): Promise<readonly VirtualHost[]> {
  const hosts = inChosenHost([...context.broker.virtualHosts], request, ({ name }) => name);
  if (hasTag(request.user, tag)) return hosts;
  const answers = await Promise.all(
    hosts.map(async ({ name }) => mayEnter(context, request, name)),
  );
  return hosts.filter((_, index) => answers[index] === true);
}

/** Web pages name the virtual host that is looked at in a header: the others are left out. */
export function inChosenHost<T>(
  items: readonly T[],
  request: Request,
  vhostOf: (item: T) => string,
): readonly T[] {
  const chosen = request.header('x-vhost') ?? '';
  return chosen === '' ? items : items.filter((item) => vhostOf(item) === chosen);
}

/** As over AMQP, whatever tags the user has. */
export async function mayEnter(
  { access }: PluginContext,
  { user, peer }: Request,
  vhost: string,
): Promise<boolean> {
  try {
    return await access.vhostAccess(user, vhost, peer);
  } catch (error) {
    if (error instanceof DisclosedRefusal) return false;
    throw error;
  }
}
