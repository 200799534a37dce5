/** Numbers of things that are looked at now and then: how fast they grow, and what they were in the last minute. */
import { sampledRange, type Look, type SampledRange, type Span } from './history.ts';

/** A minute of changes at every look. */
const CHANGES_MAX = 13;

/** Per second, by the name of the number. */
export type RatesByName = Readonly<Record<string, number>>;

interface Measured {
  names: readonly string[];
  values: readonly number[];
  atMs: number;
  /** Null while nothing changes. */
  rates: RatesByName | null;
  /** When it was found changed, and what it was then: the last times. */
  readonly changes: Look[];
}

export class MeasuredThings {
  /** What was looked at is forgotten when it is gone. */
  #byThing = new WeakMap<object, Measured>();

  /** Null when nothing has changed between the last two looks, or there was no second one yet. */
  ratesOf(thing: object): RatesByName | null {
    return this.#byThing.get(thing)?.rates ?? null;
  }

  /** One of its numbers over time, as far as it is remembered; null where it never was looked at. `nowMs` as that of looks. */
  rangeOf(thing: object, name: string, span: Span): SampledRange | null {
    const known = this.#byThing.get(thing);
    if (known === undefined) return null;
    return sampledRange(known.changes, known.names.indexOf(name), span, 'constant');
  }

  /** When it was last found changed, on the clock of looks; null where the last look found it so, or there was none. */
  unchangedSince(thing: object): number | null {
    const known = this.#byThing.get(thing);
    if (known === undefined || known.rates !== null) return null;
    return known.changes.at(-1)?.atMs ?? null;
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
    const measured: Measured = {
      names,
      values,
      atMs: earlierMs ?? atMs,
      rates: null,
      changes: [{ atMs: earlierMs ?? atMs, values }],
    };
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
  measured.changes.push({ atMs, values });
  if (measured.changes.length > CHANGES_MAX) measured.changes.shift();
  const rates = names.map((name, i) => [name, (values[i]! - earlier[i]!) / seconds]);
  measured.rates = Object.fromEntries(rates) as RatesByName;
}
