/** The handshake of TLS with clients that have just connected: who completes it is let in, others are told of and dropped. */
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { addressOf, HandshakingClients } from '../runtime/handshaking-clients.ts';
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

/** What is known of a client in the handshake. */
interface ClientFacts {
  readonly proxied: ProxiedEndpoints | null;
  /** For the log. */
  readonly peer: string;
}

export class TlsAcceptor {
  /** It listens nowhere: sockets are given to it. */
  readonly #server: Server;
  readonly #options: TlsAcceptorOptions;
  readonly #clients: HandshakingClients<ClientFacts>;
  readonly #ticketTimer: Timer;
  readonly #ignore: () => void;

  constructor(options: TlsAcceptorOptions) {
    const { identity, serverOptions, runtime } = options;
    this.#options = options;
    this.#clients = new HandshakingClients(runtime.timers);
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
    const peer =
      proxied === null ? addressOf(socket) : `${proxied.remoteAddress}:${proxied.remotePort}`;
    this.#clients.add(socket, { proxied, peer });
    this.#server.emit('connection', socket);
  }

  #secured(socket: TLSSocket): void {
    const client = this.#clients.completed(socket);
    const problem = certificateProblem(socket, this.#options.identity.settings);
    if (client !== undefined && problem === null) {
      this.#options.onSecure(socket, client.proxied);
      return;
    }
    if (problem !== null) this.#options.runtime.log.warn(problem, { peer: client?.peer });
    socket.on('error', () => {});
    socket.destroy();
  }

  #failed(error: Error, socket: TLSSocket): void {
    const peer = this.#clients.failed(socket)?.peer;
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
    this.#clients.destroyAll();
  }
}
