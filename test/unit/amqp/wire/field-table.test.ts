// Field tables as RabbitMQ reads and writes them: https://www.rabbitmq.com/amqp-0-9-1-errata, section 3.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { WireDecodeError } from '../../../../src/amqp/wire/errors.ts';
import {
  readTable,
  skipTable,
  writeTable,
  type FieldTable,
  type FieldValue,
} from '../../../../src/amqp/wire/field-table.ts';
import type { WireReader } from '../../../../src/amqp/wire/wire-reader.ts';
import { fieldTable, hex, octets, readerOf, written } from './wire-arbitraries.ts';

function encode(table: FieldTable): Buffer {
  return written((writer) => writeTable(writer, table));
}

/** A table of these entries: their octets with their size before them. */
function framed(entries: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(entries.length);
  return Buffer.concat([size, entries]);
}

/** What a call gives: a value, or that it refuses. Anything but a WireDecodeError fails the test. */
function outcome(read: (reader: WireReader) => unknown, bytes: Uint8Array): unknown {
  const reader = readerOf(bytes);
  const { offset } = reader;
  try {
    read(reader);
    return reader.offset - offset;
  } catch (error) {
    assert.ok(error instanceof WireDecodeError, String(error));
    return 'refused';
  }
}

/** Each type with a value and its octets behind the key `k`. */
const VECTORS: ReadonlyArray<readonly [octets: string, value: FieldValue]> = [
  ['74 01', { type: 't', value: true }],
  ['74 00', { type: 't', value: false }],
  ['62 ff', { type: 'b', value: -1 }],
  ['42 ff', { type: 'B', value: 255 }],
  ['73 fffe', { type: 's', value: -2 }],
  ['75 fffe', { type: 'u', value: 65_534 }],
  ['49 fffffffd', { type: 'I', value: -3 }],
  ['69 fffffffd', { type: 'i', value: 4_294_967_293 }],
  ['6c ffffffffffffffff', { type: 'l', value: -1n }],
  ['54 000000005f5e1000', { type: 'T', value: 1_600_000_000n }],
  ['66 3fc00000', { type: 'f', value: 1.5 }],
  ['64 c004000000000000', { type: 'd', value: -2.5 }],
  ['44 02 0000007b', { type: 'D', value: { scale: 2, unscaled: 123 } }],
  ['53 00000003 68c3a9', { type: 'S', value: 'hé' }],
  ['53 00000001 ff', { type: 'S', value: hex('ff') }],
  ['78 00000002 6869', { type: 'x', value: hex('6869') }],
  ['56', { type: 'V', value: null }],
  [
    '41 00000007 74 01 49 00000001',
    {
      type: 'A',
      value: [
        { type: 't', value: true },
        { type: 'I', value: 1 },
      ],
    },
  ],
  ['46 00000003 01 61 56', { type: 'F', value: new Map([['a', { type: 'V', value: null }]]) }],
];

