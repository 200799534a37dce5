// Timers as the broker sees them, and the real ones. One timer per connection or per broker is
// fine; per message it is not: expiry and delays belong to the store's time index.

export interface Timer {
  /** Stops the timer; harmless once it has fired or been cancelled. */
  cancel(): void;
}

/**
 * Pending timers never keep the process alive. What keeps a broker running is its listening sockets
 * and connections, so a program that embeds one ends when these are closed, also where a timer was
 * forgotten.
 */
export interface Timers {
  /** Calls back once, `delayMs` milliseconds from now, never before this call has returned. */
  after(delayMs: number, callback: () => void): Timer;
  /** Calls back each `periodMs` milliseconds until cancelled. */
  every(periodMs: number, callback: () => void): Timer;
}

/** Node fires at once what is set for later than this (24.8 days): longer delays go in steps. */
const LONGEST_STEP_MS = 2 ** 31 - 1;

class SystemTimer implements Timer {
  #handle: NodeJS.Timeout | null = null;

  startOnce(delayMs: number, callback: () => void): void {
    const stepMs = Math.min(delayMs, LONGEST_STEP_MS);
    this.#handle = setTimeout(() => {
      const remainingMs = delayMs - stepMs;
      if (remainingMs > 0) {
        this.startOnce(remainingMs, callback);
      } else {
        callback();
      }
    }, stepMs).unref();
  }

  startPeriodic(periodMs: number, callback: () => void): void {
    this.#handle = setInterval(callback, periodMs).unref();
  }

  cancel(): void {
    // clearTimeout and clearInterval are the same function for a handle of either kind.
    if (this.#handle !== null) clearTimeout(this.#handle);
    this.#handle = null;
  }
}

export const systemTimers: Timers = {
  after(delayMs, callback) {
    const timer = new SystemTimer();
    timer.startOnce(delayMs, callback);
    return timer;
  },

  every(periodMs, callback) {
    if (periodMs > LONGEST_STEP_MS) throw new RangeError(`A period of ${periodMs} ms is too long`);
    const timer = new SystemTimer();
    timer.startPeriodic(periodMs, callback);
    return timer;
  },
};
