/** One run of the load generator: declares, connects everybody, runs, drains, cleans up, and sums up. */
import { EMPTY_TABLE, fromPlain } from '../../amqp/wire/field-table.ts';
import {
  EXCHANGE_DECLARE_OK,
  EXCHANGE_DELETE_OK,
  QUEUE_BIND_OK,
  QUEUE_DECLARE_OK,
  QUEUE_DELETE_OK,
  encodeExchangeDeclare,
  encodeExchangeDelete,
  encodeQueueBind,
  encodeQueueDeclare,
  encodeQueueDelete,
} from '../../amqp/wire/generated/methods.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { PerfConnection } from './perf-connection.ts';
import { PerfConsumer } from './perf-consumer.ts';
import type { PerfOptions } from './perf-options.ts';
import { Producer } from './producer.ts';

/** Counts since the start. */
export interface PerfCounts {
  readonly published: number;
  readonly confirmed: number;
  readonly refused: number;
  readonly consumed: number;
}

export interface PerfResult {
  /** How long was published, in seconds; what came later is in the totals, not in the rates. */
  readonly seconds: number;
  readonly publishedPerSecond: number;
  readonly confirmedPerSecond: number;
  readonly consumedPerSecond: number;
  readonly total: PerfCounts;
  /** In microseconds; null when it was not measured. */
  readonly latencyUs: Readonly<Record<string, number>> | null;
}

const PERCENTILES: Readonly<Record<string, number>> = {
  p50: 0.5,
  p75: 0.75,
  p95: 0.95,
  p99: 0.99,
  'p99.9': 0.999,
  max: 1,
};
/** How long deliveries and confirms may take to arrive after the last publish, in milliseconds. */
const DRAIN_MS = 10_000;

/** @param onSecond is told the counts each second @throws PerfError with the broker's reason */
export async function runPerf(
  options: PerfOptions,
  onSecond: (counts: PerfCounts) => void,
): Promise<PerfResult> {
  const control = await PerfConnection.open(options.uri);
  const failure = Promise.withResolvers<never>();
  // Awaited below in every race; a failure while nobody waits yet must not end the process.
  failure.promise.catch(() => {});
  const connections: PerfConnection[] = [control];
  const open = async (): Promise<PerfConnection> => {
    const connection = await PerfConnection.open(options.uri);
    connections.push(connection);
    return connection;
  };
  try {
    await declare(control, options);
    const latencies = new LatencyHistogram();
    const consumers: PerfConsumer[] = [];
    for (let i = 0; i < options.consumers; i++) {
      const consumer = new PerfConsumer(await open(), options, latencies);
      await consumer.start(queueName(options, i));
      consumers.push(consumer);
    }
    const producers: Producer[] = [];
    for (let i = 0; i < options.producers; i++) {
      const key = options.routingKey === '' ? queueName(options, i) : options.routingKey;
      producers.push(await Producer.create(await open(), options, key));
    }
    for (const connection of connections) connection.onFailure = failure.reject;
    const run = new Run(options, producers, consumers, latencies);
    return await Promise.race([run.finish(onSecond), failure.promise]);
  } finally {
    if (!options.keep) await cleanUp(control, options).catch(() => {});
    if (options.keep) for (const connection of connections) connection.drop();
    else await Promise.all(connections.map((connection) => connection.close()));
  }
}

class Run {
  readonly #options: PerfOptions;
  readonly #producers: readonly Producer[];
  readonly #consumers: readonly PerfConsumer[];
  readonly #latencies: LatencyHistogram;

  constructor(
    options: PerfOptions,
    producers: readonly Producer[],
    consumers: readonly PerfConsumer[],
    latencies: LatencyHistogram,
  ) {
    this.#options = options;
    this.#producers = producers;
    this.#consumers = consumers;
    this.#latencies = latencies;
  }

