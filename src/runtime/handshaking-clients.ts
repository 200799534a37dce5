// Clients in the handshake of TLS, and what was known of each when it connected: a socket that has failed has no address any more.
import type { Socket } from 'node:net';
import type { Timers } from './timers.ts';

interface Client<T> {
  readonly socket: Socket;
  readonly facts: T;
}

export class HandshakingClients<T> {
  readonly #timers: Timers;
  /** By address and port of the other end. */
  readonly #clients = new Map<string, Client<T>>();
  /** Those whose socket is closed, and whose handshake is about to fail for it, in the order in which they will. */
  #left: Client<T>[] = [];

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** One has connected. */
  add(socket: Socket, facts: T): void {
    const key = addressOf(socket);
    const client = { socket, facts };
    this.#clients.set(key, client);
    socket.once('close', () => {
      if (!this.#clients.delete(key)) return;
      this.#left.push(client);
      this.#timers.after(0, () => {
        this.#left = this.#left.filter((one) => one !== client);
      });
    });
  }

  /** Its handshake is complete. Undefined when it is gone already: then nobody can say for sure who it was. */
  completed(socket: Socket): T | undefined {
    const key = addressOf(socket);
    const client = this.#clients.get(key);
    this.#clients.delete(key);
    return client?.facts;
  }

  /** Its handshake has failed. Of one that is gone the answer is a guess, for the log only. */
  failed(socket: Socket): T | undefined {
    return this.completed(socket) ?? this.#left.shift()?.facts;
  }

  /** Ends all of them. */
  destroyAll(): void {
    for (const { socket } of this.#clients.values()) socket.destroy();
  }
}

/** The other end, for the log. */
export function addressOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
