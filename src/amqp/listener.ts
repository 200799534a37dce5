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
import { createServer as createTlsServer, type Server as TlsServer, TLSSocket } from 'node:tls';
import type { Timer } from '../runtime/timers.ts';
import { TlsFileError, type CertificateFacts, type TlsIdentity } from '../runtime/tls-identity.ts';
import { Connection } from './connection.ts';
import { ConnectionRegistry } from './connection-registry.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { RUNNING } from './connection-state.ts';
import { certificateProblem, tlsFacts } from './tls-client.ts';

/** How often heartbeats of all connections are looked after, in milliseconds. */
const SWEEP_MS = 250;
/** How often the files of certificates are looked at, in milliseconds. */
const CERTIFICATE_SWEEP_MS = 10_000;
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
}

/** RabbitMQ's. */
const DEFAULT_SOCKETS: SocketSettings = {
  backlog: 128,
  noDelay: true,
  keepAlive: false,
  tlsHandshakeTimeoutMs: 5000,
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
  /** Sockets in the handshake of TLS, by the peer. */
  readonly #handshaking = new Map<string, Socket>();
  readonly #servers: Server[] = [];
  readonly #identities: TlsIdentity[] = [];
  readonly #timers: Timer[] = [];
  /** Ends what the listener is told by others. */
  readonly #ignore: readonly (() => void)[];

  constructor({ onRead = () => {}, ...options }: ListenerOptions) {
    this.registry = options.registry ?? new ConnectionRegistry();
    this.#options = { ...options, registry: this.registry };
    this.#onRead = onRead;
    const { alarms, runtime } = options.broker;
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
    this.#every(CERTIFICATE_SWEEP_MS, () => this.refreshCertificates());
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
    const { backlog } = settings;
    const server = tls === null ? this.#plainServer(settings) : this.#tlsServer(tls, settings);
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

  #plainServer(settings: SocketSettings): Server {
    return createServer(socketOptions(settings), (socket) => this.#accept(socket));
  }

  #tlsServer(tls: TlsIdentity, settings: SocketSettings): TlsServer {
    const server = createTlsServer({
      ...socketOptions(settings),
      ...tls.serverOptions,
      handshakeTimeout: settings.tlsHandshakeTimeoutMs,
    });
    const { log } = this.#options.broker.runtime;
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      this.#handshaking.set(peer, socket);
      socket.once('close', () => this.#handshaking.delete(peer));
    });
    server.on('secureConnection', (socket) => {
      const peer = peerOf(socket);
      this.#handshaking.delete(peer);
      const problem = certificateProblem(socket, tls.settings);
      if (problem === null) this.#accept(socket);
      else {
        log.warn(problem, { peer });
        socket.destroy();
      }
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException, { remoteAddress = '' }) => {
      // Who only probes the port says nothing.
      if (error.code === 'ECONNRESET') log.debug('closed during the handshake of TLS');
      else log.warn(`handshake of TLS failed: ${error.message}`, { peer: remoteAddress });
    });
    tls.onChange(() => server.setSecureContext(tls.secureContextOptions));
    this.#identities.push(tls);
    return server;
  }

  get certificates(): readonly CertificateFacts[] {
    return this.#identities.flatMap(({ certificates }) => certificates);
  }

  /** Reads files of certificates that have changed: new connections get what is in them now. */
  refreshCertificates(): void {
    for (const identity of this.#identities) this.#refresh(identity);
  }

  #refresh(tls: TlsIdentity): void {
    const { log } = this.#options.broker.runtime;
    try {
      if (tls.refresh()) log.info('TLS certificates read again');
    } catch (error) {
      if (!(error instanceof TlsFileError)) throw error;
      log.error(`${error.message}; what was read before stays in force`);
    }
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

  #accept(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
    const tls = socket instanceof TLSSocket ? tlsFacts(socket) : null;
    const endpoints = { remoteAddress, remotePort, localAddress, localPort, tls };
    const connection = new Connection(this.#options, socket, endpoints);
    this.#connections.add(connection);
    socket.on('data', (chunk) => {
      connection.onData(chunk);
      this.#onRead(chunk.length);
    });
    socket.on('drain', () => connection.onDrain());
    // 'close' follows, and says all that matters: a reset is how clients die.
    socket.on('error', () => {});
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
    for (const socket of this.#handshaking.values()) socket.destroy();
    for (const connection of this.#connections) {
      connection.forceClose("broker forced connection closure with reason 'shutdown'");
    }
    await Promise.all(closed);
  }
}

function socketOptions({ noDelay, keepAlive }: SocketSettings): ServerOpts {
  return { noDelay, keepAlive, highWaterMark: WRITE_BUFFER_OCTETS };
}

function peerOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

async function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
