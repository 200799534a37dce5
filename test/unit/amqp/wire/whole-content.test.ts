// basic.publish that comes as a whole is handed over in one call: the same as frame by frame, whatever is wrong with it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FrameReader, type FrameHandler } from '../../../../src/amqp/wire/frame-reader.ts';
import { encodeContent } from '../../../../src/amqp/wire/frame.ts';
import { BASIC_PUBLISH, encodeBasicPublish } from '../../../../src/amqp/wire/generated/methods.ts';
import type { PublishHandler, WholeContent } from '../../../../src/amqp/wire/whole-content.ts';
import { WireWriter } from '../../../../src/amqp/wire/wire-writer.ts';

const FRAME_MAX = 4096;

/** Notes frames; contents that come as a whole as the frames that they are. */
class Recorder implements FrameHandler, PublishHandler {
  readonly calls: string[] = [];
  wholeCount = 0;
  readonly #accepts: boolean;

  constructor(accepts: boolean) {
    this.#accepts = accepts;
  }

  onPublish(
    channel: number,
    buffer: Buffer,
    start: number,
    end: number,
    content: WholeContent,
  ): boolean {
    if (!this.#accepts) return false;
    this.wholeCount++;
    const { propertiesStart, propertiesEnd, bodyStart, bodySize } = content;
    this.onMethod(channel, BASIC_PUBLISH, buffer, start, end);
    this.onHeader(channel, buffer, propertiesStart - 12, propertiesEnd);
    if (bodySize > 0) this.onBody(channel, buffer, bodyStart, bodyStart + bodySize);
    return true;
  }

  onMethod(channel: number, id: number, buffer: Buffer, start: number, end: number): void {
    this.calls.push(`method ${channel} ${id} ${buffer.toString('hex', start, end)}`);
  }

  onHeader(channel: number, buffer: Buffer, start: number, end: number): void {
    this.calls.push(`header ${channel} ${buffer.toString('hex', start, end)}`);
  }

  onBody(channel: number, buffer: Buffer, start: number, end: number): void {
    this.calls.push(`body ${channel} ${buffer.toString('hex', start, end)}`);
  }

  onHeartbeat(channel: number): void {
    this.calls.push(`heartbeat ${channel}`);
  }
}

function publish(channel: number, routingKey: string, body: Uint8Array, frameMax: number): Buffer {
  const writer = new WireWriter();
  const flags = { exchange: '', mandatory: false, immediate: false };
  encodeBasicPublish(writer, channel, { ...flags, routingKey });
  encodeContent(writer, channel, 60, { contentType: 'a' }, body, frameMax);
  return writer.take();
}

/** What a reader makes of a stream, with the error that it ends in. */
function read(stream: Buffer, recorder: Recorder, isOffered: boolean): string[] {
  const reader = new FrameReader(recorder, FRAME_MAX, isOffered ? recorder : null);
  reader.push(stream);
  try {
    reader.run();
  } catch (error) {
    recorder.calls.push((error as Error).message);
  }
  return recorder.calls;
}

/** Some messages, and octets of them that are changed. */
const streams = fc
  .tuple(
    fc.array(
      fc.record({
        channel: fc.nat(3),
        key: fc.string({ unit: 'binary-ascii', maxLength: 4 }),
        body: fc.uint8Array({ maxLength: 40 }),
        frameMax: fc.constantFrom(FRAME_MAX, 20),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }),
    fc.nat(),
  )
  .map(([messages, changes, cut]) => {
    const stream = Buffer.concat(
      messages.map(({ channel, key, body, frameMax }) => publish(channel, key, body, frameMax)),
    );
    for (const [place, octet] of changes) stream[place % stream.length] = octet;
    return stream.subarray(0, stream.length - (cut % 40));
  });

describe('a publish that comes as a whole', () => {
  test('is handed over as the frames that it consists of, damaged or not', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const whole = read(stream, new Recorder(true), true);
        assert.deepEqual(whole, read(stream, new Recorder(true), false));
      }),
      { numRuns: 2000 },
    );
  });

  test('is handed over frame by frame where it is not taken', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const refused = read(stream, new Recorder(false), true);
        assert.deepEqual(refused, read(stream, new Recorder(false), false));
      }),
    );
  });

  for (const [what, body, frameMax, wholeCount] of [
    ['with a body in one frame', Buffer.from('abc'), FRAME_MAX, 1],
    ['without a body', Buffer.alloc(0), FRAME_MAX, 1],
    ['with a body in several frames', Buffer.alloc(20), 18, 0],
  ] as const) {
    test(`is handed over ${wholeCount === 1 ? 'in one call' : 'frame by frame'} ${what}`, () => {
      const recorder = new Recorder(true);
      read(publish(1, 'key', body, frameMax), recorder, true);
      assert.equal(recorder.wholeCount, wholeCount);
      assert.ok(recorder.calls.length >= 2);
    });
  }

  test('is what a publish behind it does not change: each has its own octets', () => {
    const recorder = new Recorder(true);
    const stream = Buffer.concat([
      publish(1, 'a', Buffer.from('first'), FRAME_MAX),
      publish(2, 'b', Buffer.alloc(0), FRAME_MAX),
    ]);
    read(stream, recorder, true);
    assert.equal(recorder.wholeCount, 2);
    assert.deepEqual(
      recorder.calls.map((call) => call.split(' ').slice(0, 2).join(' ')),
      ['method 1', 'header 1', 'body 1', 'method 2', 'header 2'],
    );
  });
});
