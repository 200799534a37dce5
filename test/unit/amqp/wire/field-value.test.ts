// When a header meets a headers exchange's binding: https://www.rabbitmq.com/docs/exchanges#headers
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fieldValuesEqual, type FieldValue } from '../../../../src/amqp/wire/field-table.ts';
import { fieldValue, hex } from './wire-arbitraries.ts';

const INTEGER_TYPES = ['b', 'B', 's', 'u', 'I', 'i'] as const;

function assertEqual(a: FieldValue, b: FieldValue): void {
  assert.equal(fieldValuesEqual(a, b), true);
  assert.equal(fieldValuesEqual(b, a), true);
}

function assertDifferent(a: FieldValue, b: FieldValue): void {
  assert.equal(fieldValuesEqual(a, b), false);
  assert.equal(fieldValuesEqual(b, a), false);
}

describe('field values', () => {
  test('of integers are equal whatever their width', () => {
    for (const a of INTEGER_TYPES) {
      for (const b of INTEGER_TYPES) {
        assertEqual({ type: a, value: 7 }, { type: b, value: 7 });
        assertDifferent({ type: a, value: 7 }, { type: b, value: 8 });
      }
      assertEqual({ type: a, value: 7 }, { type: 'l', value: 7n });
      assertDifferent({ type: a, value: 7 }, { type: 'l', value: 8n });
    }
    assertDifferent({ type: 'l', value: 2n ** 53n }, { type: 'l', value: 2n ** 53n + 1n });
  });

  test('of integers are never equal to floats, booleans or text', () => {
    const one: FieldValue = { type: 'I', value: 1 };
    assertDifferent(one, { type: 'd', value: 1 });
    assertDifferent(one, { type: 't', value: true });
    assertDifferent(one, { type: 'S', value: '1' });
    assertDifferent(one, { type: 'T', value: 1n });
  });

  test('of floats are equal whatever their width', () => {
    assertEqual({ type: 'f', value: 1.5 }, { type: 'd', value: 1.5 });
    assertDifferent({ type: 'd', value: 1.5 }, { type: 'd', value: 1.25 });
  });

  test('of text and of octets are equal when the octets are', () => {
    assertEqual({ type: 'S', value: 'hé' }, { type: 'x', value: hex('68c3a9') });
    assertEqual({ type: 'S', value: hex('ff') }, { type: 'x', value: hex('ff') });
    assertDifferent({ type: 'S', value: 'a' }, { type: 'S', value: 'b' });
    assertDifferent({ type: 'S', value: '' }, { type: 'V', value: null });
  });

  test('of decimals are equal digit by digit', () => {
    const value = { scale: 1, unscaled: 10 };
    assertEqual({ type: 'D', value }, { type: 'D', value: { ...value } });
    assertDifferent({ type: 'D', value }, { type: 'D', value: { scale: 0, unscaled: 1 } });
  });

  test('of timestamps are never equal, because RabbitMQ converts only one side', () => {
    assertDifferent({ type: 'T', value: 5n }, { type: 'T', value: 5n });
  });

  test('of arrays and tables compare with the types of what is in them', () => {
    const integer: FieldValue = { type: 'I', value: 1 };
    const short: FieldValue = { type: 's', value: 1 };
    assertEqual({ type: 'A', value: [integer] }, { type: 'A', value: [{ ...integer }] });
    assertDifferent({ type: 'A', value: [integer] }, { type: 'A', value: [short] });
    assertDifferent({ type: 'A', value: [integer] }, { type: 'A', value: [integer, integer] });
    assertEqual(
      {
        type: 'F',
        value: new Map([
          ['a', integer],
          ['b', short],
        ]),
      },
      {
        type: 'F',
        value: new Map([
          ['b', short],
          ['a', integer],
        ]),
      },
    );
    assertDifferent(
      { type: 'F', value: new Map([['a', integer]]) },
      { type: 'F', value: new Map([['a', short]]) },
    );
    assertDifferent(
      { type: 'F', value: new Map([['a', integer]]) },
      { type: 'F', value: new Map([['b', integer]]) },
    );
  });

  test('are equal or not, whichever is asked', () => {
    fc.assert(
      fc.property(fieldValue, fieldValue, (a, b) => {
        assert.equal(fieldValuesEqual(a, b), fieldValuesEqual(b, a));
      }),
    );
  });
});
