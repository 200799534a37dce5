// A network between a client and a broker that a test can cut: silently, as when a cable is pulled. Both sides stay
// connected to something that takes nothing and says nothing.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  /** Connections that clients have made, ever. */
  madeCount = 0;

  private constructor(target: number) {
    this.#server = createServer((client) => {
      this.madeCount++;
      const broker = connect(target, '127.0.0.1');
      this.#join(client, broker);
      this.#join(broker, client);
    });
  }

  /** A proxy for a port of this machine. */
  static async open(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open, each with two sockets. */
  get openCount(): number {
    return this.#sockets.size / 2;
  }

  /** From now on nothing passes in either direction, and nobody is told. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => {});
    from.on('data', (octets) => {
      if (!this.#isCut) to.write(octets);
    });
    from.on('close', () => {
      this.#sockets.delete(from);
      // The end of a connection passes no cut either.
      if (!this.#isCut) to.destroy();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
