/** Who asks: HTTP Basic with the broker's users, or a bearer token as a password without a name. */
import {
  readAuthorization,
  type AuthenticatedUser,
  type Peer,
  type PluginContext,
} from '../plugin-api.ts';

/** Null when it is refused, which is logged. Logins that failed are slowed by the access control. */
export async function logIn(
  { access, runtime }: Pick<PluginContext, 'access' | 'runtime'>,
  authorization: string | null,
  peer: Peer,
): Promise<AuthenticatedUser | null> {
  const login = readAuthorization(authorization);
  if (login === null) return null;
  const reasons: string[] = [];
  const onRefusal = (reason: string): void => void reasons.push(reason);
  const user = await access.authenticate({ ...login, peer, protocol: 'http', onRefusal });
  if (user === null) {
    const details = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
    runtime.log.warn(`HTTP login refused: user '${login.userName}'${details}`, {
      peer: peer.address,
    });
  }
  return user;
}
