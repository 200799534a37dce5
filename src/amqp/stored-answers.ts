/**
 * Answers to declarations and deletions go out when these are durable. The client's next methods are carried out
 * meanwhile, so that many declarations share one sync; all that the connection is told waits with the first answer, which
 * keeps the order.
 */
import { UNSTORED_ANSWERS, type InputGate } from './input-gate.ts';
import type { OutputBuffer } from './output-buffer.ts';

/** Answers that may wait before nothing more is read. */
const WAITING_MAX = 4096;

export class StoredAnswers {
  readonly #out: OutputBuffer;
  readonly #gate: InputGate;
  /** Called when no answer waits any more. */
  readonly #onStored: () => void;
  #waitingCount = 0;
  #afterwards: (() => void) | null = null;

  constructor(out: OutputBuffer, gate: InputGate, onStored: () => void) {
    this.#out = out;
    this.#gate = gate;
    this.#onStored = onStored;
  }

  /** Calls back when no answer waits: at once, or later; until then nothing more is read. */
  afterwards(callback: () => void): void {
    if (this.#waitingCount === 0) {
      callback();
      return;
    }
    this.#gate.close(UNSTORED_ANSWERS);
    this.#afterwards = callback;
  }

  /**
   * What is written from now on waits.
   *
   * @param onFailure is told why it never will be durable: then nothing of what waits is sent
   */
  wait(durable: Promise<void>, onFailure: (error: unknown) => void): void {
    this.#out.hold();
    if (++this.#waitingCount >= WAITING_MAX) this.#gate.close(UNSTORED_ANSWERS);
    durable.then(
      () => this.#end(),
      (error: unknown) => {
        this.#out.discard();
        onFailure(error);
        this.#end();
      },
    );
  }

  #end(): void {
    if (--this.#waitingCount > 0) return;
    this.#out.release();
    this.#gate.open(UNSTORED_ANSWERS);
    const afterwards = this.#afterwards;
    this.#afterwards = null;
    afterwards?.();
    this.#onStored();
  }
}
