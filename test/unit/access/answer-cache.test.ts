// Answers that are kept for a while: which, for how long, how many, and that no key tells a password.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AnswerCache } from '../../../src/access/cache/answer-cache.ts';
import { createSystemRuntime } from '../../../src/runtime/system-runtime.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

const TTL_MS = 1000;

function start(): { cache: AnswerCache; time: SimulatedTime } {
  const time = new SimulatedTime();
  const { random } = createSystemRuntime();
  const cache = new AnswerCache({ clock: time, timers: time, random, ttlMs: TTL_MS });
  return { cache, time };
}

const always = (): boolean => true;

describe('an answer', () => {
  test('is asked for once while it is good', async () => {
    const { cache, time } = start();
    let count = 0;
    const ask = (): number => ++count;
    assert.equal(await cache.answer('q', ask, always), 1);
    time.pass(TTL_MS - 1);
    assert.equal(await cache.answer('q', ask, always), 1);
    time.pass(1);
    assert.equal(await cache.answer('q', ask, always), 2);
  });

  test('is not kept unless it is worth it', async () => {
    const { cache } = start();
    let count = 0;
    const ask = (): number => ++count;
    await cache.answer('q', ask, () => false);
    assert.equal(await cache.answer('q', ask, () => false), 2);
    assert.equal(cache.size, 0);
  });

  test('that failed is asked for again', async () => {
    const { cache } = start();
    const failing = async (): Promise<number> => {
      throw new Error('away');
    };
    await assert.rejects(cache.answer('q', failing, always), /away/u);
    assert.equal(await cache.answer('q', () => 1, always), 1);
  });

  test('is awaited together by all who ask the same', async () => {
    const { cache } = start();
    let count = 0;
    const ask = async (): Promise<number> => ++count;
    const answers = [1, 2, 3].map(async () => cache.answer('q', ask, always));
    assert.deepEqual(await Promise.all(answers), [1, 1, 1]);
  });

  test('is forgotten when it is no longer good', async () => {
    const { cache, time } = start();
    await cache.answer('q', () => 1, always);
    time.pass(2 * TTL_MS);
    assert.equal(cache.size, 0);
  });
});

describe('the cache', () => {
  test('keeps 50,000 answers, and drops the oldest for more', async () => {
    const { cache } = start();
    for (let n = 0; n <= 50_000; n++) {
      // oxlint-disable-next-line no-await-in-loop -- their order counts
      await cache.answer(`${n}`, () => n, always);
    }
    assert.equal(cache.size, 50_000);
    assert.equal(await cache.answer('0', () => 'anew', always), 'anew');
    assert.equal(await cache.answer('50000', () => 'anew', always), 50_000);
  });

  test('tells no password in a key', () => {
    const { cache } = start();
    assert.ok(!cache.digestOf(['jane', 'a secret']).includes('secret'));
    assert.notEqual(
      start().cache.digestOf(['jane', 'a secret']),
      cache.digestOf(['jane', 'a secret']),
    );
  });

  test('has another key for other parts, wherever these are divided', () => {
    const { cache } = start();
    const parts = fc.array(fc.oneof(fc.string(), fc.constant(null)), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        assert.equal(cache.digestOf(one) === cache.digestOf(other), isSame);
      }),
    );
  });
});
