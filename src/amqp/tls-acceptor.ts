/** The handshake of TLS with clients that have just connected: who completes it is let in, others are told of and dropped. */
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Runtime } from '../runtime/runtime.ts';
import { renewTicketKeys } from '../runtime/session-tickets.ts';
import { certificateProblem, handshakeProblem } from '../runtime/tls-handshake.ts';
import type { TlsIdentity } from '../runtime/tls-identity.ts';
import type { Timer } from '../runtime/timers.ts';
import type { ProxiedEndpoints } from './proxy-header.ts';

export interface TlsAcceptorOptions {
  readonly identity: TlsIdentity;
  readonly serverOptions: TlsOptions;
  readonly runtime: Runtime;
  /** @param proxied what was given to `push` with this client */
  readonly onSecure: (socket: TLSSocket, proxied: ProxiedEndpoints | null) => void;
}

/** A client in the handshake. */
interface Client {
  readonly socket: Socket;
  readonly proxied: ProxiedEndpoints | null;
  /** For the log. */
  readonly peer: string;
}

export class TlsAcceptor {
  /** It listens nowhere: sockets are given to it. */
  readonly #server: Server;
  readonly #options: TlsAcceptorOptions;
  /** By address and port of the socket's other end. */
  readonly #clients = new Map<string, Client>();
  /** Those whose socket is closed, and whose handshake is about to fail for it: a socket that is closed has no address. */
  #left: Client[] = [];
  readonly #ticketTimer: Timer;
  readonly #ignore: () => void;

  constructor(options: TlsAcceptorOptions) {
    const { identity, serverOptions, runtime } = options;
    this.#options = options;
    this.#server = createServer({ ...serverOptions, ...identity.serverOptions });
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
    this.#ignore = identity.onChange(() =>
      this.#server.setSecureContext(identity.secureContextOptions),
    );
    this.#ticketTimer = renewTicketKeys(this.#server, runtime);
  }

  /** A client that has connected; what it has sent is still in its socket. */
  push(socket: Socket, proxied: ProxiedEndpoints | null): void {
    const key = keyOf(socket);
    const peer = proxied === null ? key : `${proxied.remoteAddress}:${proxied.remotePort}`;
    const client = { socket, proxied, peer };
    this.#clients.set(key, client);
    socket.once('close', () => {
      if (!this.#clients.delete(key)) return;
      this.#left.push(client);
      this.#options.runtime.timers.after(0, () => {
        this.#left = this.#left.filter((one) => one !== client);
      });
    });
    this.#server.emit('connection', socket);
  }

  #take(socket: TLSSocket): Client | undefined {
    const key = keyOf(socket);
    const client = this.#clients.get(key);
    if (client === undefined) return this.#left.shift();
    this.#clients.delete(key);
    return client;
  }

  #secured(socket: TLSSocket): void {
    const client = this.#take(socket);
    const problem = certificateProblem(socket, this.#options.identity.settings);
    if (problem === null) {
      this.#options.onSecure(socket, client?.proxied ?? null);
      return;
    }
    this.#options.runtime.log.warn(problem, { peer: client?.peer });
    socket.on('error', () => {});
    socket.destroy();
  }

  #failed(error: Error, socket: TLSSocket): void {
    const peer = this.#take(socket)?.peer;
    const { text, isHarmless } = handshakeProblem(error, socket);
    const { log } = this.#options.runtime;
    if (isHarmless) log.debug(`handshake of TLS ended: ${text}`, { peer });
    else log.warn(`handshake of TLS failed: ${text}`, { peer });
    // Node leaves it open when the time is up.
    socket.destroy();
  }

  close(): void {
    this.#ignore();
    this.#ticketTimer.cancel();
    for (const { socket } of this.#clients.values()) socket.destroy();
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
