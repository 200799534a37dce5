/** Who is this? The interface of every authentication back end; its answer is what the rest of the broker relies on. */

export interface Credentials {
  readonly userName: string;
  readonly password: string;
}

/** A user who proved to be who they say. */
export interface AuthenticatedUser {
  readonly name: string;
  /** What RabbitMQ calls tags: `administrator`, `impersonator`, ... */
  readonly tags: readonly string[];
}

export interface Authenticator {
  /**
   * Null when the credentials are refused: an unknown user and a wrong password cannot be told apart.
   *
   * @param isLoopback whether the peer is on this machine
   */
  authenticate(
    credentials: Credentials,
    isLoopback: boolean,
  ): AuthenticatedUser | null | Promise<AuthenticatedUser | null>;

  /** Takes a new secret of a user who is logged in, such as a token that lasts longer. False when it is refused. */
  updateSecret(user: AuthenticatedUser, secret: string): boolean | Promise<boolean>;
}
