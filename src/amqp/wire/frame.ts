/**
 * Frames (0-9-1 section 4.2.3): their constants, their envelope, and the frames of a content. Cutting a stream into
 * frames is FrameReader's work, methods are encoded in generated/methods.ts.
 *
 *   frame  = type (1) channel (2) size (4) payload end (1)          size counts the payload only
 *   header = class-id (2) weight (2) body size (8) property flags (2) properties
 */
import { encodeProperties, type BasicProperties } from './generated/properties.ts';
import type { WireWriter } from './wire-writer.ts';

export const FRAME_METHOD = 1;
export const FRAME_HEADER = 2;
export const FRAME_BODY = 3;
export const FRAME_HEARTBEAT = 8;
export const FRAME_END = 0xce;
/** Octets of a frame that are not payload: frame-max counts them too. */
export const FRAME_OVERHEAD = 8;

/** What a client sends first. */
export const PROTOCOL_HEADER: Buffer = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]);

/** The header of AMQP 0-9, whose clients speak 0-9-1 well enough. */
export const PROTOCOL_HEADER_0_9: Buffer = Buffer.from([0x41, 0x4d, 0x51, 0x50, 1, 1, 0, 9]);
export const HEARTBEAT_FRAME: Buffer = Buffer.from([FRAME_HEARTBEAT, 0, 0, 0, 0, 0, 0, FRAME_END]);

/** Begins a frame; its size is filled in by `endFrame`. */
export function beginFrame(writer: WireWriter, type: number, channel: number): void {
  writer.frameStart = writer.length;
  writer.octet(type);
  writer.short(channel);
  writer.long(0);
}

/** Begins the frame of the method whose class and method ids are `id`. */
export function beginMethod(writer: WireWriter, channel: number, id: number): void {
  beginFrame(writer, FRAME_METHOD, channel);
  writer.long(id);
}

/** Ends the frame that was begun last. */
export function endFrame(writer: WireWriter): void {
  const start = writer.frameStart;
  writer.patchLong(start + 3, writer.length - start - 7);
  writer.octet(FRAME_END);
  writer.frameStart = -1;
}

/**
 * Writes the content that follows basic.publish, basic.return, basic.deliver and basic.get-ok: the header frame, and as
 * many body frames as it takes (none for an empty body).
 *
 * @param frameMax largest frame the receiver accepts, in octets; 0 for no limit
 */
export function encodeContent(
  writer: WireWriter,
  channel: number,
  classId: number,
  properties: BasicProperties,
  body: Uint8Array,
  frameMax: number,
): void {
  const payloadMax = frameMax === 0 ? body.length : frameMax - FRAME_OVERHEAD;
  if (payloadMax < 1 && body.length > 0) {
    throw new RangeError(`no body fits into frames of ${frameMax} octets`);
  }
  beginFrame(writer, FRAME_HEADER, channel);
  writer.short(classId);
  writer.short(0);
  writer.longlong(body.length);
  encodeProperties(writer, properties);
  endFrame(writer);
  for (let start = 0; start < body.length; start += payloadMax) {
    beginFrame(writer, FRAME_BODY, channel);
    writer.bytes(body.subarray(start, start + payloadMax));
    endFrame(writer);
  }
}
