/**
 * The load generator's client: a handshake and declarations by methods, then a stream of octets that is scanned in place.
 * Knows one channel, number 1.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fromPlain } from '../../amqp/wire/field-table.ts';
import { PROTOCOL_HEADER } from '../../amqp/wire/frame.ts';
import { FrameReader, type FrameHandler } from '../../amqp/wire/frame-reader.ts';
import {
  CHANNEL_CLOSE,
  CHANNEL_OPEN_OK,
  CONNECTION_CLOSE,
  CONNECTION_CLOSE_OK,
  CONNECTION_OPEN_OK,
  CONNECTION_START,
  CONNECTION_TUNE,
  decodeMethod,
  encodeChannelOpen,
  encodeConnectionClose,
  encodeConnectionOpen,
  encodeConnectionStartOk,
  encodeConnectionTuneOk,
  methodName,
  type Method,
} from '../../amqp/wire/generated/methods.ts';
import { WireReader } from '../../amqp/wire/wire-reader.ts';
import { WireWriter } from '../../amqp/wire/wire-writer.ts';
import { PerfError, type BrokerUri } from './perf-options.ts';

export const CHANNEL = 1;
const WRITE_BUFFER_OCTETS = 256 * 1024;
/** How long the broker may take for an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000;

type Encode<M> = (writer: WireWriter, channel: number, method: M) => void;

function openSocket({ host, port, isEncrypted }: BrokerUri): Socket {
  const options = { host, port, noDelay: true, writableHighWaterMark: WRITE_BUFFER_OCTETS };
  if (!isEncrypted) return connect(options as never);
  // Load on a broker of one's own: who it is need not be proved.
  return connectTls({ ...options, rejectUnauthorized: false } as never);
}

export class PerfConnection implements FrameHandler {
  readonly socket: Socket;
  frameMax = 131_072;
  /** Takes the octets once the declarations are done. */
  onOctets: ((chunk: Buffer) => void) | null = null;
  /** Told once when the connection fails. */
  onFailure: (error: Error) => void = () => {};
  readonly #reader = new FrameReader(this, 0);
  #awaited: {
    id: number;
    resolve: (method: Method) => void;
    reject: (error: Error) => void;
  } | null = null;
  #isEnding = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.fail(new PerfError(error.message)));
    socket.on('close', () => this.fail(new PerfError('the broker closed the connection')));
  }

  /** Connects, logs in and opens channel 1. @throws PerfError with the broker's reason */
  static async open(uri: BrokerUri): Promise<PerfConnection> {
    const { host, port } = uri;
    const socket = openSocket(uri);
    const connection = new PerfConnection(socket);
    socket.write(PROTOCOL_HEADER);
    await connection.#expect(CONNECTION_START).catch((error: unknown) => {
      throw new PerfError(`Cannot connect to ${host}:${port}: ${(error as Error).message}`);
    });
    connection.send(
      encodeConnectionStartOk,
      {
        clientProperties: fromPlain({
          product: 'leveret perf',
          capabilities: {
            authentication_failure_close: true,
            'basic.nack': true,
            publisher_confirms: true,
          },
        }),
        mechanism: 'PLAIN',
        response: Buffer.from(`\0${uri.user}\0${uri.password}`),
        locale: 'en_US',
      },
      0,
    );
    const tune = await connection.#expect(CONNECTION_TUNE);
    if (tune.id !== CONNECTION_TUNE) throw new PerfError('the broker does not tune');
    connection.frameMax = tune.frameMax === 0 ? 131_072 : tune.frameMax;
    const { channelMax } = tune;
    connection.send(
      encodeConnectionTuneOk,
      { channelMax, frameMax: connection.frameMax, heartbeat: 0 },
      0,
    );
    connection.send(encodeConnectionOpen, { virtualHost: uri.vhost }, 0);
    await connection.#expect(CONNECTION_OPEN_OK);
    await connection.call(encodeChannelOpen, {}, CHANNEL_OPEN_OK);
    return connection;
  }

  send<M>(encode: Encode<M>, method: M, channel: number = CHANNEL): void {
    const writer = new WireWriter();
    encode(writer, channel, method);
    this.socket.write(writer.take());
  }

  /** Sends a method and waits for its answer. @throws PerfError when the broker refuses */
  async call<M>(encode: Encode<M>, method: M, answerId: number): Promise<Method> {
    this.send(encode, method);
    return this.#expect(answerId);
  }

  /** Says goodbye and waits for the answer. */
  async close(): Promise<void> {
    this.#isEnding = true;
    this.onOctets = null;
    this.send(encodeConnectionClose, { replyCode: 200, replyText: '', classId: 0, methodId: 0 }, 0);
    await this.#expect(CONNECTION_CLOSE_OK).catch(() => {});
    this.socket.destroy();
  }

  /** Ends without a goodbye. */
  drop(): void {
    this.#isEnding = true;
    this.socket.destroy();
  }

  fail(error: Error): void {
    this.#awaited?.reject(error);
    this.#awaited = null;
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.onFailure(error);
  }

  async #expect(id: number): Promise<Method> {
    const { promise, resolve, reject } = Promise.withResolvers<Method>();
    const timer = setTimeout(() => {
      reject(new PerfError(`the broker does not answer: ${methodName(id)} never came`));
    }, ANSWER_TIMEOUT_MS);
    this.#awaited = { id, resolve, reject };
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(chunk: Buffer): void {
    if (this.onOctets !== null) {
      this.onOctets(chunk);
      return;
    }
    this.#reader.push(chunk);
    try {
      this.#reader.run();
    } catch {
      this.fail(new PerfError('the broker does not speak AMQP 0-9-1'));
    }
  }

  /** A method frame of the broker, also one that a scanner met. */
  onMethod(_channel: number, id: number, buffer: Buffer, start: number, end: number): void {
    const method = decodeMethod(id, new WireReader().reset(buffer, start, end));
    if (method.id === CONNECTION_CLOSE || method.id === CHANNEL_CLOSE) {
      this.fail(new PerfError(`the broker refuses: ${method.replyCode} ${method.replyText}`));
      this.socket.destroy();
    } else if (this.#awaited?.id === id) {
      const { resolve } = this.#awaited;
      this.#awaited = null;
      resolve(method);
    }
  }

  onHeader(): void {}

  onBody(): void {}

  onHeartbeat(): void {}
}
