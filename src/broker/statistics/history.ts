/**
 * How numbers were in the past: closely for the last ten minutes, and at growing distances for a day. What it takes of memory is
 * bounded from the beginning.
 */

/** One look at some numbers, in a fixed order. */
export interface Look {
  readonly atMs: number;
  readonly values: readonly number[];
}

export interface Sample {
  readonly sample: number;
  /** In milliseconds since 1970. */
  readonly timestamp: number;
}

/** One number over some time, as RabbitMQ's management API has it. */
export interface SampledRange {
  /** The newest first. */
  readonly samples: readonly Sample[];
  readonly avg: number;
  /** By how much it grew each second, from the oldest sample to the newest. */
  readonly avgRate: number;
}

/** As RabbitMQ retains samples: how far apart, and for how long, in milliseconds. */
const RETENTION: readonly (readonly [stepMs: number, spanMs: number])[] = [
  [5000, 605_000],
  [60_000, 3_660_000],
  [600_000, 29_400_000],
  [1_800_000, 86_400_000],
];

const SAMPLES_MAX = 2000;

export class History {
  readonly #series = RETENTION.map(([stepMs, spanMs]) => ({ stepMs, spanMs, looks: [] as Look[] }));

  add(atMs: number, values: readonly number[]): void {
    for (const { stepMs, spanMs, looks } of this.#series) {
      // The clock was set back: what seems to be yet to come would keep all else out until then.
      while (looks.length > 0 && looks.at(-1)!.atMs > atMs) looks.pop();
      const last = looks.at(-1);
      // A timer may be a little early.
      if (last !== undefined && atMs - last.atMs < stepMs * 0.9) continue;
      looks.push({ atMs, values });
      while (looks.length > 0 && atMs - looks[0]!.atMs > spanMs) looks.shift();
    }
  }

  /**
   * One number from `ageMs` ago until `nowMs`, at steps of `stepMs`: at each step what it was last. Before the first look it
   * was 0. At most some thousand steps are told.
   */
  range(index: number, nowMs: number, ageMs: number, stepMs: number): SampledRange {
    const series = this.#series.find(({ spanMs }) => spanMs >= ageMs) ?? this.#series.at(-1)!;
    return sampledRange(series.looks, index, { nowMs, ageMs, stepMs });
  }
}

export interface Span {
  readonly nowMs: number;
  readonly ageMs: number;
  readonly stepMs: number;
}

/** One number of looks over some time, at steps: see History.range. @param before what it was before the first look */
export function sampledRange(
  looks: readonly Look[],
  index: number,
  { nowMs, ageMs, stepMs }: Span,
  before: 'zero' | 'constant' = 'zero',
): SampledRange {
  const earliest = before === 'zero' ? 0 : (looks[0]?.values[index] ?? 0);
  const count = Math.min(SAMPLES_MAX, Math.floor(ageMs / stepMs) + 1);
  const samples: Sample[] = [];
  let at = looks.length - 1;
  for (let i = 0; i < count; i++) {
    const timestamp = nowMs - i * stepMs;
    while (at >= 0 && looks[at]!.atMs > timestamp) at--;
    samples.push({ sample: looks[at]?.values[index] ?? earliest, timestamp });
  }
  const [newest, oldest] = [samples[0]!, samples.at(-1)!];
  const seconds = (newest.timestamp - oldest.timestamp) / 1000;
  const sum = samples.reduce((total, { sample }) => total + sample, 0);
  return {
    samples,
    avg: sum / samples.length,
    avgRate: seconds === 0 ? 0 : (newest.sample - oldest.sample) / seconds,
  };
}
