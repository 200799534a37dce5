/** How the socket of a connection ends: when all is sent, or after a while; and never later than its deadline. */
import type { Logger } from '../runtime/logger.ts';
import type { Timer, Timers } from '../runtime/timers.ts';
import { ENDING, type InputGate } from './input-gate.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { Transport } from './transport.ts';

export interface SocketEndOptions {
  readonly transport: Transport;
  readonly gate: InputGate;
  readonly out: OutputBuffer;
  readonly timers: Timers;
  readonly log: Logger;
  /** How long the peer has to end its side, in milliseconds. */
  readonly closeTimeoutMs: number;
}

export class SocketEnd {
  readonly #options: SocketEndOptions;
  #deadline: Timer | null = null;

  constructor(options: SocketEndOptions) {
    this.#options = options;
  }

  /** Sends what is there and ends the socket. */
  now(): void {
    const { out, transport } = this.#options;
    out.flush();
    transport.end();
    this.await();
  }

  /** Nothing more is read; the socket ends after a while, so that guessing and hammering stay slow. */
  later(): void {
    this.#options.gate.close(ENDING);
    this.await();
  }

  /** The peer's side is due: it has as long as the close timeout. */
  await(): void {
    this.setDeadline(this.#options.closeTimeoutMs, null);
  }

  /** The socket is dropped after a while, unless that is called off. @param reason for the log; null for none */
  setDeadline(delayMs: number, reason: string | null): void {
    const { timers, log, transport } = this.#options;
    this.#deadline?.cancel();
    this.#deadline = timers.after(delayMs, () => {
      if (reason !== null) log.warn(reason);
      transport.destroy();
    });
  }

  callOff(): void {
    this.#deadline?.cancel();
    this.#deadline = null;
  }
}
