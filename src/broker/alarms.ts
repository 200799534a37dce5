/** What the broker is short of. While it is short of anything, who publishes has to wait (https://www.rabbitmq.com/docs/alarms). */

export type AlarmName = 'memory' | 'disk';

export class Alarms {
  /** The journal has more to write than it should: publishers wait, for milliseconds, and are not told. */
  isHeldUp = false;
  readonly #active = new Set<AlarmName>();
  readonly #listeners = new Set<() => void>();
  readonly #alarmListeners = new Set<(name: AlarmName, isActive: boolean) => void>();

  /** Raises or ends an alarm. Listeners are told of changes only. Returns whether it is one. */
  set(name: AlarmName, isActive: boolean): boolean {
    if (this.#active.has(name) === isActive) return false;
    if (isActive) this.#active.add(name);
    else this.#active.delete(name);
    for (const listener of this.#alarmListeners) listener(name, isActive);
    this.#tell();
    return true;
  }

  holdUp(isHeldUp: boolean): void {
    if (this.isHeldUp === isHeldUp) return;
    this.isHeldUp = isHeldUp;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** `low on memory`, `low on disk`, `low on memory & disk`; null when nothing is short. */
  get reason(): string | null {
    return this.#active.size === 0 ? null : `low on ${[...this.#active].join(' & ')}`;
  }

  /** Calls back with each alarm that is raised or ends. Returns a function that ends that. */
  onAlarm(listener: (name: AlarmName, isActive: boolean) => void): () => void {
    this.#alarmListeners.add(listener);
    return () => void this.#alarmListeners.delete(listener);
  }

  /** Calls back after each change. Returns a function that ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
