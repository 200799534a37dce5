/** Where a frame of a connection goes: to the connection itself or to its channels, if the state of things allows it. */
import type { ChannelMultiplexer } from './channel-multiplexer.ts';
import { HANDSHAKE, RUNNING, type ConnectionState } from './connection-state.ts';
import { ProtocolError } from './errors.ts';
import type { PublishBlock } from './publish-block.ts';
import { FRAME_BODY, FRAME_HEADER, FRAME_HEARTBEAT, FRAME_METHOD } from './wire/frame.ts';
import { FrameReader, type FrameHandler } from './wire/frame-reader.ts';
import type { PublishHandler, WholeContent } from './wire/whole-content.ts';

/** The connection as seen from here. */
export interface RoutedConnection {
  readonly state: ConnectionState;
  readonly channels: ChannelMultiplexer;
  readonly block: PublishBlock;
  /** A method on channel 0. */
  onConnectionMethod(id: number, buffer: Buffer, start: number, end: number): void;
}

/** Reads the frames of a connection and gives them to where they belong. */
export function frameReaderOf(connection: RoutedConnection, frameMax: number): FrameReader {
  const router = new FrameRouter(connection);
  return new FrameReader(router, frameMax, router);
}

class FrameRouter implements FrameHandler, PublishHandler {
  readonly #connection: RoutedConnection;

  constructor(connection: RoutedConnection) {
    this.#connection = connection;
  }

  onMethod(number: number, id: number, buffer: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (number === 0) connection.onConnectionMethod(id, buffer, start, end);
    else if (this.#acceptsChannelFrame(FRAME_METHOD)) {
      connection.channels.onMethod(number, id, buffer, start, end);
    }
  }

  onPublish(
    number: number,
    buffer: Buffer,
    start: number,
    end: number,
    content: WholeContent,
  ): boolean {
    const { state, block, channels } = this.#connection;
    if (state !== RUNNING || block.isArmed) return false;
    return channels.onPublish(number, buffer, start, end, content);
  }

  onHeader(number: number, buffer: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (!this.#acceptsChannelFrame(FRAME_HEADER)) return;
    connection.channels.onHeader(number, buffer, start, end);
    if (connection.block.isArmed) connection.block.block();
  }

  onBody(number: number, buffer: Buffer, start: number, end: number): void {
    if (this.#acceptsChannelFrame(FRAME_BODY)) {
      this.#connection.channels.onBody(number, buffer, start, end);
    }
  }

  onHeartbeat(number: number): void {
    if (number !== 0) this.#refuseFrame(FRAME_HEARTBEAT);
  }

  /** False: the connection is ending, and the frame is discarded. @throws ProtocolError before it is open */
  #acceptsChannelFrame(type: number): boolean {
    const { state } = this.#connection;
    if (state === RUNNING) return true;
    if (state === HANDSHAKE) this.#refuseFrame(type);
    return false;
  }

  #refuseFrame(type: number): never {
    const { channels, state } = this.#connection;
    channels.current = null;
    channels.strayMethodId = 0;
    throw new ProtocolError('UNEXPECTED_FRAME', `type ${type}, in connection state ${state}`);
  }
}
