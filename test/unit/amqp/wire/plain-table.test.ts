// Field tables from and to plain JavaScript values.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fromPlain, toPlain, type PlainValue } from '../../../../src/amqp/wire/field-table.ts';
import { fieldTable, hex } from './wire-arbitraries.ts';

describe('fromPlain', () => {
  test('gives every JavaScript value a type', () => {
    const table = fromPlain({
      text: 'hé',
      flag: true,
      small: -3,
      large: 2 ** 31,
      huge: 2n ** 62n,
      fraction: 0.5,
      beyond: 1e300,
      negative: -0,
      nothing: null,
      list: [1, 'a', [null]],
      octets: new Uint8Array([1, 2]),
      table: { inner: false },
    });
    assert.deepEqual(
      [...table],
      [
        ['text', { type: 'S', value: 'hé' }],
        ['flag', { type: 't', value: true }],
        ['small', { type: 'I', value: -3 }],
        ['large', { type: 'l', value: 2n ** 31n }],
        ['huge', { type: 'l', value: 2n ** 62n }],
        ['fraction', { type: 'd', value: 0.5 }],
        ['beyond', { type: 'd', value: 1e300 }],
        ['negative', { type: 'd', value: -0 }],
        ['nothing', { type: 'V', value: null }],
        [
          'list',
          {
            type: 'A',
            value: [
              { type: 'I', value: 1 },
              { type: 'S', value: 'a' },
              { type: 'A', value: [{ type: 'V', value: null }] },
            ],
          },
        ],
        ['octets', { type: 'x', value: hex('0102') }],
        ['table', { type: 'F', value: new Map([['inner', { type: 't', value: false }]]) }],
      ],
    );
  });
});

describe('toPlain', () => {
  test('gives timestamps, decimals and 64-bit integers as numbers where that is exact', () => {
    const plain = toPlain(
      new Map([
        ['time', { type: 'T', value: 1_600_000_000n }],
        ['decimal', { type: 'D', value: { scale: 2, unscaled: 123 } }],
        ['long', { type: 'l', value: -5n }],
        ['longer', { type: 'l', value: 2n ** 62n }],
      ]),
    );
    assert.deepEqual(plain, { time: 1_600_000_000, decimal: 1.23, long: -5, longer: 2n ** 62n });
  });

  test('is not misled by a key that means something to JavaScript', () => {
    const plain = toPlain(new Map([['__proto__', { type: 'I', value: 1 }]]));
    assert.deepEqual(Object.entries(plain), [['__proto__', 1]]);
    assert.equal(Object.getPrototypeOf(plain), Object.prototype);
  });

  test('undoes fromPlain', () => {
    const { value: plainTable } = fc.letrec<{ value: PlainValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        fc.maxSafeInteger(),
        fc.double(),
        fc.constant(null),
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), plainTable, { noNullPrototype: true }), (plain) => {
        assert.deepEqual(toPlain(fromPlain(plain)), plain);
      }),
    );
  });

  test('takes whatever a peer may send', () => {
    fc.assert(
      fc.property(fieldTable, (table) => {
        assert.deepEqual(Object.keys(toPlain(table)).sort(), [...table.keys()].sort());
      }),
    );
  });
});
