/**
 * Cuts a stream of socket chunks into AMQP frames, in place: a handler gets (buffer, start, end), never a copy.
 * It checks the envelope (type, size, end octet); what a frame means is its handler's business.
 */
import { FRAME_BODY, FRAME_END, FRAME_HEADER, FRAME_HEARTBEAT, FRAME_METHOD } from './frame.ts';
import { payloadSnippet } from './format-binary.ts';
import { BASIC_PUBLISH } from './generated/methods.ts';
import { WholeContent, type PublishHandler } from './whole-content.ts';

/** Receives what a FrameReader finds. Ranges are valid during the call; the buffers are never reused. */
export interface FrameHandler {
  /** A method frame; `start` is behind the four id octets. */
  onMethod(channel: number, id: number, buffer: Buffer, start: number, end: number): void;
  /** The payload of a content header frame. */
  onHeader(channel: number, buffer: Buffer, start: number, end: number): void;
  /** Octets of a content body: a frame that spans chunks arrives in several calls. */
  onBody(channel: number, buffer: Buffer, start: number, end: number): void;
  onHeartbeat(channel: number): void;
}

/** The stream is not AMQP any more: nothing behind this point can be read. Answered with 501. */
export class FrameError extends Error {}

/** type (1), channel (2), payload size (4). */
const FRAME_HEADER_SIZE = 7;
/**
 * A body frame larger than this that spans chunks is handed over in pieces; smaller frames are put together,
 * so that the common small message lies in one piece.
 */
const LARGE_FRAME_SIZE = 8192;
const EMPTY = Buffer.alloc(0);

/**
 *   chunk:  ...frame][frame][frame][fra     the cut-off rest is carried: copied into a buffer of exactly the
 *   chunk:  me][frame][...                  frame's size (or streamed, for a large body frame)
 */
export class FrameReader {
  /** Largest frame that the peer may send, in octets; 0 means no limit. */
  frameMax: number;
  readonly #handler: FrameHandler;
  readonly #publishes: PublishHandler | null;
  readonly #content = new WholeContent();
  #input: Buffer = EMPTY;
  #offset = 0;
  readonly #waiting: Buffer[] = [];
  #isPaused = false;
  /** A frame cut off by the end of a chunk; carried octets fill it up to #carryLength. */
  #carry: Buffer = EMPTY;
  #carryLength = 0;
  readonly #envelope: Buffer = Buffer.alloc(FRAME_HEADER_SIZE);
  /** Octets still to come of a large body frame, its end octet included; 0 when none is under way. */
  #streamRemaining = 0;
  #streamChannel = 0;

  /** @param publishes is offered each basic.publish whose content has come as a whole; null: nobody is */
  constructor(handler: FrameHandler, frameMax: number, publishes: PublishHandler | null = null) {
    this.#handler = handler;
    this.#publishes = publishes;
    this.frameMax = frameMax;
  }

  /** Adds a chunk to read. Call `run` next. */
  push(chunk: Buffer): void {
    if (this.#offset === this.#input.length && this.#waiting.length === 0) {
      this.#input = chunk;
      this.#offset = 0;
    } else {
      this.#waiting.push(chunk);
    }
  }

