import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { FieldTable, FieldValue } from '../../../../src/amqp/wire/field-table.ts';
import type { BasicProperties } from '../../../../src/amqp/wire/generated/properties.ts';
import {
  HeaderSplice,
  readProperties,
  writeProperties,
} from '../../../../src/amqp/wire/property-octets.ts';
import { BASIC_PROPERTIES } from '../../../../src/amqp/wire/protocol.ts';
import { someFieldsOf } from './wire-arbitraries.ts';

const SPLICE = new HeaderSplice('x-number');

/** Properties as they lie in a larger buffer. */
function placed(properties: BasicProperties, before = 5): [Buffer, number, number] {
  const octets = writeProperties(properties);
  const junk = Buffer.alloc(before, 0xff);
  return [Buffer.concat([junk, octets, junk]), before, before + octets.length];
}

function withHeader(table: FieldTable | undefined, name: string, value: FieldValue): FieldTable {
  return new Map([...(table ?? []), [name, value]]);
}

const anyProperties = someFieldsOf(BASIC_PROPERTIES) as fc.Arbitrary<BasicProperties>;

describe('a spliced header', () => {
  test('is added to whatever properties and headers there are', () => {
    const number = fc.oneof(fc.nat(), fc.maxSafeNat());
    fc.assert(
      fc.property(anyProperties, number, (properties, value) => {
        const result = SPLICE.withInteger(...placed(properties), value);
        const headers = withHeader(properties.headers, 'x-number', {
          type: 'l',
          value: BigInt(value),
        });
        assert.deepEqual(readProperties(result, 0, result.length), { ...properties, headers });
      }),
    );
  });

  test('replaces one of the same name, whatever its type', () => {
    fc.assert(
      fc.property(anyProperties, fc.constantFrom('text', 7), (properties, old) => {
        const value: FieldValue =
          typeof old === 'string' ? { type: 'S', value: old } : { type: 'I', value: old };
        const headers = withHeader(properties.headers, 'x-number', value);
        const result = SPLICE.withInteger(...placed({ ...properties, headers }), 9);
        const read = readProperties(result, 0, result.length);
        assert.deepEqual(read.headers?.get('x-number'), { type: 'l', value: 9n });
        assert.equal(read.headers?.size, headers.size);
      }),
    );
  });

  test('replaces all of the same name, where a client has sent several', () => {
    const entry = Buffer.concat([Buffer.from([8]), Buffer.from('x-numberV')]);
    const size = Buffer.from([0, 0, 0, 2 * entry.length]);
    const octets = Buffer.concat([Buffer.from([0x20, 0]), size, entry, entry]);
    const result = SPLICE.withInteger(octets, 0, octets.length, 3);
    assert.deepEqual(
      result,
      writeProperties({ headers: new Map([['x-number', { type: 'l', value: 3n }]]) }),
    );
  });

  test('is read when it is a text', () => {
    fc.assert(
      fc.property(anyProperties, fc.string(), (properties, text) => {
        const headers = withHeader(properties.headers, 'x-number', { type: 'S', value: text });
        const read = SPLICE.readText(...placed({ ...properties, headers }));
        assert.equal(read, Buffer.from(text).toString('latin1'));
      }),
    );
  });

  test('is no text when it is missing, of another type or within a table', () => {
    const within = new Map([['x-number', { type: 'S', value: 'deep' } as const]]);
    const TABLES: readonly (FieldTable | undefined)[] = [
      undefined,
      new Map(),
      new Map([['x-number', { type: 'I', value: 1 }]]),
      new Map([['x-numbers', { type: 'S', value: 'longer' }]]),
      new Map([['outer', { type: 'F', value: within }]]),
    ];
    for (const headers of TABLES) {
      const properties = headers === undefined ? { contentType: 'a' } : { headers };
      assert.equal(SPLICE.readText(...placed(properties)), null);
    }
  });
});
