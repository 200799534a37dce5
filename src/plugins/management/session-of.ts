/** What the user of a request does in a virtual host, with the permissions that they have there. */
import { Session, type PluginContext, type VirtualHost } from '../plugin-api.ts';
import type { Request } from './route.ts';
import { virtualHostOf } from './virtual-host-of.ts';

/** @throws Refusal as virtualHostOf */
export async function sessionOf(
  context: PluginContext,
  request: Request,
): Promise<{ readonly session: Session; readonly virtualHost: VirtualHost }> {
  const virtualHost = await virtualHostOf(context, request);
  const { broker, access } = context;
  const { user, peer } = request;
  return { session: new Session({ broker, access, user, peer, virtualHost }), virtualHost };
}
