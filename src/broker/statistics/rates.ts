/**
 * How fast things are counted: every few seconds the counters are looked at, and what they have grown by makes the rate. Only
 * while somebody wants it, and in slices, so that very many queues hold up nobody. What was never used costs nothing.
 */
import type { Runtime } from '../../runtime/runtime.ts';
import type { Timer } from '../../runtime/timers.ts';
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import type { VirtualHosts } from '../virtual-hosts.ts';
import type { BrokerTotals } from './broker-totals.ts';
import { History, type SampledRange, type Span } from './history.ts';
import { MeasuredThings, type RatesByName } from './measured.ts';

/** Between two looks, in milliseconds. */
const INTERVAL_MS = 5000;
/** How long a slice takes, in milliseconds, but for its last steps. */
const SLICE_MS = 4;
/** Steps between two looks at the clock. */
const STEPS = 64;

/** Messages of many queues together. */
export interface MessageCounts {
  readonly messages: number;
  readonly messagesReady: number;
  readonly messagesUnacked: number;
}

export interface RatesOptions {
  readonly virtualHosts: VirtualHosts;
  readonly totals: BrokerTotals;
  readonly runtime: Pick<Runtime, 'clock' | 'timers'>;
  /** Between two looks, in milliseconds; 5000 when left out. */
  readonly intervalMs?: number | undefined;
}

/** Gives all objects whose numbers are counters, with each look. */
type CounterSource = () => Iterable<object>;

const NO_MESSAGES: MessageCounts = { messages: 0, messagesReady: 0, messagesUnacked: 0 };

export class Rates {
  readonly #options: RatesOptions;
  readonly #things = new MeasuredThings();
  readonly #sources: CounterSource[] = [];
  #history = new History();
  /** Of the numbers in the history. */
  #names: readonly string[] = [];
  #counts: MessageCounts = NO_MESSAGES;
  #countsByHost: ReadonlyMap<string, MessageCounts> = new Map();
  #userCount = 0;
  #timers: Timer[] = [];
  #next: Timer | null = null;
  #steps: Iterator<void> | null = null;
  /** Of the last look; null before the first. */
  #lookedAtMs: number | null = null;

  constructor(options: RatesOptions) {
    this.#options = options;
  }

  /** Begins, unless others have; returns a function that ends it when all have ended it. */
  start(): () => void {
    this.#userCount++;
    if (this.#userCount === 1) this.#begin();
    let isEnded = false;
    return () => {
      if (isEnded) return;
      isEnded = true;
      this.#userCount--;
      if (this.#userCount === 0) this.close();
    };
  }

  /** Measures more than the broker itself has: the counters of connections, for instance. */
  addSource(source: CounterSource): void {
    this.#sources.push(source);
  }

  /**
   * What counters have grown by per second, by their names, as of the last interval; null: by nothing. Counters are those
   * of queues, exchanges and channels, the totals of the broker, and the traffic of connections.
   */
  of(counters: object | null): RatesByName | null {
    return counters === null ? null : this.#things.ratesOf(counters);
  }

  /** When counters last grew, in milliseconds since 1970; null: they do now, or nobody knows yet. */
  idleSinceMs(counters: object): number | null {
    const { clock } = this.#options.runtime;
    const since = this.#things.unchangedSince(counters);
    return since === null ? null : Math.round(clock.nowMs() - clock.monotonicMs() + since);
  }

  /** By how much the numbers of messages of a queue grow per second: `messages`, `messagesReady`, `messagesUnacked`. */
  ofLengths(queue: DeclaredQueue): RatesByName | null {
    return this.#things.ratesOf(queue);
  }

  /** The messages of all queues, as of the last look. */
  get messageCounts(): MessageCounts {
    return this.#counts;
  }

  /** The same of one virtual host. */
  messageCountsOf(vhost: string): MessageCounts {
    return this.#countsByHost.get(vhost) ?? NO_MESSAGES;
  }

  /** What `messageCounts` grow by per second. */
  get messageCountRates(): RatesByName | null {
    return this.#things.ratesOf(this.#things);
  }

  /**
   * A counter of the totals, or one of `messageCounts`, over time.
   *
   * @param ageSeconds how far back @param stepSeconds between two samples
   */
  history(name: string, ageSeconds: number, stepSeconds: number): SampledRange {
    const { nowMs, ageMs, stepMs } = this.#span(ageSeconds, stepSeconds);
    return this.#history.range(this.#names.indexOf(name), nowMs, ageMs, stepMs);
  }

  /** The same of counters, or of the numbers of messages of a queue or virtual host: of the last minute. */
  historyOf(thing: object, name: string, ageSeconds: number, stepSeconds: number): SampledRange {
    const { clock } = this.#options.runtime;
    const span = this.#span(ageSeconds, stepSeconds);
    // Looks are taken on the clock that never jumps.
    const shiftMs = clock.nowMs() - clock.monotonicMs();
    const nowMs = span.nowMs - shiftMs;
    const range = this.#things.rangeOf(thing, name, { ...span, nowMs });
    if (range === null) return this.#history.range(-1, span.nowMs, span.ageMs, span.stepMs);
    const samples = range.samples.map(({ sample, timestamp }) => ({
      sample,
      timestamp: Math.round(timestamp + shiftMs),
    }));
    return { ...range, samples };
  }

  /** Until the last multiple of a step, as RabbitMQ tells it. */
  #span(ageSeconds: number, stepSeconds: number): Span {
    const stepMs = Math.max(1, stepSeconds * 1000);
    const nowMs = Math.floor(this.#options.runtime.clock.nowMs() / stepMs) * stepMs;
    return { nowMs, ageMs: Math.max(0, ageSeconds * 1000), stepMs };
  }

  /** What was measured so far; the next look begins anew. */
  forget(): void {
    this.#things.clear();
    this.#history = new History();
    this.#lookedAtMs = null;
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    this.#next?.cancel();
    this.#steps = null;
    this.#things.clear();
    this.#lookedAtMs = null;
  }

  #begin(): void {
    const { runtime, intervalMs = INTERVAL_MS } = this.#options;
    this.#timers = [runtime.timers.every(intervalMs, () => this.#look())];
    this.#look();
  }

  /** A look that is still under way is completed instead. */
  #look(): void {
    if (this.#steps !== null) return;
    this.#steps = this.#lookAtAll();
    this.#work();
  }

  #work(): void {
    const { clock, timers } = this.#options.runtime;
    const endMs = clock.monotonicMs() + SLICE_MS;
    do {
      for (let i = 0; i < STEPS; i++) {
        if (this.#steps?.next().done !== false) {
          this.#steps = null;
          return;
        }
      }
    } while (clock.monotonicMs() < endMs);
    this.#next = timers.after(1, () => this.#work());
  }