  /** Hands over no further frame until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Undoes `pause`. Call `run` next. */
  resume(): void {
    this.#isPaused = false;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /**
   * Reads all complete frames. An error thrown by the handler passes through; the reader then stands behind the
   * frame that caused it, and `run` may be called again.
   *
   * @throws FrameError when the stream is not AMQP; do not call `run` again.
   */
  run(): void {
    for (;;) {
      while (!this.#isPaused && this.#offset < this.#input.length) {
        if (this.#streamRemaining > 0) this.#readStream();
        else if (this.#carryLength > 0) this.#fillCarry();
        else this.#readFrames();
      }
      if (this.#isPaused || this.#waiting.length === 0) break;
      this.#input = this.#waiting.shift()!;
      this.#offset = 0;
    }
    if (this.#offset === this.#input.length) this.#input = EMPTY;
    if (this.#input === EMPTY) this.#offset = 0;
  }

  /** The innermost loop: whole frames that lie in the current chunk. */
  #readFrames(): void {
    const buffer = this.#input;
    const length = buffer.length;
    let offset = this.#offset;
    while (length - offset >= FRAME_HEADER_SIZE) {
      const size =
        ((buffer[offset + 3]! << 24) |
          (buffer[offset + 4]! << 16) |
          (buffer[offset + 5]! << 8) |
          buffer[offset + 6]!) >>>
        0;
      const payload = offset + FRAME_HEADER_SIZE;
      const end = payload + size;
      if (end >= length) break;
      if (!this.#takePublish(buffer, offset, payload, end)) {
        this.#offset = end + 1;
        this.#dispatch(buffer, offset, payload, end);
      }
      if (this.#isPaused) return;
      offset = this.#offset;
    }
    if (offset < length) this.#keepRest(buffer, offset);
  }

  /** Hands over basic.publish together with its content. False when that cannot be done: nothing is read then. */
  #takePublish(buffer: Buffer, frame: number, payload: number, end: number): boolean {
    const publishes = this.#publishes;
    if (publishes === null || buffer[frame] !== FRAME_METHOD || end - payload < 4) return false;
    const id =
      (buffer[payload]! << 24) |
      (buffer[payload + 1]! << 16) |
      (buffer[payload + 2]! << 8) |
      buffer[payload + 3]!;
    if (id !== BASIC_PUBLISH || buffer[end] !== FRAME_END) return false;
    const frameMax = this.frameMax === 0 ? Number.MAX_SAFE_INTEGER : this.frameMax;
    if (end - payload > frameMax) return false;
    const channel = (buffer[frame + 1]! << 8) | buffer[frame + 2]!;
    const content = this.#content;
    const behind = content.find(buffer, end + 1, channel, frameMax);
    if (behind < 0) return false;
    this.#offset = behind;
    return publishes.onPublish(channel, buffer, payload + 4, end, content);
  }

  #dispatch(buffer: Buffer, frame: number, payload: number, end: number): void {
    const type = buffer[frame]!;
    const channel = (buffer[frame + 1]! << 8) | buffer[frame + 2]!;
    const size = end - payload;
    if (this.frameMax !== 0 && size > this.frameMax) this.#refuseSize(type, size);
    if (buffer[end] !== FRAME_END) {
      this.#refuseEnd(type, buffer.subarray(payload, end), buffer[end]!);
    }
    if (type === FRAME_METHOD) {
      if (size < 4) this.#refuse(type, buffer, payload, end);
      const id =
        (buffer[payload]! << 24) |
        (buffer[payload + 1]! << 16) |
        (buffer[payload + 2]! << 8) |
        buffer[payload + 3]!;
      this.#handler.onMethod(channel, id, buffer, payload + 4, end);
    } else if (type === FRAME_BODY) {
      this.#handler.onBody(channel, buffer, payload, end);
    } else if (type === FRAME_HEADER) {
      this.#handler.onHeader(channel, buffer, payload, end);
    } else if (type === FRAME_HEARTBEAT && size === 0) {
      this.#handler.onHeartbeat(channel);
    } else {
      this.#refuse(type, buffer, payload, end);
    }
  }

  /** Remembers the cut-off frame at the end of a chunk. */
  #keepRest(buffer: Buffer, offset: number): void {
    const have = buffer.length - offset;
    this.#offset = buffer.length;
    if (have < FRAME_HEADER_SIZE) {
      buffer.copy(this.#envelope, 0, offset);
      this.#carry = this.#envelope;
      this.#carryLength = have;
      return;
    }
    buffer.copy(this.#envelope, 0, offset, offset + FRAME_HEADER_SIZE);
    this.#offset = offset + FRAME_HEADER_SIZE;
    this.#beginFrame();
  }

  /** The envelope is complete, the payload is not: stream a large body, carry anything else. */
  #beginFrame(): void {
    const envelope = this.#envelope;
    const type = envelope[0]!;
    const size = envelope.readUInt32BE(3);
    // Refused before anything of the announced size is allocated.
    if (this.frameMax !== 0 && size > this.frameMax) this.#refuseSize(type, size);
    if (type === FRAME_BODY && size > LARGE_FRAME_SIZE) {
      this.#carryLength = 0;
      this.#streamChannel = envelope.readUInt16BE(1);
      this.#streamRemaining = size + 1;
      return;
    }
    const isKnown = type === FRAME_METHOD || type === FRAME_HEADER || type === FRAME_BODY;
    if (!isKnown && type !== FRAME_HEARTBEAT) this.#refuse(type, EMPTY, 0, 0);
    this.#carry = Buffer.allocUnsafeSlow(FRAME_HEADER_SIZE + size + 1);
    envelope.copy(this.#carry);
    this.#carryLength = FRAME_HEADER_SIZE;
  }

  #fillCarry(): void {
    const wanted = this.#carry.length - this.#carryLength;
    const taken = Math.min(wanted, this.#input.length - this.#offset);
    this.#input.copy(this.#carry, this.#carryLength, this.#offset, this.#offset + taken);
    this.#carryLength += taken;
    this.#offset += taken;
    if (taken < wanted) return;
    if (this.#carry === this.#envelope) {
      this.#beginFrame();
      return;
    }
    const frame = this.#carry;
    this.#carry = EMPTY;
    this.#carryLength = 0;
    this.#dispatch(frame, 0, FRAME_HEADER_SIZE, frame.length - 1);
  }

  /** Hands over the next piece of a large body frame; its last octet only together with a valid end octet. */
  #readStream(): void {
    const buffer = this.#input;
    const start = this.#offset;
    const available = buffer.length - start;
    if (available >= this.#streamRemaining) {
      const end = start + this.#streamRemaining - 1;
      this.#offset = end + 1;
      this.#streamRemaining = 0;
      if (buffer[end] !== FRAME_END) {
        this.#refuseEnd(FRAME_BODY, buffer.subarray(start, end), buffer[end]!);
      }
      this.#handler.onBody(this.#streamChannel, buffer, start, end);
      return;
    }
    // One octet short of the frame's end at most: the last payload octet waits for the end octet.
    const taken = Math.min(available, this.#streamRemaining - 2);
    if (taken > 0) {
      this.#streamRemaining -= taken;
      this.#offset += taken;
      this.#handler.onBody(this.#streamChannel, buffer, start, start + taken);
      return;
    }
    // Exactly the last payload octet is here: join it with the chunk that brings the end octet.
    this.#streamRemaining = 0;
    this.#offset = buffer.length;
    this.#carry = Buffer.allocUnsafeSlow(FRAME_HEADER_SIZE + 2);
    this.#carry[0] = FRAME_BODY;
    this.#carry.writeUInt16BE(this.#streamChannel, 1);
    this.#carry.writeUInt32BE(1, 3);
    this.#carry[FRAME_HEADER_SIZE] = buffer[start]!;
    this.#carryLength = FRAME_HEADER_SIZE + 1;
  }

  #refuseSize(type: number, size: number): never {
    throw new FrameError(
      `type ${type}, all octets = <<>>: {frame_too_large,${size},${this.frameMax - 8}}`,
    );
  }

  #refuse(type: number, buffer: Buffer, payload: number, end: number): never {
    const snippet = payloadSnippet(buffer.subarray(payload, end));
    throw new FrameError(`type ${type}, ${snippet}: unknown_frame`);
  }

  #refuseEnd(type: number, payload: Buffer, marker: number): never {
    const snippet = payloadSnippet(payload);
    throw new FrameError(`type ${type}, ${snippet}: {invalid_frame_end_marker,${marker}}`);
  }
}
