/** Raises the memory alarm while the process takes more memory than it should (https://www.rabbitmq.com/docs/memory). */
import type { Runtime } from '../runtime/runtime.ts';
import type { Timer } from '../runtime/timers.ts';
import type { Alarms } from './alarms.ts';

/** How much memory the process may take: octets, or a share of what the machine has. */
export type MemoryWatermark = { readonly octets: number } | { readonly share: number };

/** RabbitMQ's default since 4.0. */
export const DEFAULT_MEMORY_WATERMARK: MemoryWatermark = { share: 0.6 };

const CHECK_MS = 2500;

export class MemoryAlarm {
  readonly #alarms: Alarms;
  readonly #runtime: Runtime;
  #watermark: MemoryWatermark;
  readonly #timer: Timer;

  constructor(alarms: Alarms, runtime: Runtime, watermark: MemoryWatermark) {
    this.#alarms = alarms;
    this.#runtime = runtime;
    this.#watermark = watermark;
    this.#timer = runtime.timers.every(CHECK_MS, () => this.#check());
    this.#check();
  }

  /** Takes effect at once. With 0 everybody who publishes waits: for tests of how programs bear that. */
  setWatermark(watermark: MemoryWatermark): void {
    this.#watermark = watermark;
    this.#check();
  }

  /** What the process may take, in octets. */
  get limitOctets(): number {
    const watermark = this.#watermark;
    return 'octets' in watermark
      ? watermark.octets
      : watermark.share * this.#runtime.memory.totalOctets();
  }

  #check(): void {
    const { memory, log } = this.#runtime;
    const limit = this.limitOctets;
    const used = memory.residentOctets();
    const isActive = used > limit;
    if (!this.#alarms.set('memory', isActive)) return;
    if (isActive) log.warn('memory alarm: publishers wait', { used, limit });
    else log.info('memory alarm is over', { used, limit });
  }

  close(): void {
    this.#timer.cancel();
  }
}
