/**
 * Consumers that hold a delivery for too long (https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout). No time
 * is kept for a delivery: now and then the channel's last delivery tag is noted, and a delivery with a tag up to the
 * noted one is at least as old as the note.
 */
import { BrokerError } from '../broker/errors.ts';
import type { Timer, Timers } from '../runtime/timers.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Subscription } from './subscription.ts';

/** How often a timeout is looked after while it lasts: it is exceeded by this share of it at most. */
const NOTES_PER_TIMEOUT = 8;
const PERIOD_MS_MIN = 20;
const PERIOD_MS_MAX = 60_000;

interface Note {
  readonly deliveryTag: number;
  readonly atMs: number;
}

/** The channel as seen from here. */
export interface TimeoutSubject {
  readonly lastDeliveryTag: number;
  isHeldUpTo(deliveryTag: number, consumer: Subscription): boolean;
  onTimeout(consumer: Subscription, timeoutMs: number): void;
}

export class ConsumerTimeouts {
  readonly #subject: TimeoutSubject;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #timeouts = new Map<Subscription, number>();
  #notes: Note[] = [];
  #timer: Timer | null = null;
  #periodMs: number = PERIOD_MS_MAX;

  constructor(subject: TimeoutSubject, timers: Timers, clock: Clock) {
    this.#subject = subject;
    this.#timers = timers;
    this.#clock = clock;
  }

  /**
   * For a new consumer, or one whose time is another now.
   *
   * @param timeoutMs in milliseconds; 0 for none
   */
  watch(consumer: Subscription, timeoutMs: number): void {
    if (timeoutMs <= 0) {
      this.forget(consumer);
      return;
    }
    this.#timeouts.set(consumer, timeoutMs);
    const periodMs = Math.min(
      PERIOD_MS_MAX,
      Math.max(PERIOD_MS_MIN, Math.ceil(timeoutMs / NOTES_PER_TIMEOUT)),
    );
    if (this.#timer !== null && periodMs >= this.#periodMs) return;
    this.#timer?.cancel();
    this.#periodMs = periodMs;
    this.#timer = this.#timers.every(periodMs, () => this.#check());
  }

  /** The consumer is gone; what it still holds is nobody's concern. */
  forget(consumer: Subscription): void {
    if (!this.#timeouts.delete(consumer) || this.#timeouts.size > 0) return;
    this.close();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#periodMs = PERIOD_MS_MAX;
    this.#notes = [];
    this.#timeouts.clear();
  }

  #check(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [consumer, timeoutMs] of this.#timeouts) {
      const note = this.#notes.findLast(({ atMs }) => atMs <= nowMs - timeoutMs);
      if (note === undefined || !this.#subject.isHeldUpTo(note.deliveryTag, consumer)) continue;
      this.#subject.onTimeout(consumer, timeoutMs);
    }
    this.#note(nowMs);
  }

  /** Notes the last tag, and drops what is older than the longest timeout but for the newest of that. */
  #note(nowMs: number): void {
    const longestMs = Math.max(0, ...this.#timeouts.values());
    const oldest = this.#notes.findLastIndex(({ atMs }) => atMs <= nowMs - longestMs);
    if (oldest > 0) this.#notes.splice(0, oldest);
    this.#notes.push({ deliveryTag: this.#subject.lastDeliveryTag, atMs: nowMs });
  }
}

/** What a channel is closed with where its client cannot be told that a consumer is cancelled. */
export function timedOut(channel: number, timeoutMs: number): BrokerError {
  return new BrokerError(
    'PRECONDITION_FAILED',
    `delivery acknowledgement on channel ${channel} timed out. Timeout value used: ${timeoutMs} ms. ` +
      'This timeout value can be configured, see consumers doc guide to learn more',
  );
}
