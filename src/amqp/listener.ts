/**
 * Accepts AMQP clients on TCP ports, with TLS or without, and ends their connections in order. The only place that
 * touches sockets.
 */
import {
  createServer,
  type AddressInfo,
  type Server,
  type ServerOpts,
  type Socket,
} from 'node:net';
import { TLSSocket } from 'node:tls';
import { CertificateWatch } from '../runtime/certificate-watch.ts';
import type { Timer } from '../runtime/timers.ts';
import type { CertificateFacts, TlsIdentity } from '../runtime/tls-identity.ts';
import { Connection } from './connection.ts';
import { ConnectionRegistry } from './connection-registry.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { RUNNING } from './connection-state.ts';
import type { ProxiedEndpoints } from './proxy-header.ts';
import { ProxiedSockets } from './proxied-sockets.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import { tlsProblem } from '../runtime/tls-handshake.ts';
import { tlsFacts } from './tls-facts.ts';

/** How often heartbeats of all connections are looked after, in milliseconds. */
const SWEEP_MS = 250;
/** Octets that Node may hold for a socket before deliveries wait. */
const WRITE_BUFFER_OCTETS = 256 * 1024;

export interface ListenOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
  /** Null or left out: not encrypted. */
  readonly tls?: TlsIdentity | null;
  readonly sockets?: Partial<SocketSettings>;
}

export interface SocketSettings {
  /** Connections that the system accepts before they are taken. */
  readonly backlog: number;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  /** How long the handshake of TLS may take, in milliseconds. */
  readonly tlsHandshakeTimeoutMs: number;
  /** Every connection begins with a PROXY header; others are refused. */
  readonly isProxied: boolean;
}

/** RabbitMQ's. */
const DEFAULT_SOCKETS: SocketSettings = {
  backlog: 128,
  noDelay: true,
  keepAlive: false,
  tlsHandshakeTimeoutMs: 5000,
  isProxied: false,
};

export interface ListenerOptions extends ConnectionOptions {
  /** Told of everything that is read, in octets. */
  readonly onRead?: (octets: number) => void;
}

export class AmqpListener {
  /** The connections that are open. */
  readonly registry: ConnectionRegistry;
  readonly #options: ConnectionOptions;
  readonly #onRead: (octets: number) => void;
  readonly #connections = new Set<Connection>();
  readonly #servers: Server[] = [];
  readonly #acceptors: TlsAcceptor[] = [];
  readonly #proxied: ProxiedSockets;
  readonly #certificates: CertificateWatch;
  readonly #timers: Timer[] = [];
  /** Ends what the listener is told by others. */
  readonly #ignore: readonly (() => void)[];

  constructor({ onRead = () => {}, ...options }: ListenerOptions) {
    this.registry = options.registry ?? new ConnectionRegistry();
    this.#options = { ...options, registry: this.registry };
    this.#onRead = onRead;
    const { alarms, runtime } = options.broker;
    this.#certificates = new CertificateWatch(runtime);
    this.#proxied = new ProxiedSockets(runtime, options.limits.handshakeTimeoutMs);
    this.#ignore = [
      alarms.onChange(() => {
        for (const connection of this.#connections) connection.alarmed();
      }),
      options.access.onChange(({ is, user }) => {
        if (is === 'user-deleted') this.#closeAllOf(user);
      }),
    ];
    this.#every(SWEEP_MS, () => {
      const [monotonicMs, nowMs] = [runtime.clock.monotonicMs(), runtime.clock.nowMs()];
      for (const connection of this.#connections) connection.sweep(monotonicMs, nowMs);
    });
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /**
   * Listens on a port; may be called for several. Rejects when the port cannot be had (EADDRINUSE, EACCES,
   * EADDRNOTAVAIL, ENOTFOUND).
   */
  async listen({ port, host, tls = null, sockets = {} }: ListenOptions): Promise<AddressInfo> {
    const settings = { ...DEFAULT_SOCKETS, ...sockets };
    const { backlog, isProxied } = settings;
    const take = this.#taking(tls, settings);
    const server = createServer(socketOptions(settings), (socket) => {
      if (isProxied) this.#proxied.read(socket, (endpoints) => take(socket, endpoints));
      else take(socket, null);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, backlog }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#servers.push(server);
    const { log } = this.#options.broker.runtime;
    server.on('error', (error) => log.error('listener failed', { error }));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP listener');
    return address;
  }

  /** What is done with a socket once it is known who is at its other end. */
  #taking(
    identity: TlsIdentity | null,
    settings: SocketSettings,
  ): (socket: Socket, proxied: ProxiedEndpoints | null) => void {
    if (identity === null) return (socket, proxied) => this.#accept(socket, proxied);
    const { runtime } = this.#options.broker;
    const acceptor = new TlsAcceptor({
      identity,
      runtime,
      serverOptions: {
        ...socketOptions(settings),
        handshakeTimeout: settings.tlsHandshakeTimeoutMs,
      },
      onSecure: (socket, proxied) => this.#accept(socket, proxied),
    });
    this.#acceptors.push(acceptor);
    this.#certificates.add(identity);
    return (socket, proxied) => acceptor.push(socket, proxied);
  }

  get certificates(): readonly CertificateFacts[] {
    return this.#certificates.certificates;
  }

  /** Reads files of certificates that have changed: new connections get what is in them now. */
  refreshCertificates(): void {
    this.#certificates.refresh();
  }

  #closeAllOf(user: string): void {
    for (const connection of this.#connections) {
      const isTheirs = connection.state === RUNNING && connection.access.user.name === user;
      if (isTheirs) connection.forceClose(`user '${user}' is deleted`);
    }
  }

  #every(periodMs: number, task: () => void): void {
    this.#timers.push(this.#options.broker.runtime.timers.every(periodMs, task));
  }

  #accept(socket: Socket, proxied: ProxiedEndpoints | null): void {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
    const tls = socket instanceof TLSSocket ? tlsFacts(socket) : null;
    const ends = proxied ?? { remoteAddress, remotePort, localAddress, localPort };
    const endpoints = { ...ends, tls };
    const connection = new Connection(this.#options, socket, endpoints);
    this.#connections.add(connection);
    socket.on('data', (chunk) => {
      connection.onData(chunk);
      this.#onRead(chunk.length);
    });
    socket.on('drain', () => connection.onDrain());
    // 'close' follows, and says all that matters: a reset is how clients die.
    socket.on('error', (error) => {
      const problem = socket instanceof TLSSocket ? tlsProblem(error, socket) : null;
      if (problem !== null) connection.log.warn(`TLS failed: ${problem}`);
    });
    socket.on('close', () => {
      this.#connections.delete(connection);
      connection.onClosed();
    });
  }

  /** Stops accepting, closes every connection with 320, and returns when all are gone. */
  async close(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    for (const ignore of this.#ignore) ignore();
    const closed = this.#servers.map((server) => closing(server));
    this.#certificates.close();
    this.#proxied.close();
    for (const acceptor of this.#acceptors) acceptor.close();
    for (const connection of this.#connections) {
      connection.forceClose("broker forced connection closure with reason 'shutdown'");
    }
    await Promise.all(closed);
  }
}

function socketOptions({ noDelay, keepAlive }: SocketSettings): ServerOpts {
  return { noDelay, keepAlive, highWaterMark: WRITE_BUFFER_OCTETS };
}

async function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
