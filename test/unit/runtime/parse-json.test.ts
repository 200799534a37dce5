// JSON of others: as the language reads it, but not at any depth.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../../src/runtime/parse-json.ts';

function nested(levels: number): string {
  return `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
}

describe('JSON of others', () => {
  test('is what the language makes of it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseJson(text), JSON.parse(text));
      }),
    );
  });

  test('may be nested 100 levels deep and no deeper', () => {
    assert.ok(Array.isArray(parseJson(nested(100))));
    assert.throws(() => parseJson(nested(102)), /^SyntaxError: it is nested more than 100 levels/u);
    assert.throws(() => parseJson(nested(1_000_000)), SyntaxError);
  });

  test('is refused where it is none', () => {
    assert.throws(() => parseJson('{'), SyntaxError);
    assert.throws(
      () => parseJson('{"password": secret}'),
      (error) => {
        assert.ok(error instanceof SyntaxError);
        assert.match(error.message, /^Unexpected token 's'$/u);
        return true;
      },
    );
  });
});
