/** Raises the disk alarm while little space is left for what the broker stores (https://www.rabbitmq.com/docs/disk-alarms). */
import type { Runtime } from '../runtime/runtime.ts';
import type { Timer } from '../runtime/timers.ts';
import type { Alarms } from './alarms.ts';

/** How much space must be free: octets, or a multiple of the machine's memory. 0 octets: no matter how little. */
export type DiskFreeLimit = { readonly octets: number } | { readonly share: number };

/** RabbitMQ's default. */
export const DEFAULT_DISK_FREE_LIMIT: DiskFreeLimit = { octets: 50_000_000 };

/** How often it looks, as RabbitMQ does: the sooner, the less is left above the limit. */
const SHORTEST_CHECK_MS = 100;
const LONGEST_CHECK_MS = 10_000;
/** As fast as a disk is assumed to fill: 250 MB a second. Half of the time until then may pass before the next look. */
const FILLING_OCTETS_PER_MS = 250_000;

export class DiskAlarm {
  readonly #alarms: Alarms;
  readonly #runtime: Runtime;
  readonly #directory: string;
  #limit: DiskFreeLimit;
  /** What was free when it last looked; null: the system would not tell. */
  #freeOctets: number | null = null;
  #isUnreadable = false;
  #hasNoSpace = false;
  #timer: Timer | null = null;
  #isClosed = false;

  /** @param directory - lies on the disk to watch, and exists */
  constructor(alarms: Alarms, runtime: Runtime, directory: string, limit: DiskFreeLimit) {
    this.#alarms = alarms;
    this.#runtime = runtime;
    this.#directory = directory;
    this.#limit = limit;
    this.#check();
  }

  /** What was free when it last looked, in octets; null: the system would not tell. */
  get freeOctets(): number | null {
    return this.#freeOctets;
  }

  /** Takes effect at once. */
  setLimit(limit: DiskFreeLimit): void {
    this.#limit = limit;
    this.#check();
  }

  /** A write failed for lack of space: whatever the system says of what is free, nobody may publish for now. */
  writeFailed(): void {
    if (this.#hasNoSpace) return;
    this.#hasNoSpace = true;
    this.#check();
  }

  /** Writes succeed (again): ends what `writeFailed` began, at once unless the limit stands against it. */
  writeSucceeded(): void {
    if (!this.#hasNoSpace) return;
    this.#hasNoSpace = false;
    this.#check();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #check(): void {
    if (this.#isClosed) return;
    this.#timer?.cancel();
    this.#look();
    const limit = this.limitOctets;
    const free = this.#freeOctets;
    const isActive = this.#hasNoSpace || (free !== null && free < limit);
    if (this.#alarms.set('disk', isActive)) {
      const { log } = this.#runtime;
      if (isActive) log.warn('disk alarm: publishers wait', { free, limit, ...this.#reason() });
      else log.info('disk alarm is over', { free, limit });
    }
    const delayMs = isActive || free === null ? LONGEST_CHECK_MS : delayFor(free - limit);
    this.#timer = this.#runtime.timers.after(delayMs, () => this.#check());
  }

  /** Where the system does not tell what is free, only failing writes raise the alarm. Logged when that changes. */
  #look(): void {
    const { disk, log } = this.#runtime;
    const directory = this.#directory;
    try {
      this.#freeOctets = disk.freeOctets(directory);
      if (this.#isUnreadable) log.info('free disk space can be read again', { directory });
      this.#isUnreadable = false;
    } catch (error) {
      this.#freeOctets = null;
      if (!this.#isUnreadable) log.warn('free disk space cannot be read', { directory, error });
      this.#isUnreadable = true;
    }
  }

  /** What must be free, in octets. */
  get limitOctets(): number {
    const limit = this.#limit;
    return 'octets' in limit ? limit.octets : limit.share * this.#runtime.memory.totalOctets();
  }

  #reason(): { readonly reason?: string } {
    return this.#hasNoSpace ? { reason: 'a write failed for lack of space' } : {};
  }
}

function delayFor(octetsAboveLimit: number): number {
  const delayMs = Math.trunc(octetsAboveLimit / FILLING_OCTETS_PER_MS / 2);
  return Math.max(SHORTEST_CHECK_MS, Math.min(LONGEST_CHECK_MS, delayMs));
}
