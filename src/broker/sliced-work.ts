/**
 * Work on very many things, done in slices with turns between them, so that it holds up nobody for long: a change of
 * policies with a hundred thousand queues, or the end of a virtual host that has them.
 */
import type { Clock } from '../runtime/clock.ts';
import { Deadline, type Deadlines } from './deadlines.ts';
import type { Durable } from './stored-definitions.ts';
import type { Turn } from './turn.ts';

/** How long a slice takes, in milliseconds, but for its last steps. */
const SLICE_MS = 10;
/** Steps between two looks at the clock. */
const STEPS = 64;

export class SlicedWork {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #turn: Turn;
  readonly #next = new Deadline(() => this.#work());
  #steps: Iterator<void> | null = null;
  #done: PromiseWithResolvers<void> | null = null;

  constructor(clock: Clock, deadlines: Deadlines, turn: Turn) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#turn = turn;
  }

  /**
   * Does the first slice at once; nothing is left to wait for when that was all. Work that is under way is given up for
   * the new one, and whoever waits for it waits for the new one.
   */
  run(steps: Iterator<void>): Durable {
    this.#steps = steps;
    this.#work();
    this.#turn.end();
    if (this.#steps === null) return undefined;
    this.#done ??= Promise.withResolvers<void>();
    return this.#done.promise;
  }

  #work(): void {
    const endMs = this.#clock.monotonicMs() + SLICE_MS;
    do {
      for (let i = 0; i < STEPS; i++) {
        if (this.#steps?.next().done !== false) {
          this.#finish();
          return;
        }
      }
    } while (this.#clock.monotonicMs() < endMs);
    this.#deadlines.set(this.#next, this.#turn.nowMs());
  }

  #finish(): void {
    this.#steps = null;
    this.#deadlines.clear(this.#next);
    this.#done?.resolve();
    this.#done = null;
  }
}
