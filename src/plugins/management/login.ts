/** Who asks: HTTP Basic with the broker's users, or a bearer token as a password without a name. */
import type { AccessControl, AuthenticatedUser, Peer } from '../plugin-api.ts';

/** Names and passwords of the AMQP world are not longer, in characters. */
const HEADER_LENGTH_MAX = 16_384;

/** Null when it is refused. Logins that failed are slowed by the access control. */
export async function logIn(
  access: AccessControl,
  authorization: string | null,
  peer: Peer,
): Promise<AuthenticatedUser | null> {
  const login = readAuthorization(authorization);
  if (login === null) return null;
  return access.authenticate({ ...login, peer });
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
