// Time that passes only when a test says so: a clock and timers that agree with each other.
import type { Clock } from '../../src/runtime/clock.ts';
import type { Timer, Timers } from '../../src/runtime/timers.ts';

interface Pending {
  atMs: number;
  readonly periodMs: number | null;
  readonly callback: () => void;
}

export class SimulatedTime implements Clock, Timers {
  #nowMs = 0;
  readonly #pending = new Set<Pending>();

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#start({ atMs: this.#nowMs + delayMs, periodMs: null, callback });
  }

  every(periodMs: number, callback: () => void): Timer {
    return this.#start({ atMs: this.#nowMs + periodMs, periodMs, callback });
  }

  /** How many timers are set. */
  get timerCount(): number {
    return this.#pending.size;
  }

  /** Lets time pass; timers fire in their order, each at its time. */
  pass(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      const due = [...this.#pending].filter(({ atMs }) => atMs <= endMs);
      const [next] = due.sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      if (next.periodMs === null) this.#pending.delete(next);
      else next.atMs += next.periodMs;
      next.callback();
    }
    this.#nowMs = endMs;
  }

  #start(pending: Pending): Timer {
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }
}
