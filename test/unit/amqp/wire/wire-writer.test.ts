// Writing the data types of 0-9-1 section 4.2.5, growing, and taking back what cannot be written.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { beginMethod, endFrame } from '../../../../src/amqp/wire/frame.ts';
import { WireWriter } from '../../../../src/amqp/wire/wire-writer.ts';
import { byteString, hex, octets, readerOf, shortText, written } from './wire-arbitraries.ts';

describe('WireWriter', () => {
  test('writes integers in network order', () => {
    const bytes = written((writer) => {
      writer.octet(254);
      writer.octet(-2);
      writer.short(0xfffe);
      writer.long(0x80000001);
      writer.long(-2);
      writer.longlong(4_294_967_298);
      writer.bigLonglong(2n ** 64n - 1n);
      writer.signedBigLonglong(-2n);
    });
    assert.deepEqual(
      bytes,
      hex('fe fe fffe 80000001 fffffffe 0000000100000002 ffffffffffffffff fffffffffffffffe'),
    );
  });

  test('writes floating point numbers', () => {
    const bytes = written((writer) => {
      writer.float(1.5);
      writer.double(-2.5);
    });
    assert.deepEqual(bytes, hex('3fc00000 c004000000000000'));
  });

  test('writes short strings that read the same', () => {
    fc.assert(
      fc.property(shortText, (text) => {
        const bytes = written((writer) => writer.shortString(text));
        assert.equal(bytes.length, 1 + Buffer.byteLength(text));
        assert.equal(readerOf(bytes).shortString(), text);
        assert.equal(readerOf(bytes).lenientShortString(), text);
      }),
    );
  });

  test('writes byte strings that read the same', () => {
    fc.assert(
      fc.property(byteString, (text) => {
        const bytes = written((writer) => writer.shortBytes(text));
        assert.equal(bytes.length, 1 + text.length);
        assert.equal(readerOf(bytes).shortBytes(), text);
      }),
    );
  });

  test('writes long strings of text and of octets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), octets, (text, bytes) => {
        const reader = readerOf(
          written((writer) => {
            writer.longString(text);
            writer.longString(bytes);
          }),
        );
        assert.equal(reader.text(), text);
        assert.deepEqual(reader.longString(), bytes);
      }),
    );
  });

  test('writes any integer that a number holds exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = written((writer) => writer.longlong(value));
        assert.equal(bytes.readBigUInt64BE(), BigInt(value));
        assert.equal(readerOf(bytes).longlong(), value);
      }),
    );
  });

  test('grows without losing what it has', () => {
    fc.assert(
      fc.property(fc.array(octets), fc.nat({ max: 64 }), (pieces, capacity) => {
        const writer = new WireWriter(capacity);
        for (const piece of pieces) writer.bytes(piece);
        assert.deepEqual(writer.take(), Buffer.concat(pieces));
      }),
    );
  });

  test('makes room once for what is reserved', () => {
    const writer = new WireWriter();
    writer.octet(1);
    writer.reserve(5000);
    const { buffer } = writer;
    for (let i = 0; i < 5000; i++) writer.octet(i);
    assert.equal(writer.buffer, buffer);
  });

  test('asks its subclass for room', () => {
    const asked: number[] = [];
    class Recorder extends WireWriter {
      protected override grow(byteCount: number): void {
        asked.push(byteCount);
        super.grow(byteCount);
      }
    }
    const writer = new Recorder(4);
    writer.long(1);
    writer.short(2);
    assert.deepEqual(asked, [2]);
    assert.deepEqual(writer.take(), hex('00000001 0002'));
  });

  test('leaves alone what was taken', () => {
    const writer = new WireWriter(64);
    writer.long(1);
    const first = writer.take();
    writer.long(2);
    assert.deepEqual(first, hex('00000001'));
    assert.deepEqual(writer.take(), hex('00000002'));
  });

  test('refuses a short string of more than 255 octets', () => {
    const writer = new WireWriter();
    writer.shortString('a'.repeat(255));
    writer.shortBytes('\u{ff}'.repeat(255));
    assert.throws(() => writer.shortString('a'.repeat(256)), RangeError);
    assert.throws(() => writer.shortString('é'.repeat(128)), RangeError);
    assert.throws(() => writer.shortBytes('a'.repeat(256)), RangeError);
    assert.equal(writer.length, 512);
  });

  test('refuses a byte string that holds more than octets', () => {
    assert.throws(() => written((writer) => writer.shortBytes('\u{100}')), RangeError);
  });

  test('refuses integers of more than 64 bits', () => {
    const writer = new WireWriter();
    assert.throws(() => writer.bigLonglong(2n ** 64n), RangeError);
    assert.throws(() => writer.bigLonglong(-1n), RangeError);
    assert.throws(() => writer.signedBigLonglong(2n ** 63n), RangeError);
    assert.throws(() => writer.signedBigLonglong(-(2n ** 63n) - 1n), RangeError);
    assert.equal(writer.length, 0);
  });

  test('takes back the whole frame when a value in it cannot be written', () => {
    const writer = new WireWriter();
    writer.long(0xabcdef);
    beginMethod(writer, 1, 0x0032000a);
    writer.short(0);
    assert.throws(() => writer.table(new Map([['k'.repeat(256), { type: 'V', value: null }]])));
    beginMethod(writer, 1, 0x0032000b);
    endFrame(writer);
    assert.deepEqual(writer.take(), hex('00abcdef 01 0001 00000004 0032000b ce'));
  });
});
