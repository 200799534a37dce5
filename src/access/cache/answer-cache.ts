/**
 * Answers of others that are good for a while. Keys are digests under a secret of this process, so that passwords are in
 * none of them. Bounded: the oldest goes first.
 */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import type { Timer, Timers } from '../../runtime/timers.ts';

export interface AnswerCacheOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  /** How long an answer is good. */
  readonly ttlMs: number;
}

/** Answers kept at a time. */
const ANSWERS_MAX = 50_000;
/** Questions whose answer is awaited; others of the same wait for it, too. Further ones are asked without that. */
const PENDING_MAX = 10_000;
const KEY_SIZE = 32;
/** What is no longer good is thrown away so often, in milliseconds, or after the time that it is good where that is longer. */
const SWEEP_MS = 1000;

interface Kept {
  readonly answer: unknown;
  readonly untilMs: number;
}

export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #key: Uint8Array;
  /** In the order in which they end: all last for the same time. */
  readonly #kept = new Map<string, Kept>();
  readonly #pending = new Map<string, Promise<unknown>>();
  readonly #sweep: Timer;

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
    this.#key = options.random.bytes(KEY_SIZE);
    this.#sweep = options.timers.every(Math.max(SWEEP_MS, options.ttlMs), () => this.#forgetOld());
  }

  get size(): number {
    return this.#kept.size;
  }

  close(): void {
    this.#sweep.cancel();
    this.#kept.clear();
  }

  /** What stands for a question of these parts. */
  digestOf(parts: readonly (string | null)[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64');
  }

  /**
   * The answer that is kept, else that of `ask`, which is kept where it is worth that. What fails is not kept.
   *
   * @param key - from `digestOf`
   */
  async answer<T>(
    key: string,
    ask: () => T | Promise<T>,
    isWorthKeeping: (answer: T) => boolean,
  ): Promise<T> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#options.clock.monotonicMs() < kept.untilMs) {
      return kept.answer as T;
    }
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending as Promise<T>;
    const asked = this.#ask(key, ask, isWorthKeeping);
    if (this.#pending.size >= PENDING_MAX) return asked;
    this.#pending.set(key, asked);
    try {
      return await asked;
    } finally {
      this.#pending.delete(key);
    }
  }

  async #ask<T>(
    key: string,
    ask: () => T | Promise<T>,
    isWorthKeeping: (answer: T) => boolean,
  ): Promise<T> {
    const answer = await ask();
    if (isWorthKeeping(answer)) this.#keep(key, answer);
    return answer;
  }

  #keep(key: string, answer: unknown): void {
    const { clock, ttlMs } = this.#options;
    // To the end of the order.
    this.#kept.delete(key);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= ANSWERS_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, { answer, untilMs: clock.monotonicMs() + ttlMs });
  }

  #forgetOld(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [key, { untilMs }] of this.#kept) {
      if (untilMs > nowMs) return;
      this.#kept.delete(key);
    }
  }
}
