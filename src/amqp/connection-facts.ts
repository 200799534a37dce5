/** An open connection and its channels as others see them: read from their parts whenever somebody asks. */
import type { AuthenticatedUser } from '../access/authenticator.ts';
import type { Channel } from './channel.ts';
import { ChannelFacts } from './channel-facts.ts';
import type { ChannelMultiplexer } from './channel-multiplexer.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type { OpenConnectionState, RegisteredConnection } from './connection-registry.ts';
import { RUNNING, type ConnectionState } from './connection-state.ts';
import { connectionFacts } from './event-facts.ts';
import type { Handshake } from './handshake.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { PublishBlock } from './publish-block.ts';
import type { Traffic } from './traffic.ts';
import { plainAddress, type Endpoints, type TlsFacts } from './transport.ts';
import type { JsonObject } from './wire/field-table-json.ts';

/** The connection as seen from here. */
export interface DescribedConnection {
  readonly name: string;
  readonly endpoints: Endpoints;
  readonly handshake: Handshake;
  readonly channels: ChannelMultiplexer;
  readonly block: PublishBlock;
  readonly out: OutputBuffer;
  readonly state: ConnectionState;
  forceClose(reason: string): void;
}

export class ConnectionFacts implements RegisteredConnection {
  readonly name: string;
  readonly protocol = 'AMQP 0-9-1';
  readonly connectedAtMs: number;
  readonly #connection: DescribedConnection;

  readonly #options: ConnectionOptions;

  /** The connection is open. */
  constructor(connection: DescribedConnection, options: ConnectionOptions) {
    this.name = connection.name;
    this.connectedAtMs = options.broker.runtime.clock.nowMs();
    this.#connection = connection;
    this.#options = options;
    options.registry?.add(this);
    options.broker.totals.connectionsOpened++;
    options.broker.events.emit('connection.created', () => connectionFacts(this));
  }

  /** It is gone. */
  closed(): void {
    this.#options.registry?.remove(this);
    this.#connection.handshake.virtualHost?.endedClients.addConnection(this.traffic);
    this.#options.broker.totals.connectionsClosed++;
    this.#options.broker.events.emit('connection.closed', () => connectionFacts(this));
  }

  get userProvidedName(): string {
    return this.#connection.handshake.client?.connectionName ?? '';
  }

  get vhost(): string {
    return this.#connection.handshake.virtualHost?.name ?? '';
  }

  get user(): AuthenticatedUser {
    return this.#connection.handshake.access!.user;
  }

  get address(): string {
    return plainAddress(this.#connection.endpoints.localAddress);
  }

  get port(): number {
    return this.#connection.endpoints.localPort;
  }

  get peerAddress(): string {
    return plainAddress(this.#connection.endpoints.remoteAddress);
  }

  get peerPort(): number {
    return this.#connection.endpoints.remotePort;
  }

  get tls(): TlsFacts | null {
    return this.#connection.endpoints.tls;
  }

  get authMechanism(): string {
    return this.#connection.handshake.mechanismName;
  }

  get clientProperties(): JsonObject {
    return this.#connection.handshake.client?.properties ?? {};
  }

  get channelMax(): number {
    return this.#connection.handshake.negotiated?.channelMax ?? 0;
  }

  get frameMax(): number {
    return this.#connection.handshake.negotiated?.frameMax ?? 0;
  }

  get timeoutSeconds(): number {
    return this.#connection.handshake.negotiated?.heartbeatSeconds ?? 0;
  }

  get state(): OpenConnectionState {
    const { state, block } = this.#connection;
    if (state !== RUNNING) return 'closing';
    if (!block.isArmed) return 'running';
    if (block.isShort) return block.isBlocked ? 'blocked' : 'blocking';
    return block.isBlocked ? 'flow' : 'running';
  }

  get traffic(): Readonly<Traffic> {
    return this.#connection.out.traffic;
  }

  get sendPending(): number {
    return this.#connection.out.unsentOctets;
  }

  get channelCount(): number {
    return this.#connection.channels.size;
  }

  get channels(): Iterable<ChannelFacts> {
    return [...this.#connection.channels].map((channel) => this.channelFacts(channel));
  }

  channelFacts(channel: Channel): ChannelFacts {
    return new ChannelFacts(channel, this);
  }

  forceClose(reason: string): void {
    this.#connection.forceClose(reason);
  }
}
