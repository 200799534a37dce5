/** Accepts AMQP clients on a TCP port, and ends their connections in order. The only place that touches sockets. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Timer } from '../runtime/timers.ts';
import { Connection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';

/** How often heartbeats of all connections are looked after, in milliseconds. */
const SWEEP_MS = 250;
/** Octets that Node may hold for a socket before deliveries wait. */
const WRITE_BUFFER_OCTETS = 256 * 1024;

export interface ListenOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
}

export class AmqpListener {
  readonly #options: ConnectionOptions;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;
  #sweep: Timer | null = null;
  readonly #ignoreAlarms: () => void;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { alarms } = options.broker;
    this.#ignoreAlarms = alarms.onChange(() => {
      for (const connection of this.#connections) connection.alarmed();
    });
    this.#server = createServer({ noDelay: true, highWaterMark: WRITE_BUFFER_OCTETS }, (socket) =>
      this.#accept(socket),
    );
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Rejects when the port cannot be had (EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND). */
  async listen(options: ListenOptions): Promise<AddressInfo> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const { log, timers, clock } = this.#options.broker.runtime;
    server.on('error', (error) => log.error('listener failed', { error }));
    this.#sweep = timers.every(SWEEP_MS, () => {
      const nowMs = clock.monotonicMs();
      for (const connection of this.#connections) connection.sweep(nowMs);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP listener');
    return address;
  }

  #accept(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
    const endpoints = { remoteAddress, remotePort, localAddress, localPort };
    const connection = new Connection(this.#options, socket, endpoints);
    this.#connections.add(connection);
    socket.on('data', (chunk) => connection.onData(chunk));
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
    this.#sweep?.cancel();
    this.#ignoreAlarms();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) {
      connection.forceClose("broker forced connection closure with reason 'shutdown'");
    }
    await closed;
  }
}
