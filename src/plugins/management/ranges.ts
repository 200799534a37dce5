/** Numbers with their rates, and with samples of the past where a request asks for them. */
import type { PluginContext } from '../plugin-api.ts';
import { Refusal } from './route.ts';

/** So far back, at such steps, in seconds. */
export interface Range {
  readonly age: number;
  readonly incr: number;
}

/** Null for what is not asked for. */
export interface Ranges {
  readonly lengths: Range | null;
  readonly msgRates: Range | null;
  readonly dataRates: Range | null;
  readonly nodeStats: Range | null;
}

/** Samples that are told at most. */
const SAMPLES_MAX = 500;

/** @throws Refusal for what makes no sense */
export function readRanges(query: URLSearchParams): Ranges {
  return {
    lengths: readRange(query, 'lengths'),
    msgRates: readRange(query, 'msg_rates'),
    dataRates: readRange(query, 'data_rates'),
    nodeStats: readRange(query, 'node_stats'),
  };
}

/** As in RabbitMQ what is no number counts as not said. */
function readRange(query: URLSearchParams, prefix: string): Range | null {
  const [age, incr] = [query.get(`${prefix}_age`) ?? '', query.get(`${prefix}_incr`) ?? ''];
  if (!isWhole(age) || !isWhole(incr)) return null;
  const range = { age: Number(age), incr: Number(incr) };
  if (range.age > 0 && range.incr > 0 && Math.floor(range.age / range.incr) <= SAMPLES_MAX) {
    return range;
  }
  const reason = `Invalid range parameters: age ${age}, incr ${incr}`;
  throw new Refusal(400, 'invalid_range_parameters', reason);
}

function isWhole(text: string): boolean {
  return /^-?\d{1,9}$/u.test(text);
}

/** What is told of one number of a thing beside its value. */
export type Details = (counter: string) => object;

/**
 * Of a thing that the broker looks at: counters, a queue, a virtual host.
 *
 * @param range of samples; null for none
 */
export function detailsOf(
  thing: object | null,
  { broker: { rates } }: PluginContext,
  range: Range | null,
): Details {
  const known = rates.of(thing);
  if (range === null || thing === null) return (counter) => ({ rate: known?.[counter] ?? 0 });
  return (counter) => {
    const { samples, avg, avgRate } = rates.historyOf(thing, counter, range.age, range.incr);
    return { rate: known?.[counter] ?? 0, samples, avg, avg_rate: avgRate };
  };
}

/** Of the broker as a whole, which is remembered for a day. */
export function detailsOfBroker(
  known: Readonly<Record<string, number>> | null,
  { broker: { rates } }: PluginContext,
  range: Range | null,
): Details {
  return (counter) => {
    const rate = known?.[counter] ?? 0;
    if (range === null) return { rate };
    const { samples, avg, avgRate } = rates.history(counter, range.age, range.incr);
    return { rate, samples, avg, avg_rate: avgRate };
  };
}

/** The sum of what is told of several numbers. */
export function sumOfDetails(all: readonly object[]): object {
  const sums: Record<string, unknown> = {};
  for (const details of all) {
    for (const [name, value] of Object.entries(details)) {
      sums[name] = Array.isArray(value)
        ? sumOfSamples(value as Sampled[], sums[name] as Sampled[] | undefined)
        : Number(sums[name] ?? 0) + Number(value);
    }
  }
  return sums;
}

interface Sampled {
  readonly sample: number;
  readonly timestamp: number;
}

function sumOfSamples(
  some: readonly Sampled[],
  others: readonly Sampled[] | undefined,
): readonly Sampled[] {
  return some.map(({ sample, timestamp }, i) => ({
    sample: sample + (others?.[i]?.sample ?? 0),
    timestamp,
  }));
}

/** A number and what is told of it, as two fields. */
export function withDetails(name: string, value: number, details: object): Record<string, unknown> {
  return { [name]: value, [`${name}_details`]: details };
}
