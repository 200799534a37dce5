/**
 * A connection that publishes while the broker is short of memory or disk is read no further, and told so
 * (https://www.rabbitmq.com/docs/connection-blocked). One that only consumes goes on.
 */
import { ALARM, type InputGate } from './input-gate.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { encodeConnectionBlocked, encodeConnectionUnblocked } from './wire/generated/methods.ts';

export class PublishBlock {
  /** There is an alarm: the next content frame blocks. The one check that publishing pays for. */
  isArmed = false;
  isBlocked = false;
  readonly #out: OutputBuffer;
  readonly #gate: InputGate;
  readonly #isNotified: () => boolean;
  #reason = '';

  /** @param isNotified whether the client wants to be told */
  constructor(out: OutputBuffer, gate: InputGate, isNotified: () => boolean) {
    this.#out = out;
    this.#gate = gate;
    this.#isNotified = isNotified;
  }

  /** The alarms have changed. @param reason null when there is none any more; then frames that waited may be read */
  alarmed(reason: string | null): void {
    this.isArmed = reason !== null;
    this.#reason = reason ?? '';
    if (reason === null) this.release();
  }

  /** The client has published. */
  block(): void {
    if (this.isBlocked) return;
    this.isBlocked = true;
    this.#gate.close(ALARM);
    if (!this.#isNotified()) return;
    encodeConnectionBlocked(this.#out, 0, { reason: this.#reason });
    this.#out.touch();
  }

  /** No alarm is left, or the connection ends. */
  release(): void {
    if (!this.isBlocked) return;
    this.isBlocked = false;
    this.#gate.open(ALARM);
    if (!this.#isNotified()) return;
    encodeConnectionUnblocked(this.#out, 0, {});
    this.#out.touch();
  }
}
