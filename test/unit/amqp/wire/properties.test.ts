// The content properties of class basic: 0-9-1 section 4.2.6.1.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { WireDecodeError } from '../../../../src/amqp/wire/errors.ts';
import {
  decodeProperties,
  encodeProperties,
  type BasicProperties,
} from '../../../../src/amqp/wire/generated/properties.ts';
import { BASIC_PROPERTIES } from '../../../../src/amqp/wire/protocol.ts';
import { hex, octets, readerOf, someFieldsOf, written } from './wire-arbitraries.ts';

function encode(properties: BasicProperties): Buffer {
  return written((writer) => encodeProperties(writer, properties));
}

describe('content properties', () => {
  test('read as they were written', () => {
    fc.assert(
      fc.property(someFieldsOf(BASIC_PROPERTIES), (properties) => {
        const reader = readerOf(encode(properties));
        assert.deepEqual(decodeProperties(reader), properties);
        assert.equal(reader.offset, reader.end);
      }),
    );
  });

  test('of which there are none take two octets', () => {
    assert.deepEqual(encode({}), hex('0000'));
    assert.deepEqual(decodeProperties(readerOf(hex('0000'))), {});
  });

  test('stand in the order of the specification behind their flags', () => {
    const all: BasicProperties = {
      contentType: 'a',
      contentEncoding: 'b',
      headers: new Map([['k', { type: 'V', value: null }]]),
      deliveryMode: 2,
      priority: 5,
      correlationId: 'c',
      replyTo: 'd',
      expiration: 'e',
      messageId: 'f',
      timestamp: 1_600_000_000n,
      type: 'g',
      userId: 'h',
      appId: 'i',
      clusterId: 'j',
    };
    const bytes = hex(
      `fffc 0161 0162 00000003016b56 02 05 0163 0164 0165 0166 000000005f5e1000
       0167 0168 0169 016a`,
    );
    assert.deepEqual(encode(all), bytes);
    assert.deepEqual(decodeProperties(readerOf(bytes)), all);
  });

  test('of a persistent text have the flags of both', () => {
    const bytes = hex('9000 0a 746578742f706c61696e 02');
    const properties = { contentType: 'text/plain', deliveryMode: 2 };
    assert.deepEqual(encode(properties), bytes);
    assert.deepEqual(decodeProperties(readerOf(bytes)), properties);
  });

  test('keep empty text apart from none', () => {
    assert.deepEqual(encode({ appId: '' }), hex('0008 00'));
    assert.deepEqual(decodeProperties(readerOf(hex('0008 00'))), { appId: '' });
  });

  test('may hold text that is not UTF-8', () => {
    assert.deepEqual(decodeProperties(readerOf(hex('0008 01 ff'))), { appId: '\u{fffd}' });
  });

  test('are refused with a flag that no property has', () => {
    assert.throws(() => decodeProperties(readerOf(hex('0001 0000'))), WireDecodeError);
    assert.throws(() => decodeProperties(readerOf(hex('0002'))), WireDecodeError);
  });

  test('are refused with octets behind them', () => {
    assert.throws(() => decodeProperties(readerOf(hex('1000 02 00'))), WireDecodeError);
  });

  test('of arbitrary octets are read or refused, nothing else', () => {
    const flags = fc.nat({ max: 65_535 });
    fc.assert(
      fc.property(flags, octets, (word, rest) => {
        const bytes = Buffer.concat([Buffer.from([word >> 8, word & 0xff]), rest]);
        try {
          decodeProperties(readerOf(bytes));
        } catch (error) {
          assert.ok(error instanceof WireDecodeError, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
