// Connections that the broker makes to others, plain or with TLS; each is there in time or not at all.
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { tlsOptionsFor } from './tls-client.ts';

/** @throws Error of Node, or one that tells of the time */
export async function openSocket(host: string, port: number, timeoutMs: number): Promise<Socket> {
  const socket = connectPlain({ host, port, noDelay: true, keepAlive: true });
  return whenReady(socket, 'connect', timeoutMs);
}

/** TLS over a connection that is there. @throws as openSocket, and when the certificate is not believed */
export async function secureSocket(
  socket: Socket,
  host: string,
  options: ConnectionOptions,
  timeoutMs: number,
): Promise<Socket> {
  const secure = connectTls({ ...tlsOptionsFor(host, options), socket });
  return whenReady(secure, 'secureConnect', timeoutMs);
}

async function whenReady(socket: Socket, event: string, timeoutMs: number): Promise<Socket> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`not connected within ${timeoutMs} ms`)),
        timeoutMs,
      );
      socket.once(event, resolve);
      // Stays: a later error without a listener would end the process.
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
