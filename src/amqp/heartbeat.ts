/**
 * Heartbeats of one connection. One sweep of the listener serves all connections, and the hot path only sets two flags:
 * no timer and no clock per connection or per octet.
 */
import type { OutputBuffer } from './output-buffer.ts';
import { HEARTBEAT_FRAME } from './wire/frame.ts';

export class Heartbeat {
  /** Octets came since the last sweep. */
  hasReceived = false;
  readonly #out: OutputBuffer;
  #intervalMs = 0;
  #lastReceivedMs = 0;
  #lastSentMs = 0;

  constructor(out: OutputBuffer) {
    this.#out = out;
  }

  /** @param intervalSeconds as negotiated; 0 for no heartbeats */
  start(intervalSeconds: number, nowMs: number): void {
    this.#intervalMs = intervalSeconds * 1000;
    this.#lastReceivedMs = nowMs;
    this.#lastSentMs = nowMs;
  }

  /**
   * Sends a heartbeat after half an interval of our silence.
   *
   * @returns false when the peer was silent for more than two intervals: it is gone (behaviour 1.6)
   */
  sweep(nowMs: number): boolean {
    const intervalMs = this.#intervalMs;
    if (intervalMs === 0) return true;
    if (this.hasReceived) this.#lastReceivedMs = nowMs;
    if (this.#out.hasSent) this.#lastSentMs = nowMs;
    this.hasReceived = false;
    this.#out.hasSent = false;
    if (nowMs - this.#lastReceivedMs > 2 * intervalMs) return false;
    if (nowMs - this.#lastSentMs >= intervalMs / 2) {
      this.#out.sendAtOnce(HEARTBEAT_FRAME);
    }
    return true;
  }
}
