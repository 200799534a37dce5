// What a user policy and an operator policy make together.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { mergeDefinitions } from '../../../../src/broker/policy/applied-policy.ts';

describe('two definitions', () => {
  const CASES: readonly (readonly [
    key: string,
    user: unknown,
    operator: unknown,
    both: unknown,
  ])[] = [
    ['max-length', 5, 9, 5],
    ['message-ttl', 9, 5, 5],
    ['overflow', 'drop-head', 'reject-publish', 'reject-publish'],
    ['queue-version', 1, 2, 2],
    ['delivery-limit', 5, 9, 5],
    ['delivery-limit', -1, 9, 9],
    ['delivery-limit', 5, -1, 5],
    ['some-flag', true, false, false],
  ];
  for (const [key, user, operator, both] of CASES) {
    test(`with ${key} ${String(user)} and ${String(operator)} of operators make ${String(both)}`, () => {
      assert.deepEqual(
        { ...mergeDefinitions({ [key]: user }, { [key]: operator }) },
        { [key]: both },
      );
    });
  }

  test('have the keys of both, and no number larger than either', () => {
    const definition = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat());
    fc.assert(
      fc.property(definition, definition, (user, operator) => {
        const merged = mergeDefinitions(user, operator);
        const keys = new Set([...Object.keys(user), ...Object.keys(operator)]);
        assert.deepEqual(new Set(Object.keys(merged)), keys);
        for (const key of keys) {
          const values = [user[key], operator[key]].filter((value) => value !== undefined);
          assert.equal(merged[key], Math.min(...values));
        }
      }),
    );
  });
});