describe('a field table', () => {
  for (const [bytes, value] of VECTORS) {
    test(`holds type ${value.type} as ${bytes}`, () => {
      const wire = framed(Buffer.concat([hex('01 6b'), hex(bytes)]));
      assert.deepEqual(readTable(readerOf(wire)), new Map([['k', value]]));
      assert.deepEqual(encode(new Map([['k', value]])), wire);
    });
  }

  test('may be empty', () => {
    assert.deepEqual(encode(new Map()), hex('00000000'));
    assert.deepEqual(readTable(readerOf(hex('00000000'))), new Map());
  });

  test('reads L as a signed integer and writes it as l', () => {
    const table = readTable(readerOf(framed(hex('01 6b 4c ffffffffffffffff'))));
    assert.deepEqual(table, new Map([['k', { type: 'l', value: -1n }]]));
    assert.deepEqual(encode(table), framed(hex('01 6b 6c ffffffffffffffff')));
  });

  test('takes any octet but zero for true', () => {
    const table = readTable(readerOf(framed(hex('01 6b 74 80'))));
    assert.deepEqual(table.get('k'), { type: 't', value: true });
  });

  test('gives the first of two values with the same key', () => {
    const table = readTable(readerOf(framed(hex('01 6b 42 01  01 6b 42 02  01 61 42 03'))));
    assert.deepEqual(
      [...table],
      [
        ['k', { type: 'B', value: 1 }],
        ['a', { type: 'B', value: 3 }],
      ],
    );
  });

  test('may have keys that are not UTF-8', () => {
    const table = readTable(readerOf(framed(hex('01 ff 42 01'))));
    assert.deepEqual(table.get('\u{fffd}'), { type: 'B', value: 1 });
  });

  test('reads as it was written', () => {
    fc.assert(
      fc.property(fieldTable, (table) => {
        const wire = encode(table);
        const reader = readerOf(wire);
        assert.deepEqual(readTable(reader), table);
        assert.equal(reader.offset, reader.end);
        assert.deepEqual([...readTable(readerOf(wire)).keys()], [...table.keys()]);
      }),
    );
  });

  test('leaves the reader at what follows it', () => {
    fc.assert(
      fc.property(fieldTable, octets, (table, rest) => {
        const reader = readerOf(Buffer.concat([encode(table), framed(rest)]));
        readTable(reader);
        assert.deepEqual(reader.longString(), rest);
      }),
    );
  });

  test('is refused when any part of it is missing', () => {
    fc.assert(
      fc.property(fieldTable, fc.nat(), (table, cut) => {
        const wire = encode(table);
        const bytes = wire.subarray(0, cut % wire.length);
        assert.equal(outcome(readTable, bytes), 'refused');
        assert.equal(outcome(skipTable, bytes), 'refused');
      }),
    );
  });

  test('is refused for an unknown type, the specification’s U among them', () => {
    for (const type of ['55', '5a', '00', 'ff']) {
      const bytes = framed(hex(`01 6b ${type} 00000000`));
      assert.throws(() => readTable(readerOf(bytes)), /unknown field type/u);
      assert.throws(() => skipTable(readerOf(bytes)), /unknown field type/u);
    }
  });

  test('is refused when something in it is larger than it', () => {
    for (const entry of ['53 ffffffff', '46 00000001', '41 00000001', '78 00000001', '49 00']) {
      const bytes = Buffer.concat([framed(hex(`01 6b ${entry}`)), Buffer.alloc(64)]);
      assert.equal(outcome(readTable, bytes), 'refused');
      assert.equal(outcome(skipTable, bytes), 'refused');
    }
  });
});

describe('nesting', () => {
  /** A table whose only value is arrays within arrays: `levels` levels, its own counted. */
  function nested(levels: number): Buffer {
    let array = hex('00000000');
    for (let i = 2; i < levels; i++) array = framed(Buffer.concat([hex('41'), array]));
    return framed(Buffer.concat([hex('00 41'), array]));
  }

  test('goes 128 levels deep', () => {
    readTable(readerOf(nested(128)));
    skipTable(readerOf(nested(128)));
  });

  test('goes no deeper', () => {
    assert.throws(() => readTable(readerOf(nested(129))), WireDecodeError);
    assert.throws(() => skipTable(readerOf(nested(129))), WireDecodeError);
    assert.throws(() => readTable(readerOf(nested(20_000))), WireDecodeError);
    assert.throws(() => skipTable(readerOf(nested(20_000))), WireDecodeError);
  });
});

describe('skipTable', () => {
  /** Octets that are likely to be almost a table. */
  const candidate = fc.oneof(
    octets,
    octets.map(framed),
    fieldTable.map(encode),
    fc.tuple(fieldTable.map(encode), fc.nat(), fc.nat({ max: 255 })).map(([wire, at, octet]) => {
      wire[at % wire.length] = octet;
      return wire;
    }),
  );

  test('moves to where readTable does, and refuses what it refuses', () => {
    fc.assert(
      fc.property(candidate, (bytes) => {
        assert.equal(outcome(skipTable, bytes), outcome(readTable, bytes));
      }),
      { numRuns: 1000 },
    );
  });
});
