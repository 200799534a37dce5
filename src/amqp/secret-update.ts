/** connection.update-secret: the client has a new token for its login (https://www.rabbitmq.com/docs/oauth2). */
import type { AuthenticatedUser, Authenticator } from '../access/authenticator.ts';
import { ProtocolError } from './errors.ts';

/**
 * Gives the secret to who has authenticated the user. A promise when somebody else has to be asked.
 *
 * @throws ProtocolError NOT_ALLOWED when it is refused
 */
export function updateSecret(
  authenticator: Authenticator,
  user: AuthenticatedUser,
  secret: string | Buffer,
): Promise<void> | void {
  const accepted = authenticator.updateSecret(user, secret.toString());
  return accepted instanceof Promise ? accepted.then(requireAccepted) : requireAccepted(accepted);
}

function requireAccepted(isAccepted: boolean): void {
  if (isAccepted) return;
  throw new ProtocolError('NOT_ALLOWED', 'New secret was refused by one of the backends');
}
