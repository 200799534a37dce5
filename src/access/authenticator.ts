/** Who is this, and what may they do? The interfaces of every back end; the rest of the broker relies on their answers. */
import type { X509Certificate } from 'node:crypto';
import type { Eventually } from './eventually.ts';

/** From where somebody logs in. */
export interface Peer {
  readonly address: string;
  /** The peer is on this machine. */
  readonly isLoopback: boolean;
  /** The connection is encrypted. */
  readonly isTls: boolean;
  /** What the client proved to own, on a TLS listener that asks for it; null for none. */
  readonly certificate: X509Certificate | null;
}

/** As RabbitMQ names protocols where it counts logins. */
export type LoginProtocol = 'amqp091' | 'http';

/** What somebody says to log in. */
export interface Login {
  readonly userName: string;
  /** Null: who they are is proven already, as by a certificate. */
  readonly password: string | null;
  readonly peer: Peer;
  /** Told why a back end refuses, in words for the log; never what only the user knows. */
  readonly onRefusal?: (reason: string) => void;
  /** By what they come; AMQP when left out. */
  readonly protocol?: LoginProtocol;
}

/** A user who proved to be who they say. */
export interface AuthenticatedUser {
  readonly name: string;
  /** What RabbitMQ calls tags: `administrator`, `impersonator`, ... */
  readonly tags: readonly string[];
  /** Who decides what the user may do: all of them must agree. */
  readonly authorizers: readonly Authorizer[];
}

export interface Authenticator {
  /**
   * Null when the login is refused: an unknown user and a wrong password cannot be told apart. A promise that rejects
   * says that nobody could tell; the login is refused then, too.
   */
  authenticate(login: Login): Eventually<AuthenticatedUser | null>;

  /**
   * Takes a new secret of a user who is logged in, such as a token that lasts longer. The user as they are from now on,
   * or null when it is refused.
   */
  updateSecret(user: AuthenticatedUser, secret: string): Eventually<AuthenticatedUser | null>;
}

export interface Resource {
  readonly kind: 'exchange' | 'queue';
  /** The default exchange goes by `amq.default`. */
  readonly name: string;
}

export type Access = 'configure' | 'write' | 'read';

/** What placeholders in topic permissions stand for: `username`, `vhost`, and what a protocol adds. */
export type TopicVariables = Readonly<Record<string, string>>;

/**
 * Decides for users that it knows. A promise that rejects says that it could not be asked: the answer is no then. With a
 * DisclosedRefusal it says no, and why.
 */
export interface Authorizer {
  /** When it stops to allow anything, in milliseconds since 1970, and the user has to go; left out: never. */
  readonly expiresAtMs?: number;
  /** What it says may change without notice: each channel asks anew. */
  readonly changesUnnoticed?: true;

  /** May the user open a connection to the virtual host at all? */
  vhostAccess(user: AuthenticatedUser, vhost: string, peer: Peer): Eventually<boolean>;

  resourceAccess(
    user: AuthenticatedUser,
    vhost: string,
    resource: Resource,
    access: Access,
  ): Eventually<boolean>;

  /** Beside the access to the exchange: may the user publish with this routing key, or bind with this binding key? */
  topicAccess(
    user: AuthenticatedUser,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: 'write' | 'read',
    variables: TopicVariables,
  ): Eventually<boolean>;

  /** Takes a new secret: who decides from now on, or null when it is refused. Left out: secrets do not matter here. */
  renew?(user: AuthenticatedUser, secret: string): Eventually<Authorizer | null>;
}

/** When a user has to go, in milliseconds since 1970; infinite for never. */
export function expiryOf({ authorizers }: AuthenticatedUser): number {
  return Math.min(...authorizers.map(({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs));
}

/** One way to know users, such as the broker's own list, a directory, or tokens. Login goes through a chain of them. */
export interface BackEnd {
  /** As in the setting `auth_backends`. */
  readonly name: string;
  /** What it says may change without notice. */
  readonly changesUnnoticed?: true;

  /** Null refuses, as in Authenticator. */
  authenticate(login: Login): Eventually<AuthenticatedUser | null>;

  /**
   * A user whom another back end has authenticated: null refuses. The password is as it was given: it is not to be looked
   * at again, but may be a token that says what its user may do.
   */
  authorize(login: Login): Eventually<AuthenticatedUser | null>;

  /** Nobody asks any more: gives up timers and connections. */
  close?(): Eventually<void>;
}