  /** A step for each thing that is looked at. */
  *#lookAtAll(): Generator<void> {
    const { totals, runtime } = this.#options;
    const earlierMs = this.#lookedAtMs;
    const look = (thing: object, numbers: object): void => {
      this.#things.look(thing, numbers, runtime.clock.monotonicMs(), earlierMs);
    };
    this.#lookedAtMs = runtime.clock.monotonicMs();
    yield* this.#lookAtHosts(look);
    for (const source of this.#sources) {
      for (const counters of source()) {
        look(counters, counters);
        yield;
      }
    }
    look(totals, totals);
    look(this.#things, this.#counts);
    this.#remember();
  }

  *#lookAtHosts(look: (thing: object, numbers: object) => void): Generator<void> {
    const byHost = new Map<string, MessageCounts>();
    let all = NO_MESSAGES;
    for (const host of this.#options.virtualHosts) {
      const { name, queues, exchanges } = host;
      let ofHost = NO_MESSAGES;
      for (const queue of queues) {
        const { counters } = queue;
        const { readyCount, unackedCount } = queue.stats();
        const isUsed =
          counters !== null || readyCount + unackedCount > 0 || this.#things.has(queue);
        if (isUsed) {
          const counts = countsOf(readyCount, unackedCount);
          ofHost = sumOf(ofHost, counts);
          look(queue, counts);
          if (counters !== null) look(counters, counters);
        }
        yield;
      }
      for (const { counters } of exchanges) {
        if (counters !== null) look(counters, counters);
        yield;
      }
      byHost.set(name, ofHost);
      look(host, ofHost);
      all = sumOf(all, ofHost);
    }
    this.#countsByHost = byHost;
    this.#counts = all;
  }

  #remember(): void {
    const { totals, runtime } = this.#options;
    const entries = Object.entries({
      ...this.#counts,
      ...Object.fromEntries(Object.entries(totals)),
    });
    const numbers = entries.filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    this.#names = numbers.map(([name]) => name);
    this.#history.add(
      runtime.clock.nowMs(),
      numbers.map(([, value]) => value),
    );
  }
}

function countsOf(messagesReady: number, messagesUnacked: number): MessageCounts {
  return { messages: messagesReady + messagesUnacked, messagesReady, messagesUnacked };
}

function sumOf(a: MessageCounts, b: MessageCounts): MessageCounts {
  const { messagesReady, messagesUnacked } = a;
  return countsOf(messagesReady + b.messagesReady, messagesUnacked + b.messagesUnacked);
}
