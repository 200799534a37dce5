import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  FrameError,
  FrameReader,
  type FrameHandler,
} from '../../../../src/amqp/wire/frame-reader.ts';

/** Notes what it is given; pieces of one body frame are joined, because where they are cut does not matter. */
class Recorder implements FrameHandler {
  readonly calls: string[] = [];
  #body = '';
  reader: FrameReader | null = null;
  pauseEvery = 0;

  onMethod(channel: number, id: number, buffer: Buffer, start: number, end: number): void {
    this.#note(`method ${channel} ${id} ${buffer.toString('hex', start, end)}`);
  }

  onHeader(channel: number, buffer: Buffer, start: number, end: number): void {
    this.#note(`header ${channel} ${buffer.toString('hex', start, end)}`);
  }

  onBody(channel: number, buffer: Buffer, start: number, end: number): void {
    this.#body += `${channel}:${buffer.toString('hex', start, end)}`.replace(
      this.#body === '' ? '' : /^\d+:/u,
      '',
    );
    this.#pause();
  }

  onHeartbeat(channel: number): void {
    this.#note(`heartbeat ${channel}`);
  }

  finish(): string[] {
    if (this.#body !== '') this.calls.push(`body ${this.#body}`);
    this.#body = '';
    return this.calls;
  }

  #note(call: string): void {
    this.finish();
    this.calls.push(call);
    this.#pause();
  }

  #pause(): void {
    if (this.pauseEvery > 0 && this.calls.length % this.pauseEvery === 0) this.reader?.pause();
  }
}

function frame(type: number, channel: number, payload: Uint8Array): Buffer {
  const octets = Buffer.alloc(8 + payload.length);
  octets[0] = type;
  octets.writeUInt16BE(channel, 1);
  octets.writeUInt32BE(payload.length, 3);
  octets.set(payload, 7);
  octets[7 + payload.length] = 0xce;
  return octets;
}

const channel = fc.integer({ min: 0, max: 65_535 });
const anyFrame = fc.oneof(
  fc.tuple(fc.constant(1), channel, fc.uint8Array({ minLength: 4, maxLength: 60 })),
  fc.tuple(fc.constant(2), channel, fc.uint8Array({ maxLength: 60 })),
  fc.tuple(fc.constant(3), channel, fc.uint8Array({ minLength: 1, maxLength: 60 })),
  // Large enough to be streamed when it is cut.
  fc.tuple(
    fc.constant(3),
    channel,
    fc.integer({ min: 8190, max: 20_000 }).map((size) => new Uint8Array(size).fill(size)),
  ),
  fc.tuple(fc.constant(8), channel, fc.constant(new Uint8Array())),
);

function read(chunks: readonly Buffer[], pauseEvery = 0): string[] {
  const recorder = new Recorder();
  const reader = new FrameReader(recorder, 131_072);
  recorder.reader = reader;
  recorder.pauseEvery = pauseEvery;
  for (const chunk of chunks) {
    reader.push(chunk);
    reader.run();
    while (reader.isPaused) {
      reader.resume();
      reader.run();
    }
  }
  return recorder.finish();
}

describe('a frame reader', () => {
  test('finds the same frames however the stream is cut into chunks, paused or not', () => {
    const frames = fc.array(anyFrame, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat()), fc.nat(3), (parts, cuts, pauseEvery) => {
        const stream = Buffer.concat(
          parts.map(([type, number, payload]) => frame(type, number, payload)),
        );
        const places = [...new Set(cuts.map((cut) => cut % stream.length))].sort((a, b) => a - b);
        const edges = [0, ...places, stream.length];
        // From a larger buffer each, as sockets give them: offsets are not zero.
        const chunks = edges.slice(1).map((edge, index) => {
          const pool = Buffer.concat([
            Buffer.alloc(3),
            stream.subarray(edges[index], edge),
            Buffer.alloc(2),
          ]);
          return pool.subarray(3, pool.length - 2);
        });
        assert.deepEqual(read(chunks, pauseEvery), read([stream]));
        assert.equal(read([stream]).length > 0, true);
      }),
    );
  });

  test('finds the same frames octet by octet', () => {
    const stream = Buffer.concat([
      frame(1, 1, Buffer.from('003c00280000', 'hex')),
      frame(2, 1, Buffer.alloc(14)),
      frame(3, 1, Buffer.alloc(9000, 7)),
      frame(8, 0, Buffer.alloc(0)),
    ]);
    const octets = Array.from(stream, (octet) => Buffer.from([octet]));
    assert.deepEqual(read(octets), read([stream]));
    assert.equal(read([stream]).length, 4);
  });

  for (const [what, octets, text] of [
    [
      'a frame larger than allowed',
      Buffer.from([3, 0, 1, 0, 2, 0, 1]),
      'type 3, all octets = <<>>: {frame_too_large,131073,131064}',
    ],
    [
      'a wrong end octet',
      Buffer.from([1, 0, 1, 0, 0, 0, 4, 0, 20, 0, 10, 0]),
      'type 1, all octets = <<0,20,0,10>>: {invalid_frame_end_marker,0}',
    ],
    [
      'an unknown type',
      frame(9, 1, Buffer.from('ab')),
      'type 9, all octets = <<"ab">>: unknown_frame',
    ],
    [
      'a method frame without an id',
      frame(1, 1, Buffer.from([0, 10])),
      'type 1, all octets = <<0,10>>: unknown_frame',
    ],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(
        () => read([octets]),
        (error) => error instanceof FrameError && error.message === text,
      );
    });
  }

  test('refuses a wrong end octet behind a streamed body, before its last octet is handed over', () => {
    const recorder = new Recorder();
    const reader = new FrameReader(recorder, 131_072);
    const octets = frame(3, 1, Buffer.alloc(20_000));
    octets[octets.length - 1] = 0;
    for (let at = 0; at < octets.length; at += 7000) reader.push(octets.subarray(at, at + 7000));
    assert.throws(() => reader.run(), FrameError);
    assert.ok(recorder.finish().join('').length < 20_000 * 2);
  });

  test('stands behind the frame whose handling failed', () => {
    const recorder = new Recorder();
    let failures = 0;
    const handler: FrameHandler = {
      onMethod() {
        failures++;
        throw new Error('refused');
      },
      onHeader: () => {},
      onBody: () => {},
      onHeartbeat: (number) => recorder.onHeartbeat(number),
    };
    const reader = new FrameReader(handler, 0);
    reader.push(Buffer.concat([frame(1, 1, Buffer.alloc(4)), frame(8, 0, Buffer.alloc(0))]));
    assert.throws(() => reader.run(), /refused/u);
    reader.run();
    assert.equal(failures, 1);
    assert.deepEqual(recorder.calls, ['heartbeat 0']);
  });
});
