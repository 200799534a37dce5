// Tables from JSON: what no table can hold is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  TableJsonError,
  tableFromJson,
  tableToJson,
  type Json,
  type JsonObject,
} from '../../../../src/amqp/wire/field-table-json.ts';

/** An array in an array ..., so many levels deep. */
function nested(depth: number): JsonObject {
  let value: Json = 1;
  for (let i = 1; i < depth; i++) value = [value];
  return { value };
}

test('JSON becomes a table and the same JSON again', () => {
  const json = { s: 'é', n: 1, d: 1.5, t: true, v: null, l: [1, ['x']], m: { k: -1 } };
  assert.deepEqual(tableToJson(tableFromJson(json)), json);
});

test('an empty array is an empty table, another array is none', () => {
  assert.equal(tableFromJson([] as unknown as JsonObject).size, 0);
  assert.throws(() => tableFromJson([1] as unknown as JsonObject), TableJsonError);
});

test('keys are not longer than AMQP has room for', () => {
  assert.equal(tableFromJson({ ['k'.repeat(255)]: 1 }).size, 1);
  assert.throws(() => tableFromJson({ m: { ['é'.repeat(128)]: 1 } }), TableJsonError);
});

test('tables are not nested deeper than those read from the wire', () => {
  assert.equal(tableFromJson(nested(128)).size, 1);
  assert.throws(() => tableFromJson(nested(129)), TableJsonError);
  assert.throws(() => tableFromJson(nested(100_000)), TableJsonError);
});
