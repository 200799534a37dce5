/**
 * Work on very many things, done in slices with turns between them, so that it holds up nobody for long: a change of
 * policies with a hundred thousand queues, or the end of a virtual host that has them.
 */
import type { Clock } from '../runtime/clock.ts';
import { Deadline, type Deadlines } from './deadlines.ts';
import { ignoreFailure, type Durable } from './stored-definitions.ts';
import type { Turn } from './turn.ts';

/** How long a slice takes, in milliseconds, but for its last steps. */
const SLICE_MS = 10;
/** Steps between two looks at the clock. */
const STEPS = 16;

export class SlicedWork {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #turn: Turn;
  readonly #next = new Deadline(() => this.#work());
  #steps: Iterator<Durable> | null = null;
  #done: PromiseWithResolvers<void> | null = null;

  constructor(clock: Clock, deadlines: Deadlines, turn: Turn) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#turn = turn;
  }

  /**
   * Does the first slice at once; nothing is left to wait for when that was all. Work that is under way is given up for
   * the new one, and whoever waits for it waits for the new one.
   *
   * @param steps a step that gives a promise is the last one until that resolves
   */
  run(steps: Iterator<Durable>): Durable {
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
        const step = this.#steps?.next();
        if (step === undefined || step.done === true) {
          this.#finish();
          return;
        }
        if (step.value !== undefined) {
          this.#workAfter(step.value);
          return;
        }
      }
    } while (this.#clock.monotonicMs() < endMs);
    // Not at once: what is due at once is done before anything else is heard.
    this.#deadlines.set(this.#next, this.#turn.nowMs() + 1);
  }

  /** Where this fails, because the store is closed, the work ends here. */
  #workAfter(durable: Promise<void>): void {
    const steps = this.#steps;
    const proceed = (): void => {
      if (this.#steps !== steps) return;
      this.#work();
      this.#turn.end();
    };
    ignoreFailure(durable.then(proceed));
  }

  #finish(): void {
    this.#steps = null;
    this.#deadlines.clear(this.#next);
    this.#done?.resolve();
    this.#done = null;
  }
}
