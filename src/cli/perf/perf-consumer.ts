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

/** frame header (7), method id (4), delivery tag (8), multiple (1), end octet (1) */
const ACK_FRAME_SIZE = 21;
const ACK_TAG_OFFSET = 11;
const ACKS_PER_WRITE = 2048;

export class PerfConsumer implements ScanHandler {
  consumed = 0;
  readonly #connection: PerfConnection;
  readonly #options: PerfOptions;
  readonly #latencies: LatencyHistogram;
  /** Frames of basic.ack one behind the other: only the delivery tags are set anew. */
  readonly #acks: Buffer = ackFrames();
  #ackCount = 0;
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
    // Before the answer: the first deliveries may come in one chunk with it.
    connection.onOctets = (chunk) => {
      scanner.push(chunk);
      this.#flushAcks();
    };
    await connection.call(encodeBasicConsume, method, BASIC_CONSUME_OK);
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
    if (this.#ackCount === ACKS_PER_WRITE) this.#flushAcks();
    const tag = this.#ackCount++ * ACK_FRAME_SIZE + ACK_TAG_OFFSET;
    this.#acks.writeUInt32BE(Math.floor(this.#deliveryTag / 2 ** 32), tag);
    this.#acks.writeUInt32BE(this.#deliveryTag >>> 0, tag + 4);
    this.#acks[tag + 8] = ackEvery > 1 ? 1 : 0;
  }

  #flushAcks(): void {
    if (this.#ackCount === 0) return;
    const frames = this.#acks.subarray(0, this.#ackCount * ACK_FRAME_SIZE);
    // A copy: the socket may hold it while the next tags are set.
    this.#connection.socket.write(Buffer.from(frames));
    this.#ackCount = 0;
  }
}

function ackFrames(): Buffer {
  const writer = new WireWriter(ACKS_PER_WRITE * ACK_FRAME_SIZE);
  for (let i = 0; i < ACKS_PER_WRITE; i++) {
    encodeBasicAck(writer, CHANNEL, { deliveryTag: 0, multiple: false });
  }
  return writer.take();
}
