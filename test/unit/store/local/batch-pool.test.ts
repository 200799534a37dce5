// Memory for pages is used again, and given up when nothing happens.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BatchPool } from '../../../../src/store/local/batch-pool.ts';

describe('the memory of pages', () => {
  test('is used again, and empty then', () => {
    const pool = new BatchPool();
    const batch = pool.take(1024);
    batch.skip(100);
    pool.release(batch);
    assert.equal(pool.take(1024), batch);
    assert.equal(batch.length, 0);
  });

  test('of small pages is not kept', () => {
    const pool = new BatchPool();
    const small = pool.take(10);
    pool.release(small);
    assert.notEqual(pool.take(10), small);
    assert.equal(pool.rest(), false);
  });

  test('is given up when nothing happens', () => {
    const pool = new BatchPool();
    const batch = pool.take(1024);
    pool.release(batch);
    assert.equal(pool.rest(), true);
    assert.equal(pool.rest(), false);
    assert.notEqual(pool.take(1024), batch);
  });
});
