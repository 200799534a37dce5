// Many requests on one channel, sent without waiting for the answers: what is measured is the broker and not the way to it.
import { FrameScanner } from '../src/cli/perf/frame-scanner.ts';
import { CHANNEL, PerfConnection } from '../src/cli/perf/perf-connection.ts';
import { parseUri } from '../src/cli/perf/perf-options.ts';
import { EMPTY_TABLE } from '../src/amqp/wire/field-table.ts';
import {
  CHANNEL_CLOSE,
  CONNECTION_CLOSE,
  encodeQueueBind,
  encodeQueueDeclare,
  encodeQueueDelete,
} from '../src/amqp/wire/generated/methods.ts';
import { WireWriter } from '../src/amqp/wire/wire-writer.ts';

/** Answers that may be due: more would fill the buffers of both sides. */
const WINDOW = 2000;

export class Pipeline {
  readonly #connection: PerfConnection;
  #answered = 0;
  #onAnswer: (() => void) | null = null;
  #failure: Error | null = null;

  private constructor(connection: PerfConnection) {
    this.#connection = connection;
    const scanner = new FrameScanner({
      onMethod: (id) => {
        if (id === CHANNEL_CLOSE || id === CONNECTION_CLOSE) {
          this.#failure = new Error('the broker refuses');
        }
        this.#answered++;
      },
      onContent: () => {},
    });
    connection.onOctets = (chunk) => {
      scanner.push(chunk);
      this.#onAnswer?.();
    };
    connection.onFailure = (error) => {
      this.#failure = error;
      this.#onAnswer?.();
    };
  }

  static async open(uri: string): Promise<Pipeline> {
    return new Pipeline(await PerfConnection.open(parseUri(uri)));
  }

  /** Sends `count` requests. Returns how long it took until all were answered, in seconds. */
  async many<M>(
    count: number,
    encode: (writer: WireWriter, channel: number, method: M) => void,
    make: (i: number) => M,
  ): Promise<number> {
    const startedMs = performance.now();
    this.#answered = 0;
    let sent = 0;
    while (this.#answered < count) {
      if (this.#failure !== null) throw this.#failure;
      const writer = new WireWriter();
      const end = Math.min(count, this.#answered + WINDOW);
      for (; sent < end; sent++) encode(writer, CHANNEL, make(sent));
      if (writer.length > 0) this.#connection.socket.write(writer.take());
      await new Promise<void>((resolve) => {
        this.#onAnswer = resolve;
      });
    }
    return (performance.now() - startedMs) / 1000;
  }

  declareQueues(count: number, prefix: string, durable: boolean): Promise<number> {
    const flags = { passive: false, exclusive: false, autoDelete: false, noWait: false };
    return this.many(count, encodeQueueDeclare, (i) => {
      return { ...flags, queue: `${prefix}-${i}`, durable, arguments: EMPTY_TABLE };
    });
  }

  deleteQueues(count: number, prefix: string): Promise<number> {
    const flags = { ifUnused: false, ifEmpty: false, noWait: false };
    return this.many(count, encodeQueueDelete, (i) => ({ ...flags, queue: `${prefix}-${i}` }));
  }

  /** @param queueOf the queue of a binding, and its key */
  bind(
    count: number,
    exchange: string,
    queueOf: (i: number) => { readonly queue: string; readonly routingKey: string },
  ): Promise<number> {
    return this.many(count, encodeQueueBind, (i) => {
      return { ...queueOf(i), exchange, noWait: false, arguments: EMPTY_TABLE };
    });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
