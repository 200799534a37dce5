/** Numbers of things that are looked at now and then, and how fast they grow. */

/** Per second, by the name of the number. */
export type RatesByName = Readonly<Record<string, number>>;

interface Measured {
  names: readonly string[];
  values: readonly number[];
  atMs: number;
  /** Null while nothing changes. */
  rates: RatesByName | null;
}

export class MeasuredThings {
  /** What was looked at is forgotten when it is gone. */
  #byThing = new WeakMap<object, Measured>();

  /** Null when nothing has changed between the last two looks, or there was no second one yet. */
  ratesOf(thing: object): RatesByName | null {
    return this.#byThing.get(thing)?.rates ?? null;
  }

  /** Whether it was looked at before. */
  has(thing: object): boolean {
    return this.#byThing.has(thing);
  }

  clear(): void {
    this.#byThing = new WeakMap();
  }

  /**
   * A look at a thing.
   *
   * @param earlierMs where it was not looked at before: when its numbers were all 0; null when nobody knows
   */
  look(thing: object, numbers: object, atMs: number, earlierMs: number | null): void {
    const known = this.#byThing.get(thing);
    if (known !== undefined) {
      change(known, numbers as Numbers, atMs);
      return;
    }
    const entries = Object.entries(numbers).filter(([, value]) => typeof value === 'number');
    const names = entries.map(([name]) => name);
    const values = entries.map(([, value]) => (earlierMs === null ? (value as number) : 0));
    const measured: Measured = { names, values, atMs: earlierMs ?? atMs, rates: null };
    this.#byThing.set(thing, measured);
    if (earlierMs !== null) change(measured, numbers as Numbers, atMs);
  }
}

type Numbers = Readonly<Record<string, number>>;

/** Allocates nothing for what has not changed: that is most of all there is. */
function change(measured: Measured, numbers: Numbers, atMs: number): void {
  const { names, values: earlier } = measured;
  const seconds = (atMs - measured.atMs) / 1000;
  if (seconds <= 0) return;
  measured.atMs = atMs;
  measured.rates = null;
  if (names.every((name, i) => numbers[name] === earlier[i])) return;
  const values = names.map((name) => numbers[name] ?? 0);
  measured.values = values;
  const rates = names.map((name, i) => [name, (values[i]! - earlier[i]!) / seconds]);
  measured.rates = Object.fromEntries(rates) as RatesByName;
}
