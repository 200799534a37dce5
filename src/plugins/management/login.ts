/** Who asks: HTTP Basic with the broker's users, or a bearer token as a password without a name. */
import type { AuthenticatedUser, Peer, PluginContext } from '../plugin-api.ts';

/** Names and passwords of the AMQP world are not longer, in characters. */
const HEADER_LENGTH_MAX = 16_384;

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
  const user = await access.authenticate({ ...login, peer, onRefusal });
  if (user === null) {
    const details = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
    runtime.log.warn(`HTTP login refused: user '${login.userName}'${details}`, {
      peer: peer.address,
    });
  }
  return user;
}

function readAuthorization(header: string | null): { userName: string; password: string } | null {
  if (header === null || header.length > HEADER_LENGTH_MAX) return null;
  const [, scheme = '', value = ''] = /^(basic|bearer) +(\S+)$/iu.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { userName: '', password: value };
  const text = Buffer.from(value, 'base64').toString();
  const separator = text.indexOf(':');
  if (separator === -1) return null;
  return { userName: text.slice(0, separator), password: text.slice(separator + 1) };
}
