// A port for a broker that ends and comes back at the same address.
import { connect } from 'node:net';

/** Below the ports that systems give to whoever asks for any, so that nobody gets ours meanwhile. */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

/** A port on 127.0.0.1 at which nobody listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
