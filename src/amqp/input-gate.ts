/**
 * Whether anything is read from a connection: not while there is any reason against it. Every reason stops its socket;
 * most of them also stop the frames that have come already.
 */
import type { Transport } from './transport.ts';
import type { FrameReader } from './wire/frame-reader.ts';

/** The client leaves too much unread. What it has said already is heard. */
export const UNSENT_OUTPUT = 1;
/** A method's answer is awaited: what follows it has to wait too. */
export const AWAITED_ANSWER = 2;
/** The connection ends, and what the client says no longer matters. */
export const ENDING = 4;
/** The broker is short of something, and the client publishes. */
export const ALARM = 8;
/** Very many answers wait until what they tell is durable. */
export const UNSTORED_ANSWERS = 16;
export type PauseReason =
  | typeof UNSENT_OUTPUT
  | typeof AWAITED_ANSWER
  | typeof ENDING
  | typeof ALARM
  | typeof UNSTORED_ANSWERS;

const HOLDS_FRAMES = AWAITED_ANSWER | ENDING | ALARM | UNSTORED_ANSWERS;

export class InputGate {
  readonly #transport: Transport;
  readonly #reader: FrameReader;
  /** The reasons in force, as bits. */
  #reasons = 0;

  constructor(transport: Transport, reader: FrameReader) {
    this.#transport = transport;
    this.#reader = reader;
  }

  close(reason: PauseReason): void {
    if (this.#reasons === 0) this.#transport.pause();
    this.#reasons |= reason;
    if ((reason & HOLDS_FRAMES) !== 0) this.#reader.pause();
  }

  /** Does nothing when the reason is not in force. Let the reader run next: frames may have waited. */
  open(reason: PauseReason): void {
    if ((this.#reasons & reason) === 0) return;
    this.#reasons &= ~reason;
    if ((this.#reasons & HOLDS_FRAMES) === 0) this.#reader.resume();
    if (this.#reasons === 0) this.#transport.resume();
  }
}
