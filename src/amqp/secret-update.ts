/** connection.update-secret: the client has a new token for its login (https://www.rabbitmq.com/docs/oauth2). */
import type { AuthenticatedUser, Authenticator } from '../access/authenticator.ts';
import { whenKnown, type Eventually } from '../access/eventually.ts';
import { ProtocolError } from './errors.ts';

/**
 * Gives the secret to who has authenticated the user, and returns the user as they are from now on. A promise when
 * somebody else has to be asked.
 *
 * @throws ProtocolError NOT_ALLOWED when it is refused
 */
export function updateSecret(
  authenticator: Authenticator,
  user: AuthenticatedUser,
  secret: string | Buffer,
): Eventually<AuthenticatedUser> {
  return whenKnown(authenticator.updateSecret(user, secret.toString()), (renewed) => {
    if (renewed !== null) return renewed;
    throw new ProtocolError('NOT_ALLOWED', 'New secret was refused by one of the backends');
  });
}
