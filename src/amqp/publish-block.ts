/**
 * A connection that publishes while the broker is short of memory or disk is read no further, and told so
 * (https://www.rabbitmq.com/docs/connection-blocked). One that only consumes goes on. While the disk only does not keep
 * up, nobody is told: that is over soon.
 */
import type { Alarms } from '../broker/alarms.ts';
import { ALARM, type InputGate } from './input-gate.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { encodeConnectionBlocked, encodeConnectionUnblocked } from './wire/generated/methods.ts';

export class PublishBlock {
  /** There is a reason to wait: the next content frame blocks. The one check that publishing pays for. */
  isArmed = false;
  isBlocked = false;
  readonly #alarms: Alarms;
  readonly #out: OutputBuffer;
  readonly #gate: InputGate;
  readonly #isNotified: () => boolean;
  #isTold = false;

  /** @param isNotified whether the client wants to be told */
  constructor(alarms: Alarms, out: OutputBuffer, gate: InputGate, isNotified: () => boolean) {
    this.#alarms = alarms;
    this.#out = out;
    this.#gate = gate;
    this.#isNotified = isNotified;
  }

  /** The broker is short of something, and not only held up. */
  get isShort(): boolean {
    return this.#alarms.reason !== null;
  }

  /** The alarms have changed. Where none is left frames that waited may be read. */
  alarmed(): void {
    const { reason, isHeldUp } = this.#alarms;
    this.isArmed = reason !== null || isHeldUp;
    if (!this.isArmed) this.release();
    else if (this.isBlocked) this.#tell(reason);
  }

  /** The client has published. */
  block(): void {
    if (this.isBlocked) return;
    this.isBlocked = true;
    this.#gate.close(ALARM);
    this.#tell(this.#alarms.reason);
  }

  /** No reason is left, or the connection ends. */
  release(): void {
    if (!this.isBlocked) return;
    this.isBlocked = false;
    this.#gate.open(ALARM);
    this.#tell(null);
  }

  /** Once that it is blocked, whatever for, and once that it is not. */
  #tell(reason: string | null): void {
    const isToTell = reason !== null;
    if (isToTell === this.#isTold || !this.#isNotified()) return;
    this.#isTold = isToTell;
    if (reason === null) encodeConnectionUnblocked(this.#out, 0, {});
    else encodeConnectionBlocked(this.#out, 0, { reason });
    this.#out.touch();
  }
}
