/** `x-expires`: a queue that nobody uses for a while ends (https://www.rabbitmq.com/docs/ttl#queue-ttl). */
import { Deadline, type Deadlines } from '../deadlines.ts';
import type { Turn } from '../turn.ts';

export class QueueLease {
  #durationMs: number;
  readonly #turn: Turn;
  readonly #deadlines: Deadlines;
  readonly #onEnd: () => void;
  readonly #end = new Deadline((nowMs) => this.#onReached(nowMs));
  #lastUsedMs = 0;

  /** @param durationMs in milliseconds; -1 for ever */
  constructor(durationMs: number, turn: Turn, deadlines: Deadlines, onEnd: () => void) {
    this.#durationMs = durationMs;
    this.#turn = turn;
    this.#deadlines = deadlines;
    this.#onEnd = onEnd;
  }

  /** Somebody has used the queue, which has no consumers: the time counts anew. */
  renew(): void {
    if (this.#durationMs < 0) return;
    this.#lastUsedMs = this.#turn.nowMs();
    // A deadline that comes too early is moved when it comes: cheaper than moving it each time.
    if (this.#end.index < 0) this.#deadlines.set(this.#end, this.#lastUsedMs + this.#durationMs);
  }

  /** Another duration, which counts from now; -1 for ever. */
  change(durationMs: number, isUnused: boolean): void {
    if (durationMs === this.#durationMs) return;
    this.#durationMs = durationMs;
    this.suspend();
    if (isUnused) this.renew();
  }

  /** The queue has consumers, or is gone. */
  suspend(): void {
    this.#deadlines.clear(this.#end);
  }

  #onReached(nowMs: number): void {
    const endMs = this.#lastUsedMs + this.#durationMs;
    if (endMs <= nowMs) this.#onEnd();
    else this.#deadlines.set(this.#end, endMs);
  }
}
