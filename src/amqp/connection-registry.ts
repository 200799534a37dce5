/** The connections that are open: for those who list, count and close them. */
import type { AuthenticatedUser } from '../access/authenticator.ts';
import type { ChannelCounters } from '../broker/statistics/counters.ts';
import type { Consumer } from '../broker/queue/consumer.ts';
import type { TlsFacts } from './transport.ts';
import type { Traffic } from './traffic.ts';
import type { FieldTable } from './wire/field-table.ts';
import type { JsonObject } from './wire/field-table-json.ts';

/**
 * `blocking`: it is blocked as soon as it publishes. `blocked`: it has published, and the broker is short of memory or
 * disk. `flow`: it is held up for a moment.
 */
export type OpenConnectionState = 'running' | 'blocking' | 'blocked' | 'flow' | 'closing';

export interface OpenConnection {
  /** `127.0.0.1:50000 -> 127.0.0.1:5672` */
  readonly name: string;
  /** What the client calls it; empty when it says nothing. */
  readonly userProvidedName: string;
  readonly vhost: string;
  readonly user: AuthenticatedUser;
  readonly address: string;
  readonly port: number;
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly protocol: 'AMQP 0-9-1';
  /** Null for a connection that is not encrypted. */
  readonly tls: TlsFacts | null;
  /** Such as `PLAIN`. */
  readonly authMechanism: string;
  readonly clientProperties: JsonObject;
  readonly channelMax: number;
  /** In octets; 0 for no limit. */
  readonly frameMax: number;
  /** Of heartbeats; 0 for none. */
  readonly timeoutSeconds: number;
  /** In milliseconds since 1970. */
  readonly connectedAtMs: number;
  readonly state: OpenConnectionState;
  /** The same object for as long as the connection is open. */
  readonly traffic: Readonly<Traffic>;
  /** Octets that the client has not taken yet. */
  readonly sendPending: number;
  readonly channelCount: number;
  /** Those that are open, as they are now. */
  readonly channels: Iterable<OpenChannel>;
}

export interface OpenChannel {
  /** `<name of the connection> (<number>)` */
  readonly name: string;
  readonly number: number;
  readonly connection: OpenConnection;
  readonly state: 'running' | 'flow' | 'closing';
  readonly isConfirming: boolean;
  readonly isTransactional: boolean;
  /** For consumers to come; 0 for no limit. */
  readonly prefetchCount: number;
  readonly globalPrefetchCount: number;
  readonly unackedCount: number;
  /** Publishes whose confirm was not sent yet. */
  readonly unconfirmedCount: number;
  /** Publishes of the transaction under way. */
  readonly uncommittedCount: number;
  /** Settlements of the transaction under way. */
  readonly uncommittedAckCount: number;
  readonly consumerCount: number;
  readonly consumers: Iterable<OpenConsumer>;
  /** The same object for as long as the channel is open. */
  readonly counters: Readonly<ChannelCounters>;
}

export interface OpenConsumer {
  readonly tag: string;
  readonly isAckRequired: boolean;
  readonly isExclusive: boolean;
  readonly prefetchCount: number;
  readonly arguments: FieldTable;
  /** Its queue serves it; false for those that wait for their turn as the single active consumer. */
  readonly isActive: boolean;
  readonly activityStatus: 'up' | 'single_active' | 'waiting';
  readonly queue: { readonly name: string; readonly vhost: string };
  readonly channel: OpenChannel;
  /** How long it may hold a delivery, in milliseconds; 0 for as long as it likes. */
  readonly timeoutMs: number;
}

/** A receiver of deliveries that can say what its consumers are. */
interface DescribingTarget {
  describe(consumer: Consumer): OpenConsumer;
}

/** What the registry keeps of a connection: it adds itself when it is open, and leaves when it is gone. */
export interface RegisteredConnection extends OpenConnection {
  forceClose(reason: string): void;
}

export class ConnectionRegistry {
  readonly #byName = new Map<string, RegisteredConnection>();

  get size(): number {
    return this.#byName.size;
  }

  /** In the order in which they were opened. */
  [Symbol.iterator](): Iterator<OpenConnection> {
    return this.#byName.values();
  }

  find(name: string): OpenConnection | null {
    return this.#byName.get(name) ?? null;
  }

  /** The connection that stands as the owner of an exclusive queue; null for one that is not open. */
  ofOwner(owner: object): OpenConnection | null {
    const { name } = owner as { readonly name?: string };
    return this.find(name ?? '');
  }

  /** The client is told (320), and has to go. False when there is no such connection. */
  close(name: string, reason: string): boolean {
    const connection = this.#byName.get(name);
    if (connection === undefined) return false;
    connection.forceClose(reason);
    return true;
  }

  /** All that is counted in connections and channels, for those who measure rates. */
  *counters(): Generator<object> {
    for (const connection of this.#byName.values()) {
      yield connection.traffic;
      for (const { counters } of connection.channels) yield counters;
    }
  }

  /** What a consumer of a queue (`queue.consumers`) is; null for one that no connection has. */
  consumerOf(consumer: Consumer): OpenConsumer | null {
    const target = consumer.target as Partial<DescribingTarget>;
    return target.describe?.(consumer) ?? null;
  }

  /** Of the front end: a connection is open. */
  add(connection: RegisteredConnection): void {
    this.#byName.set(connection.name, connection);
  }

  /** Of the front end: it is gone. */
  remove(connection: RegisteredConnection): void {
    if (this.#byName.get(connection.name) === connection) this.#byName.delete(connection.name);
  }
}
