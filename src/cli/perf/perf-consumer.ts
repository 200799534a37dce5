/** A consumer: one connection that counts deliveries, measures their age, and acknowledges in one write a chunk. */
import {
  BASIC_CONSUME_OK,
  BASIC_DELIVER,
  BASIC_QOS_OK,
  encodeBasicAck,
  encodeBasicConsume,
  encodeBasicQos,
} from '../../amqp/wire/generated/methods.ts';
import { EMPTY_TABLE } from '../../amqp/wire/field-table.ts';
import { WireWriter } from '../../amqp/wire/wire-writer.ts';
import { FrameScanner, type ScanHandler } from './frame-scanner.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import { CHANNEL, type PerfConnection } from './perf-connection.ts';
import type { PerfOptions } from './perf-options.ts';

export class PerfConsumer implements ScanHandler {
  consumed = 0;
  readonly #connection: PerfConnection;
  readonly #options: PerfOptions;
  readonly #latencies: LatencyHistogram;
  readonly #acks = new WireWriter(65_536);
  #deliveryTag = 0;
  #unacked = 0;

  constructor(connection: PerfConnection, options: PerfOptions, latencies: LatencyHistogram) {
    this.#connection = connection;
    this.#options = options;
    this.#latencies = latencies;
  }

  /** Consumes from a queue from now on. */
  async start(queue: string): Promise<void> {
    const connection = this.#connection;
    const { prefetch, ackEvery } = this.#options;
    if (prefetch > 0) {
      const qos = { prefetchSize: 0, prefetchCount: prefetch, global: false };
      await connection.call(encodeBasicQos, qos, BASIC_QOS_OK);
    }
    const scanner = new FrameScanner(this);
    const flags = { noLocal: false, noAck: ackEvery === 0, exclusive: false, noWait: false };
    const method = { ...flags, queue, consumerTag: '', arguments: EMPTY_TABLE };
    await connection.call(encodeBasicConsume, method, BASIC_CONSUME_OK);
    connection.onOctets = (chunk) => {
      scanner.push(chunk);
      this.#flushAcks();
    };
  }

  onMethod(id: number, buffer: Buffer, start: number, end: number): void {
    if (id !== BASIC_DELIVER) {
      this.#connection.onMethod(CHANNEL, id, buffer, start, end);
      return;
    }
    const tag = start + 1 + buffer[start]!;
    this.#deliveryTag = buffer.readUInt32BE(tag) * 2 ** 32 + buffer.readUInt32BE(tag + 4);
  }

  onContent(buffer: Buffer, bodyStart: number): void {
    this.consumed++;
    const { ackEvery, latency, size } = this.#options;
    if (latency && size >= 8 && bodyStart >= 0) {
      this.#latencies.record(
        Number(process.hrtime.bigint() - buffer.readBigUInt64BE(bodyStart)) / 1000,
      );
    }
    if (ackEvery === 0 || ++this.#unacked < ackEvery) return;
    this.#unacked = 0;
    encodeBasicAck(this.#acks, CHANNEL, { deliveryTag: this.#deliveryTag, multiple: ackEvery > 1 });
  }

  #flushAcks(): void {
    if (this.#acks.length === 0) return;
    this.#connection.socket.write(Buffer.from(this.#acks.buffer.subarray(0, this.#acks.length)));
    this.#acks.length = 0;
  }
}
