/**
 * Finds frames in a stream of octets and hands over the few numbers that a load generator needs, without an object for
 * each: measuring must cost less than what is measured.
 */
import { FRAME_BODY, FRAME_HEADER, FRAME_METHOD } from '../../amqp/wire/frame.ts';

export interface ScanHandler {
  /** A method without content of interest; the arguments are in [start, end). */
  onMethod(id: number, buffer: Buffer, start: number, end: number): void;
  /** A content is complete; its first body frame began at `bodyStart` (-1: not in this chunk, or none). */
  onContent(buffer: Buffer, bodyStart: number): void;
}

const EMPTY = Buffer.alloc(0);
const ENVELOPE = 7;

export class FrameScanner {
  readonly #handler: ScanHandler;
  #rest: Buffer = EMPTY;
  #bodyRemaining = 0;
  #bodyStart = -1;

  constructor(handler: ScanHandler) {
    this.#handler = handler;
  }

  push(chunk: Buffer): void {
    const buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const { length } = buffer;
    let at = 0;
    this.#bodyStart = -1;
    while (length - at > ENVELOPE) {
      const size =
        (buffer[at + 3]! << 24) |
        (buffer[at + 4]! << 16) |
        (buffer[at + 5]! << 8) |
        buffer[at + 6]!;
      const end = at + ENVELOPE + size;
      if (end >= length) break;
      this.#frame(buffer, buffer[at]!, at + ENVELOPE, end);
      at = end + 1;
    }
    this.#rest = at === length ? EMPTY : buffer.subarray(at);
  }

  #frame(buffer: Buffer, type: number, start: number, end: number): void {
    if (type === FRAME_METHOD) {
      const id =
        (buffer[start]! << 24) |
        (buffer[start + 1]! << 16) |
        (buffer[start + 2]! << 8) |
        buffer[start + 3]!;
      this.#handler.onMethod(id, buffer, start + 4, end);
    } else if (type === FRAME_HEADER) {
      this.#bodyRemaining =
        (buffer[start + 8]! << 24) |
        (buffer[start + 9]! << 16) |
        (buffer[start + 10]! << 8) |
        buffer[start + 11]!;
      this.#bodyStart = -1;
      if (this.#bodyRemaining === 0) this.#handler.onContent(buffer, -1);
    } else if (type === FRAME_BODY) {
      if (this.#bodyStart === -1) this.#bodyStart = start;
      this.#bodyRemaining -= end - start;
      if (this.#bodyRemaining === 0) this.#handler.onContent(buffer, this.#bodyStart);
    }
  }
}
