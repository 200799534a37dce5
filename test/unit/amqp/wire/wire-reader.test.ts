// The data types of 0-9-1 section 4.2.5, read from octets that may be cut off, hostile, or in the middle of a buffer.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { WireDecodeError } from '../../../../src/amqp/wire/errors.ts';
import { WireReader } from '../../../../src/amqp/wire/wire-reader.ts';
import { hex, octets, readerOf } from './wire-arbitraries.ts';

const READS: ReadonlyArray<(reader: WireReader) => unknown> = [
  (reader) => reader.octet(),
  (reader) => reader.signedOctet(),
  (reader) => reader.short(),
  (reader) => reader.signedShort(),
  (reader) => reader.long(),
  (reader) => reader.signedLong(),
  (reader) => reader.longlong(),
  (reader) => reader.bigLonglong(),
  (reader) => reader.signedBigLonglong(),
  (reader) => reader.float(),
  (reader) => reader.double(),
  (reader) => reader.shortString(),
  (reader) => reader.lenientShortString(),
  (reader) => reader.shortBytes(),
  (reader) => reader.longString(),
  (reader) => reader.text(),
  (reader) => reader.table(),
  (reader) => reader.skip(3),
  (reader) => reader.skipShortString(),
  (reader) => reader.skipLongString(),
];

describe('WireReader', () => {
  test('reads integers in network order', () => {
    assert.equal(readerOf(hex('fe')).octet(), 254);
    assert.equal(readerOf(hex('fe')).signedOctet(), -2);
    assert.equal(readerOf(hex('fffe')).short(), 65_534);
    assert.equal(readerOf(hex('fffe')).signedShort(), -2);
    assert.equal(readerOf(hex('80000001')).long(), 2_147_483_649);
    assert.equal(readerOf(hex('80000001')).signedLong(), -2_147_483_647);
    assert.equal(readerOf(hex('0000000100000002')).longlong(), 4_294_967_298);
    assert.equal(readerOf(hex('001fffffffffffff')).longlong(), Number.MAX_SAFE_INTEGER);
    assert.equal(readerOf(hex('fffffffffffffffe')).bigLonglong(), 2n ** 64n - 2n);
    assert.equal(readerOf(hex('fffffffffffffffe')).signedBigLonglong(), -2n);
  });

  test('reads floating point numbers', () => {
    assert.equal(readerOf(hex('3fc00000')).float(), 1.5);
    assert.equal(readerOf(hex('c004000000000000')).double(), -2.5);
  });

  test('reads a short string as UTF-8', () => {
    assert.equal(readerOf(hex('00')).shortString(), '');
    assert.equal(readerOf(hex('02 6869')).shortString(), 'hi');
    assert.equal(readerOf(hex('05 48c3a97921')).shortString(), 'Héy!');
    assert.equal(readerOf(hex('07 efbbbf f09f9087')).shortString(), '\u{feff}\u{1f407}');
  });

  test('refuses a short string that is not UTF-8, with RabbitMQ’s words', () => {
    for (const bytes of ['01 80', '02 c3 28', '03 eda080', '02 c0af', '02 61ff']) {
      assert.throws(
        () => readerOf(hex(bytes)).shortString(),
        new WireDecodeError('Malformed UTF-8 in shortstr'),
      );
    }
  });

  test('replaces invalid UTF-8 where nobody checks for it', () => {
    assert.equal(readerOf(hex('03 61ff62')).lenientShortString(), 'a\u{fffd}b');
  });

  test('reads a byte string with a character for each octet', () => {
    assert.equal(readerOf(hex('03 00ffc3')).shortBytes(), '\u{0}\u{ff}\u{c3}');
  });

  test('reads a long string as text where it is text, and as octets otherwise', () => {
    assert.equal(readerOf(hex('00000002 c3a9')).text(), 'é');
    assert.deepEqual(readerOf(hex('00000002 c328')).text(), hex('c328'));
  });

  test('gives long strings that do not change with the buffer', () => {
    const reader = readerOf(hex('00000002 6869'));
    const { buffer } = reader;
    const long = reader.longString();
    buffer.fill(0);
    assert.deepEqual(long, hex('6869'));
  });

  test('moves behind what it reads', () => {
    const reader = readerOf(hex('01 0002 026869 00000001ff 07'));
    reader.octet();
    reader.short();
    reader.skipShortString();
    reader.skipLongString();
    assert.equal(reader.octet(), 7);
    assert.equal(reader.offset, reader.end);
  });

  test('never reads behind its end, though the buffer goes on', () => {
    const buffer = Buffer.from('this goes on and on');
    for (const read of READS) {
      const reader = new WireReader().reset(buffer, 5, 5);
      assert.throws(() => read(reader), WireDecodeError);
      assert.equal(reader.offset, 5);
    }
  });

  test('refuses a length of four gigabytes without allocating for it', () => {
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) {
      assert.throws(() => readerOf(hex('ffffffff 00')).longString(), WireDecodeError);
      assert.throws(() => readerOf(hex('ffffffff 00')).text(), WireDecodeError);
      assert.throws(() => readerOf(hex('ffffffff 00')).table(), WireDecodeError);
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
  });

  test('reads or refuses any octets, and stays within its bounds', () => {
    const read = fc.constantFrom(...READS);
    fc.assert(
      fc.property(octets, fc.array(read, { minLength: 1, maxLength: 8 }), (bytes, reads) => {
        const reader = readerOf(bytes);
        const { end } = reader;
        try {
          for (const one of reads) one(reader);
        } catch (error) {
          assert.ok(error instanceof WireDecodeError, String(error));
          return;
        }
        assert.equal(reader.end, end);
        assert.ok(reader.offset <= end);
      }),
    );
  });

  test('refuses a range that is not in the buffer', () => {
    const buffer = Buffer.alloc(4);
    assert.throws(() => new WireReader().reset(buffer, 0, 5), RangeError);
    assert.throws(() => new WireReader().reset(buffer, 3, 2), RangeError);
    assert.throws(() => new WireReader().reset(buffer, -1, 2), RangeError);
  });
});
