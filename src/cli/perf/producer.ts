/**
 * A producer: one connection that publishes as fast as socket, rate and confirm window allow. The frames of many messages
 * are encoded once and written again and again.
 */
import { encodeContent } from '../../amqp/wire/frame.ts';
import {
  BASIC_ACK,
  BASIC_NACK,
  BASIC_RETURN,
  CONFIRM_SELECT_OK,
  encodeBasicPublish,
  encodeConfirmSelect,
} from '../../amqp/wire/generated/methods.ts';
import { WireWriter } from '../../amqp/wire/wire-writer.ts';
import { FrameScanner, type ScanHandler } from './frame-scanner.ts';
import { CHANNEL, type PerfConnection } from './perf-connection.ts';
import type { PerfOptions } from './perf-options.ts';

const BASIC_CLASS_ID = 60;
const PERSISTENT = 2;
const TRANSIENT = 1;
/** Writes before others get their turn. */
const WRITES_PER_TURN = 4;
/** How often a producer with a rate looks what is due, in milliseconds. */
const PACE_MS = 1;

export class Producer implements ScanHandler {
  published = 0;
  confirmed = 0;
  refused = 0;
  returned = 0;
  readonly #connection: PerfConnection;
  readonly #options: PerfOptions;
  readonly #batch: Buffer;
  readonly #messageLength: number;
  readonly #bodyOffset: number;
  /** Messages in the batch. */
  readonly #batchCount: number;
  /** Messages written at once, at most. */
  readonly #writeCount: number;
  /** Where the next write begins in the batch, in messages. */
  #next = 0;
  #isRunning = false;
  #isScheduled = false;
  #startedNs = 0n;
  #pace: NodeJS.Timeout | null = null;

  constructor(connection: PerfConnection, options: PerfOptions, routingKey: string) {
    this.#connection = connection;
    this.#options = options;
    const messages = keysOf(options, routingKey).map((key) =>
      encodeMessage(options, key, connection.frameMax),
    );
    const { frames, bodyOffset } = messages[0]!;
    this.#messageLength = frames.length;
    this.#bodyOffset = bodyOffset;
    this.#writeCount = Math.max(1, Math.floor(options.writeSize / frames.length));
    this.#batchCount = Math.ceil(this.#writeCount / messages.length) * messages.length;
    const batch = Array.from(
      { length: this.#batchCount },
      (_, i) => messages[i % messages.length]!.frames,
    );
    this.#batch = Buffer.concat(batch);
    const scanner = new FrameScanner(this);
    connection.onOctets = (chunk) => {
      scanner.push(chunk);
      this.#pump();
    };
    connection.socket.on('drain', () => this.#pump());
  }

  static async create(
    connection: PerfConnection,
    options: PerfOptions,
    routingKey: string,
  ): Promise<Producer> {
    if (options.confirm > 0) {
      await connection.call(encodeConfirmSelect, { noWait: false }, CONFIRM_SELECT_OK);
    }
    return new Producer(connection, options, routingKey);
  }

  /** Published all that it was asked to. */
  get isDone(): boolean {
    return this.#options.count > 0 && this.published >= this.#options.count;
  }

  /** Everything published is confirmed, or no confirms were asked for. */
  get isSettled(): boolean {
    return this.#options.confirm === 0 || this.confirmed + this.refused >= this.published;
  }

  start(): void {
    this.#isRunning = true;
    this.#startedNs = process.hrtime.bigint();
    if (this.#options.rate > 0) this.#pace = setInterval(() => this.#pump(), PACE_MS);
    this.#pump();
  }

  stop(): void {
    this.#isRunning = false;
    if (this.#pace !== null) clearInterval(this.#pace);
  }

  onMethod(id: number, buffer: Buffer, start: number, end: number): void {
    if (id === BASIC_ACK) {
      this.confirmed += this.#settledBy(buffer, start);
    } else if (id === BASIC_NACK) {
      this.refused += this.#settledBy(buffer, start);
    } else if (id === BASIC_RETURN) {
      this.returned++;
    } else {
      this.#connection.onMethod(CHANNEL, id, buffer, start, end);
    }
  }

  /** How many messages a confirm is about, which are the next: brokers confirm in order. */
  #settledBy(buffer: Buffer, start: number): number {
    const isMultiple = (buffer[start + 8]! & 1) === 1;
    if (!isMultiple) return 1;
    const tag = buffer.readUInt32BE(start) * 2 ** 32 + buffer.readUInt32BE(start + 4);
    return Math.max(0, tag - this.confirmed - this.refused);
  }

  onContent(): void {}

  /** How many messages may be written now. */
  #allowance(): number {
    const { confirm, count, rate } = this.#options;
    let allowed = Math.min(this.#writeCount, this.#batchCount - this.#next);
    if (confirm > 0) {
      const outstanding = this.published - this.confirmed - this.refused;
      allowed = Math.min(allowed, confirm - outstanding);
    }
    if (count > 0) allowed = Math.min(allowed, count - this.published);
    if (rate > 0) {
      const elapsedSeconds = Number(process.hrtime.bigint() - this.#startedNs) / 1e9;
      allowed = Math.min(allowed, Math.floor(elapsedSeconds * rate) - this.published);
    }
    return allowed;
  }

  #pump(): void {
    if (!this.#isRunning) return;
    for (let writes = 0; writes < WRITES_PER_TURN; writes++) {
      if (this.#connection.socket.writableNeedDrain) return;
      const allowed = this.#allowance();
      if (allowed <= 0) return;
      this.#write(allowed);
    }
    // The socket would take more: go on after others had their turn.
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #write(messageCount: number): void {
    const start = this.#next * this.#messageLength;
    const frames = this.#batch.subarray(start, start + messageCount * this.#messageLength);
    this.#next = (this.#next + messageCount) % this.#batchCount;
    this.published += messageCount;
    this.#connection.socket.write(this.#options.latency ? this.#stamped(frames) : frames);
  }

  /** A copy whose bodies begin with the time: the socket may still hold the last one. */
  #stamped(frames: Buffer): Buffer {
    const copy = Buffer.from(frames);
    if (this.#options.size < 8) return copy;
    const now = process.hrtime.bigint();
    for (let at = this.#bodyOffset; at < copy.length; at += this.#messageLength) {
      copy.writeBigUInt64BE(now, at);
    }
    return copy;
  }
}

/** All of the same length. */
function keysOf({ keys }: PerfOptions, routingKey: string): string[] {
  if (keys === 1) return [routingKey];
  const digits = String(keys - 1).length;
  return Array.from({ length: keys }, (_, i) => `${routingKey}.${String(i).padStart(digits, '0')}`);
}

function encodeMessage(
  options: PerfOptions,
  routingKey: string,
  frameMax: number,
): { frames: Buffer; bodyOffset: number } {
  const writer = new WireWriter();
  const { exchange, persistent, size } = options;
  encodeBasicPublish(writer, CHANNEL, { exchange, routingKey, mandatory: false, immediate: false });
  const headerStart = writer.length;
  const properties = { deliveryMode: persistent ? PERSISTENT : TRANSIENT };
  encodeContent(
    writer,
    CHANNEL,
    BASIC_CLASS_ID,
    persistent ? properties : {},
    Buffer.alloc(size, 'x'),
    frameMax,
  );
  const frames = writer.take();
  // Behind the header frame and the envelope of the first body frame.
  const bodyOffset = headerStart + 7 + frames.readUInt32BE(headerStart + 3) + 1 + 7;
  return { frames, bodyOffset };
}
