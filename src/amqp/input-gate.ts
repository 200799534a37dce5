/** Whether octets are taken from a connection's socket: not while there is any reason against it. */
import type { Transport } from './transport.ts';

/** The client leaves too much unread. */
export const UNSENT_OUTPUT = 1;
/** A method's answer is awaited: what follows it has to wait too. */
export const AWAITED_ANSWER = 2;
/** The connection ends, and what the client says no longer matters. */
export const ENDING = 4;
export type PauseReason = typeof UNSENT_OUTPUT | typeof AWAITED_ANSWER | typeof ENDING;

export class InputGate {
  readonly #transport: Transport;
  /** The reasons in force, as bits. */
  #reasons = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  close(reason: PauseReason): void {
    if (this.#reasons === 0) this.#transport.pause();
    this.#reasons |= reason;
  }

  /** Does nothing when the reason is not in force. */
  open(reason: PauseReason): void {
    if ((this.#reasons & reason) === 0) return;
    this.#reasons &= ~reason;
    if (this.#reasons === 0) this.#transport.resume();
  }
}
