// Field tables kept as octets come back as they were.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { tableFromOctets, tableToOctets } from '../../../../src/amqp/wire/field-table-octets.ts';
import { fromPlain } from '../../../../src/amqp/wire/field-table.ts';
import { fieldTable } from './wire-arbitraries.ts';

describe('a field table as octets', () => {
  test('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(fieldTable, (table) => {
        assert.deepEqual(tableFromOctets(tableToOctets(table)), table);
      }),
    );
  });

  test('lacks entries whose keys, once their invalid octets are replaced, are too long to be written', () => {
    // 100 octets that are no UTF-8 become 100 characters of three octets each.
    const long = Buffer.alloc(100, 0xff).toString();
    const table = fromPlain({ [long]: 1, a: { [long]: 2, b: [{ [long]: 3, c: 4 }] } });
    assert.deepEqual(tableFromOctets(tableToOctets(table)), fromPlain({ a: { b: [{ c: 4 }] } }));
  });

  test('is refused when it is cut off', () => {
    const octets = tableToOctets(fromPlain({ a: 'text' }));
    assert.throws(() => tableFromOctets(octets.subarray(0, -1)), /cut off/u);
  });
});
