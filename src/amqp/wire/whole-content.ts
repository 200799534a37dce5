/**
 * Recognises a content whose frames lie side by side in one buffer: its header frame and, for a body, one body frame. That is
 * how small messages come, and who takes them in one step saves two thirds of what handing over frames costs. What does not fit,
 * for whatever reason, is no error here: it is read frame by frame, and refused there where it has to be.
 *
 *   [2 ch size | 60 0 body-size properties CE] [3 ch size | body CE]
 */
import { FRAME_BODY, FRAME_END, FRAME_HEADER } from './frame.ts';

const BASIC_CLASS_ID = 60;
/** type (1), channel (2), payload size (4). */
const FRAME_HEADER_SIZE = 7;
/** class-id (2), weight (2), body size (8). */
const BEFORE_PROPERTIES = 12;
/** That, and the property flags. */
const HEADER_PAYLOAD_MIN = 14;

/** Takes basic.publish and its content in one call. */
export interface PublishHandler {
  /**
   * A basic.publish with all of its content; its arguments are in [start, end) of `buffer`, and `content` says where the rest
   * lies, during the call. False: nothing was done, it is to be handed over frame by frame.
   */
  onPublish(
    channel: number,
    buffer: Buffer,
    start: number,
    end: number,
    content: WholeContent,
  ): boolean;
}

/** Fields that are overwritten each time: an object for each message would be garbage. */
export class WholeContent {
  propertiesStart = 0;
  propertiesEnd = 0;
  bodyStart = 0;
  bodySize = 0;

  /**
   * Looks for a content from `start` on.
   *
   * @param channel that all of it must belong to
   * @param frameMax largest payload of a frame
   * @returns where it ends; -1 when there is none as a whole
   */
  find(buffer: Buffer, start: number, channel: number, frameMax: number): number {
    const { length } = buffer;
    if (start + FRAME_HEADER_SIZE + HEADER_PAYLOAD_MIN >= length) return -1;
    if (buffer[start] !== FRAME_HEADER || channelAt(buffer, start) !== channel) return -1;
    const size = longAt(buffer, start + 3);
    const payload = start + FRAME_HEADER_SIZE;
    const headerEnd = payload + size;
    if (size < HEADER_PAYLOAD_MIN || size > frameMax || headerEnd >= length) return -1;
    if (longAt(buffer, payload) !== BASIC_CLASS_ID << 16 || buffer[headerEnd] !== FRAME_END) {
      return -1;
    }
    const bodySize = longAt(buffer, payload + 8);
    if (longAt(buffer, payload + 4) !== 0 || bodySize > frameMax) return -1;
    this.propertiesStart = payload + BEFORE_PROPERTIES;
    this.propertiesEnd = headerEnd;
    this.bodySize = bodySize;
    return bodySize === 0 ? headerEnd + 1 : this.#findBody(buffer, headerEnd + 1, channel);
  }

  #findBody(buffer: Buffer, start: number, channel: number): number {
    const { bodySize } = this;
    const bodyStart = start + FRAME_HEADER_SIZE;
    const end = bodyStart + bodySize;
    if (end >= buffer.length) return -1;
    if (buffer[start] !== FRAME_BODY || channelAt(buffer, start) !== channel) return -1;
    if (longAt(buffer, start + 3) !== bodySize || buffer[end] !== FRAME_END) return -1;
    this.bodyStart = bodyStart;
    return end + 1;
  }
}

function channelAt(buffer: Buffer, frame: number): number {
  return (buffer[frame + 1]! << 8) | buffer[frame + 2]!;
}

/** Unsigned, 32 bits. */
function longAt(buffer: Buffer, offset: number): number {
  return (
    ((buffer[offset]! << 24) |
      (buffer[offset + 1]! << 16) |
      (buffer[offset + 2]! << 8) |
      buffer[offset + 3]!) >>>
    0
  );
}
