/** Sockets that a load balancer has opened for others: reads the PROXY header that says for whom, before anything else is read. */
import type { Socket } from 'node:net';
import type { Runtime } from '../runtime/runtime.ts';
import { ProxyHeaderReader, type ProxiedEndpoints } from './proxy-header.ts';

export class ProxiedSockets {
  readonly #runtime: Runtime;
  readonly #timeoutMs: number;
  /** Those whose header is not complete. */
  readonly #waiting = new Set<Socket>();

  /** @param timeoutMs how long the header may take to come */
  constructor(runtime: Runtime, timeoutMs: number) {
    this.#runtime = runtime;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * `onHeader` is called when the header is there; what follows it is in the socket then, unread. A socket without one is
   * dropped.
   */
  read(socket: Socket, onHeader: (endpoints: ProxiedEndpoints | null) => void): void {
    const { log, timers } = this.#runtime;
    const { remoteAddress = '', remotePort = 0 } = socket;
    const peer = `${remoteAddress}:${remotePort}`;
    const reader = new ProxyHeaderReader();
    this.#waiting.add(socket);
    const refuse = (reason: string): void => {
      log.warn(`refused: ${reason}`, { peer });
      done();
      socket.destroy();
    };
    const deadline = timers.after(this.#timeoutMs, () => refuse('its PROXY header did not come'));
    const onReadable = (): void => {
      for (;;) {
        const chunk = socket.read() as Buffer | null;
        if (chunk === null) return;
        const verdict = reader.push(chunk);
        if (verdict.is === 'other') return refuse(verdict.hint);
        if (verdict.is === 'header') {
          done();
          if (verdict.rest.length > 0) socket.unshift(verdict.rest);
          return onHeader(verdict.endpoints);
        }
      }
    };
    const onClose = (): void => {
      log.debug('closed before its PROXY header was there', { peer });
      done();
    };
    const onEnd = (): void => void socket.destroy();
    const onError = (): void => {};
    const done = (): void => {
      deadline.cancel();
      this.#waiting.delete(socket);
      socket.off('readable', onReadable).off('end', onEnd).off('close', onClose);
    };
    socket.on('readable', onReadable).on('end', onEnd).on('close', onClose).on('error', onError);
  }

  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}
