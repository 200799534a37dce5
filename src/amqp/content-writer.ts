/**
 * Writes the content of a message (header frame and body frames) into a connection's output. Three ways, by what the
 * message allows: the publisher's own frames copied whole; frames built around the octets; large bodies referenced.
 */
import type { Message } from '../broker/message.ts';
import { copyOctets } from '../runtime/copy-octets.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { FRAME_BODY, FRAME_END, FRAME_HEADER, FRAME_OVERHEAD } from './wire/frame.ts';

/** class-id (2), weight (2), body size (8). */
const CONTENT_HEADER_SIZE = 12;
/** Frame header and content header: what stands before the property flags. */
const BEFORE_PROPERTIES = 7 + CONTENT_HEADER_SIZE;
/** End octet of the header frame and header of the body frame: what stands between properties and body. */
export const BETWEEN_PROPERTIES_AND_BODY = 8;
/** Bodies from this size are referenced in place of being copied, which makes two more parts of a vectored write. */
const REFERENCED_BODY_SIZE = 16_384;
const BASIC_CLASS_ID = 60;

/** @param frameMax largest frame the receiver accepts, in octets; 0 for no limit */
export function writeContent(
  out: OutputBuffer,
  channel: number,
  message: Message,
  frameMax: number,
): void {
  const { bodyLength } = message;
  const isOneFrame = frameMax === 0 || bodyLength <= frameMax - FRAME_OVERHEAD;
  if (message.contentFrames >= 0 && isOneFrame && bodyLength < REFERENCED_BODY_SIZE) {
    copyFrames(out, channel, message);
    return;
  }
  writeHeaderFrame(out, channel, message);
  if (bodyLength === 0) return;
  const payloadMax = frameMax === 0 ? bodyLength : frameMax - FRAME_OVERHEAD;
  if (message.bodyPieces === null && isOneFrame && bodyLength < REFERENCED_BODY_SIZE) {
    out.reserve(bodyLength + FRAME_OVERHEAD);
    writeFrameHeader(out, FRAME_BODY, channel, bodyLength);
    const { body, bodyStart } = message;
    copyOctets(body, bodyStart, out.buffer, out.view, out.length, bodyLength);
    out.length += bodyLength;
    out.buffer[out.length++] = FRAME_END;
    return;
  }
  writeBodyFrames(out, channel, message, payloadMax);
}

/** The publisher's header frame and body frame lie side by side: copy both, then set the receiver's channel. */
function copyFrames(out: OutputBuffer, channel: number, message: Message): void {
  const start = message.contentFrames;
  const hasBody = message.bodyLength > 0;
  const headerLength = BEFORE_PROPERTIES + message.propertiesLength + 1;
  const length = headerLength + (hasBody ? message.bodyLength + FRAME_OVERHEAD : 0);
  out.reserve(length);
  const { buffer } = out;
  const at = out.length;
  copyOctets(message.properties, start, buffer, out.view, at, length);
  buffer[at + 1] = channel >> 8;
  buffer[at + 2] = channel;
  if (hasBody) {
    buffer[at + headerLength + 1] = channel >> 8;
    buffer[at + headerLength + 2] = channel;
  }
  out.length = at + length;
}

function writeHeaderFrame(out: OutputBuffer, channel: number, message: Message): void {
  const { propertiesLength, bodyLength } = message;
  out.reserve(BEFORE_PROPERTIES + propertiesLength + 1);
  writeFrameHeader(out, FRAME_HEADER, channel, CONTENT_HEADER_SIZE + propertiesLength);
  out.short(BASIC_CLASS_ID);
  out.short(0);
  out.longlong(bodyLength);
  const { properties, propertiesStart } = message;
  copyOctets(properties, propertiesStart, out.buffer, out.view, out.length, propertiesLength);
  out.length += propertiesLength;
  out.buffer[out.length++] = FRAME_END;
}

function writeBodyFrames(
  out: OutputBuffer,
  channel: number,
  message: Message,
  payloadMax: number,
): void {
  const { bodyStart, bodyLength } = message;
  const pieces = message.bodyPieces ?? [message.body.subarray(bodyStart, bodyStart + bodyLength)];
  let frameRemaining = 0;
  let bodyRemaining = bodyLength;
  for (const piece of pieces) {
    let offset = 0;
    while (offset < piece.length) {
      if (frameRemaining === 0) {
        frameRemaining = Math.min(payloadMax, bodyRemaining);
        out.reserve(FRAME_OVERHEAD);
        writeFrameHeader(out, FRAME_BODY, channel, frameRemaining);
      }
      const taken = Math.min(frameRemaining, piece.length - offset);
      appendOctets(out, piece, offset, taken);
      offset += taken;
      frameRemaining -= taken;
      bodyRemaining -= taken;
      if (frameRemaining === 0) {
        out.reserve(1);
        out.buffer[out.length++] = FRAME_END;
      }
    }
  }
}

function appendOctets(out: OutputBuffer, piece: Buffer, offset: number, length: number): void {
  if (length >= REFERENCED_BODY_SIZE) {
    out.reference(piece.subarray(offset, offset + length));
    return;
  }
  out.reserve(length);
  piece.copy(out.buffer, out.length, offset, offset + length);
  out.length += length;
}

function writeFrameHeader(out: OutputBuffer, type: number, channel: number, size: number): void {
  const { buffer } = out;
  const at = out.length;
  buffer[at] = type;
  buffer[at + 1] = channel >> 8;
  buffer[at + 2] = channel;
  buffer[at + 3] = size >>> 24;
  buffer[at + 4] = size >>> 16;
  buffer[at + 5] = size >>> 8;
  buffer[at + 6] = size;
  out.length = at + 7;
}
