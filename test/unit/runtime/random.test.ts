// The server-generated part of names, on fixed and on real randomness.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { base64url22, systemRandom } from '../../../src/runtime/random.ts';
import type { Random } from '../../../src/runtime/random.ts';

/** Gives these bytes, as a view with an offset into a larger buffer, as pooled buffers are. */
function fixedRandom(bytes: Uint8Array): Random {
  const pool = new Uint8Array(bytes.length + 5);
  pool.set(bytes, 3);
  return { bytes: (count) => pool.subarray(3, 3 + count), below: () => 0 };
}

describe('base64url22', () => {
  test('is the unpadded base64url form of 16 bytes', () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, (bytes) => {
        const name = base64url22(fixedRandom(bytes));
        assert.match(name, /^[\w-]{22}$/u);
        assert.deepEqual(new Uint8Array(Buffer.from(name, 'base64url')), bytes);
      }),
    );
  });

  test('differs from one call to the next', () => {
    assert.notEqual(base64url22(systemRandom), base64url22(systemRandom));
  });
});

describe('the real randomness', () => {
  test('gives as many bytes as asked for', () => {
    assert.equal(systemRandom.bytes(7).length, 7);
  });

  test('stays below the limit and reaches each number', () => {
    const seen = new Set<number>();
    for (let draw = 0; draw < 300; draw += 1) seen.add(systemRandom.below(3));
    assert.deepEqual(seen, new Set([0, 1, 2]));
  });
});
