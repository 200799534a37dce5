// Blocks that are written into are shared by all connections, and given up when nothing happens.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BlockPool } from '../../../src/amqp/output-buffer.ts';

describe('the pool of output blocks', () => {
  test('gives a block again that nobody reads any more', () => {
    const pool = new BlockPool();
    const block = pool.acquire(100_000);
    pool.release(block);
    assert.equal(pool.acquire(50_000), block);
  });

  test('gives blocks that are large enough', () => {
    const pool = new BlockPool();
    for (const size of [1, 4096, 4097, 262_144, 262_145, 1_000_000]) {
      assert.ok(pool.acquire(size).buffer.length >= size);
    }
  });

  test('gives large blocks up when nothing happens, and says whether there were any', () => {
    const pool = new BlockPool();
    const [small, large] = [pool.acquire(10), pool.acquire(100_000)];
    pool.release(small);
    assert.equal(pool.rest(), false);
    pool.release(large);
    assert.equal(pool.rest(), true);
    assert.equal(pool.acquire(10), small);
    assert.notEqual(pool.acquire(100_000), large);
  });
});
