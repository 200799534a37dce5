// Frames and content as octets: 0-9-1 sections 4.2.3 and 4.2.6.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_OVERHEAD,
  HEARTBEAT_FRAME,
  PROTOCOL_HEADER,
  encodeContent,
} from '../../../../src/amqp/wire/frame.ts';
import {
  decodeProperties,
  type BasicProperties,
} from '../../../../src/amqp/wire/generated/properties.ts';
import { BASIC_PROPERTIES } from '../../../../src/amqp/wire/protocol.ts';
import { WireWriter } from '../../../../src/amqp/wire/wire-writer.ts';
import { hex, readerOf, someFieldsOf, written } from './wire-arbitraries.ts';

interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const payload = offset + 7;
    const end = payload + bytes.readUInt32BE(offset + 3);
    assert.equal(bytes[end], FRAME_END);
    const channel = bytes.readUInt16BE(offset + 1);
    frames.push({ type: bytes[offset]!, channel, payload: bytes.subarray(payload, end) });
    offset = end + 1;
  }
  return frames;
}

function content(properties: BasicProperties, body: Uint8Array, frameMax: number): Frame[] {
  return framesOf(written((writer) => encodeContent(writer, 9, 60, properties, body, frameMax)));
}

describe('a content', () => {
  test('is a header frame, and body frames that are no larger than frame-max', () => {
    fc.assert(
      fc.property(
        someFieldsOf(BASIC_PROPERTIES),
        fc.uint8Array({ maxLength: 2000 }),
        fc.integer({ min: FRAME_OVERHEAD + 1, max: 600 }),
        (properties, body, frameMax) => {
          const [header, ...bodies] = content(properties, body, frameMax);
          assert.ok(header !== undefined);
          assert.equal(header.type, FRAME_HEADER);
          const reader = readerOf(header.payload);
          assert.deepEqual(
            [reader.short(), reader.short(), reader.longlong()],
            [60, 0, body.length],
          );
          assert.deepEqual(decodeProperties(reader), properties);
          assert.equal(bodies.length, Math.ceil(body.length / (frameMax - FRAME_OVERHEAD)));
          for (const frame of bodies) {
            assert.equal(frame.type, FRAME_BODY);
            assert.ok(frame.payload.length + FRAME_OVERHEAD <= frameMax);
          }
          assert.ok([header, ...bodies].every((frame) => frame.channel === 9));
          assert.deepEqual(Buffer.concat(bodies.map((frame) => frame.payload)), Buffer.from(body));
        },
      ),
    );
  });

  test('has known octets', () => {
    const bytes = written((writer) =>
      encodeContent(writer, 1, 60, { deliveryMode: 2 }, hex('6869'), 4096),
    );
    assert.deepEqual(
      bytes,
      hex(
        `02 0001 0000000f 003c 0000 0000000000000002 1000 02 ce
         03 0001 00000002 6869 ce`,
      ),
    );
  });

  test('that is empty has no body frame', () => {
    assert.deepEqual(
      content({}, new Uint8Array(), 4096).map((frame) => frame.type),
      [FRAME_HEADER],
    );
  });

  test('is in one body frame when there is no limit', () => {
    const frames = content({}, new Uint8Array(200_000), 0);
    assert.equal(frames.length, 2);
  });

  test('does not fit into frames without room', () => {
    const writer = new WireWriter();
    assert.throws(
      () => encodeContent(writer, 1, 60, {}, new Uint8Array(1), FRAME_OVERHEAD),
      RangeError,
    );
    assert.equal(writer.length, 0);
  });
});

describe('fixed octets', () => {
  test('are the protocol header', () => {
    assert.deepEqual(PROTOCOL_HEADER, hex('414d5150 00 00 09 01'));
  });

  test('are the heartbeat', () => {
    assert.deepEqual(HEARTBEAT_FRAME, hex('08 0000 00000000 ce'));
  });
});
