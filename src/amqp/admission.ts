/**
 * Whether a user may open a connection to a virtual host: limits first, then who may enter, in RabbitMQ's order. Counts
 * the connection for as long as it is open.
 */
import type { AccessControl } from '../access/access-control.ts';
import type { AuthenticatedUser, Peer } from '../access/authenticator.ts';
import { DisclosedRefusal } from '../access/disclosed-refusal.ts';
import { whenKnown, type Eventually } from '../access/eventually.ts';
import type { Broker } from '../broker/broker.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import { ProtocolError } from './errors.ts';
import type { Limits } from './limits.ts';

/** A virtual host whose connections may be limited. */
interface LimitedVirtualHost {
  readonly limits?: { readonly 'max-connections'?: number } | null;
}

export interface AdmissionOptions {
  readonly broker: Broker;
  readonly access: AccessControl;
  readonly limits: Limits;
  readonly peer: Peer;
}

export class Admission {
  readonly #options: AdmissionOptions;
  /** Who was admitted, and where; null before and afterwards. */
  #counted: { readonly user: string; readonly vhost: string } | null = null;
  /** The connection is gone: nobody is left to be counted. */
  #isOver = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** @throws ProtocolError NOT_ALLOWED */
  enter(user: AuthenticatedUser, vhost: string): Eventually<VirtualHost> {
    this.#checkLimits(user, vhost);
    const { access, peer, broker } = this.#options;
    const refusal = `access to vhost '${vhost}' refused for user '${user.name}'`;
    const answer = disclosing(access.vhostAccess(user, vhost, peer), refusal);
    return whenKnown(answer, (isAllowed) => {
      if (!isAllowed || this.#isOver) refuse(refusal);
      // While somebody was asked others may have entered.
      const virtualHost = this.#checkLimits(user, vhost);
      broker.connectionCount++;
      access.usage.connectionOpened(user.name, vhost);
      this.#counted = { user: user.name, vhost };
      return virtualHost;
    });
  }

  #checkLimits(user: AuthenticatedUser, vhost: string): VirtualHost {
    const { broker, limits, access } = this.#options;
    const { usage, users } = access;
    if (broker.connectionCount >= limits.connectionMax) {
      refuse(`connection refused: node connection limit (${limits.connectionMax}) is reached`);
    }
    const virtualHost = broker.findVirtualHost(vhost);
    if (virtualHost === null) refuse(`vhost ${vhost} not found`);
    const { limits: hostLimits }: LimitedVirtualHost = virtualHost as LimitedVirtualHost;
    const ofHost = hostLimits?.['max-connections'] ?? -1;
    if (isReached(usage.connectionsIn(vhost), ofHost)) {
      const text = `access to vhost '${vhost}' refused for user '${user.name}'`;
      refuse(`${text}: connection limit (${ofHost}) is reached`);
    }
    const ofUser = users.find(user.name)?.limits['max-connections'] ?? -1;
    if (isReached(usage.connectionsOf(user.name), ofUser)) {
      const text = `connection refused for user '${user.name}'`;
      refuse(`${text}: user connection limit (${ofUser}) is reached`);
    }
    return virtualHost;
  }

  /** The connection is gone. */
  leave(): void {
    this.#isOver = true;
    if (this.#counted === null) return;
    const { user, vhost } = this.#counted;
    this.#counted = null;
    this.#options.broker.connectionCount--;
    this.#options.access.usage.connectionClosed(user, vhost);
  }
}

/** Tells the client why, where the back end wants it. */
export function disclosing(answer: Eventually<boolean>, refusal: string): Eventually<boolean> {
  if (!(answer instanceof Promise)) return answer;
  return answer.catch((error: unknown) => {
    if (error instanceof DisclosedRefusal) refuse(`${refusal} ${error.explanation}`);
    throw error;
  });
}

/** @param limit below 0: none */
export function isReached(count: number, limit: number): boolean {
  return limit >= 0 && count >= limit;
}

function refuse(explanation: string): never {
  throw new ProtocolError('NOT_ALLOWED', explanation);
}