  async finish(onSecond: (counts: PerfCounts) => void): Promise<PerfResult> {
    const startedMs = performance.now();
    const ticker = setInterval(() => onSecond(this.#counts()), 1000);
    for (const producer of this.#producers) producer.start();
    const isOver = (): boolean => {
      const isTimeUp = performance.now() - startedMs >= this.#options.durationSeconds * 1000;
      const isCountReached =
        this.#options.count > 0 &&
        (this.#producers.length === 0
          ? this.#consumers.every((consumer) => consumer.consumed >= this.#options.count)
          : this.#producers.every((producer) => producer.isDone && producer.isSettled));
      return isCountReached || (this.#options.count === 0 && isTimeUp);
    };
    await until(isOver, Number.POSITIVE_INFINITY);
    const seconds = (performance.now() - startedMs) / 1000;
    const atEnd = this.#counts();
    for (const producer of this.#producers) producer.stop();
    await this.#drain();
    clearInterval(ticker);
    return {
      seconds,
      publishedPerSecond: Math.round(atEnd.published / seconds),
      confirmedPerSecond: Math.round(atEnd.confirmed / seconds),
      consumedPerSecond: Math.round(atEnd.consumed / seconds),
      total: this.#counts(),
      latencyUs: this.#percentiles(),
    };
  }

  /** Waits for confirms and deliveries still on their way, until nothing comes any more. */
  async #drain(): Promise<void> {
    let last = -1;
    let quietMs = performance.now();
    const isQuiet = (): boolean => {
      const { consumed, confirmed, published } = this.#counts();
      if (consumed + confirmed !== last) {
        last = consumed + confirmed;
        quietMs = performance.now();
      }
      // An exchange may multiply messages, or drop them: then only silence tells the end.
      const isCountable = this.#options.exchange === '';
      const isAllHere = this.#consumers.length === 0 || (isCountable && consumed >= published);
      const isSettled = this.#producers.every((producer) => producer.isSettled);
      return (isAllHere && isSettled) || performance.now() - quietMs > 500;
    };
    await until(isQuiet, DRAIN_MS);
  }

  #counts(): PerfCounts {
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    return {
      published: sum(this.#producers.map((producer) => producer.published)),
      confirmed: sum(this.#producers.map((producer) => producer.confirmed)),
      refused: sum(this.#producers.map((producer) => producer.refused)),
      consumed: sum(this.#consumers.map((consumer) => consumer.consumed)),
    };
  }

  #percentiles(): Readonly<Record<string, number>> | null {
    if (this.#latencies.count === 0) return null;
    return Object.fromEntries(
      Object.entries(PERCENTILES).map(([name, share]) => [
        name,
        Math.round(this.#latencies.percentile(share)),
      ]),
    );
  }
}

async function until(isReached: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isReached() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function queueName(options: PerfOptions, index: number): string {
  return `${options.queuePrefix}-${index % options.queues}`;
}

async function declare(control: PerfConnection, options: PerfOptions): Promise<void> {
  const { exchange, exchangeType, durable, bindingKey } = options;
  const queueArguments = fromPlain(options.queueArguments);
  if (exchange !== '' && exchangeType !== '') {
    const flags = { passive: false, durable, autoDelete: false, internal: false, noWait: false };
    const method = { ...flags, exchange, type: exchangeType, arguments: EMPTY_TABLE };
    await control.call(encodeExchangeDeclare, method, EXCHANGE_DECLARE_OK);
  }
  for (let i = 0; i < options.queues; i++) {
    const queue = queueName(options, i);
    const flags = { passive: false, durable, exclusive: false, autoDelete: false, noWait: false };
    await control.call(
      encodeQueueDeclare,
      { ...flags, queue, arguments: queueArguments },
      QUEUE_DECLARE_OK,
    );
    if (exchange === '') continue;
    const routingKey = [bindingKey, options.routingKey, queue].find((key) => key !== '')!;
    const binding = { queue, exchange, routingKey, noWait: false, arguments: EMPTY_TABLE };
    await control.call(encodeQueueBind, binding, QUEUE_BIND_OK);
  }
}

async function cleanUp(control: PerfConnection, options: PerfOptions): Promise<void> {
  for (let i = 0; i < options.queues; i++) {
    const method = { queue: queueName(options, i), ifUnused: false, ifEmpty: false, noWait: false };
    await control.call(encodeQueueDelete, method, QUEUE_DELETE_OK);
  }
  if (options.exchange === '' || options.exchangeType === '') return;
  const method = { exchange: options.exchange, ifUnused: false, noWait: false };
  await control.call(encodeExchangeDelete, method, EXCHANGE_DELETE_OK);
}
