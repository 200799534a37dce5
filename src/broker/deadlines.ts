/**
 * The deadlines of the broker: the head of a queue that expires, a queue that nobody uses, a message to be tried again.
 * Each owner has one entry however many messages it holds, and one timer serves them all: a binary heap, ordered by time,
 * in which every entry knows its place, so that moving one costs O(log n).
 */
import type { Timer, Timers } from '../runtime/timers.ts';
import type { Turn } from './turn.ts';

/** Something to be done at some time. Belongs to at most one place of the heap. */
export class Deadline {
  /** On the turn's clock, in milliseconds; Infinity while nothing is due. */
  atMs: number = Number.POSITIVE_INFINITY;
  readonly onReached: (nowMs: number) => void;
  /** Place in the heap; -1 while nothing is due. */
  index = -1;

  /** @param onReached called once for each time that was set, within a turn */
  constructor(onReached: (nowMs: number) => void) {
    this.onReached = onReached;
  }
}

export class Deadlines {
  readonly #turn: Turn;
  readonly #timers: Timers;
  readonly #onError: (error: unknown) => void;
  readonly #heap: Deadline[] = [];
  #timer: Timer | null = null;
  #timerAtMs: number = Number.POSITIVE_INFINITY;

  constructor(turn: Turn, timers: Timers, onError: (error: unknown) => void) {
    this.#turn = turn;
    this.#timers = timers;
    this.#onError = onError;
  }

  /** Sets, moves or, with Infinity, clears a deadline. */
  set(deadline: Deadline, atMs: number): void {
    if (deadline.atMs === atMs) return;
    deadline.atMs = atMs;
    if (atMs === Number.POSITIVE_INFINITY) {
      this.#remove(deadline);
    } else if (deadline.index < 0) {
      this.#heap.push(deadline);
      this.#rise(deadline, this.#heap.length - 1);
    } else {
      this.#place(deadline, deadline.index);
    }
    this.#startTimer();
  }

  clear(deadline: Deadline): void {
    this.set(deadline, Number.POSITIVE_INFINITY);
  }

  /** Ends the timer: nothing is reached any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAtMs = Number.NEGATIVE_INFINITY;
  }

  /** One timer for the earliest. One that is set too early finds nothing due and is set again: cheaper than moving it. */
  #startTimer(): void {
    const earliest = this.#heap[0];
    if (earliest === undefined || earliest.atMs >= this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = earliest.atMs;
    const delayMs = Math.max(1, earliest.atMs - this.#turn.nowMs());
    this.#timer = this.#timers.after(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#timer = null;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#turn.nowMs();
    for (;;) {
      const earliest = this.#heap[0];
      if (earliest === undefined || earliest.atMs > nowMs) break;
      earliest.atMs = Number.POSITIVE_INFINITY;
      this.#remove(earliest);
      try {
        earliest.onReached(nowMs);
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#startTimer();
    this.#turn.end();
  }

  #remove(deadline: Deadline): void {
    const { index } = deadline;
    if (index < 0) return;
    deadline.index = -1;
    const last = this.#heap.pop()!;
    if (last !== deadline) this.#place(last, index);
  }

  /** Puts a deadline where it belongs, starting at a place that is free or its own. */
  #place(deadline: Deadline, index: number): void {
    const parent = this.#heap[(index - 1) >> 1];
    if (index > 0 && parent !== undefined && parent.atMs > deadline.atMs) {
      this.#rise(deadline, index);
    } else {
      this.#sink(deadline, index);
    }
  }

  #rise(deadline: Deadline, start: number): void {
    const heap = this.#heap;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex]!;
      if (parent.atMs <= deadline.atMs) break;
      heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    heap[index] = deadline;
    deadline.index = index;
  }

  #sink(deadline: Deadline, start: number): void {
    const heap = this.#heap;
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= heap.length) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && right.atMs < heap[childIndex]!.atMs) childIndex++;
      const child = heap[childIndex]!;
      if (child.atMs >= deadline.atMs) break;
      heap[index] = child;
      child.index = index;
      index = childIndex;
    }
    heap[index] = deadline;
    deadline.index = index;
  }
}
