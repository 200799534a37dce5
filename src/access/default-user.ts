/** The one user of a broker that nobody configured: guest with the password guest, from this machine only. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthenticatedUser, Authenticator, Credentials } from './authenticator.ts';

const DEFAULT_USER = 'guest';
const DEFAULT_PASSWORD = 'guest';

export class DefaultUserAuthenticator implements Authenticator {
  authenticate(credentials: Credentials, isLoopback: boolean): AuthenticatedUser | null {
    const isUser = isEqual(credentials.userName, DEFAULT_USER);
    const isPassword = isEqual(credentials.password, DEFAULT_PASSWORD);
    return isUser && isPassword && isLoopback
      ? { name: DEFAULT_USER, tags: ['administrator'] }
      : null;
  }

  /** The password stays what it is: RabbitMQ's own users do not care for new secrets either. */
  updateSecret(_user: AuthenticatedUser, _secret: string): boolean {
    return true;
  }
}

/** Compares digests in constant time, so that the time taken tells nothing about the text. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
