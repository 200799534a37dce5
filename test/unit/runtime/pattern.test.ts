// Regular expressions of operators: what they match, and how they are refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compilePattern, PatternError } from '../../../src/runtime/pattern.ts';

const NAMES = ['', 'orders', 'orders.eu', 'amq.gen-x', 'my orders', 'ordersé'];

function matching(text: string): string[] {
  const pattern = compilePattern(text);
  return NAMES.filter((name) => pattern.test(name));
}

describe('a pattern', () => {
  test('is searched for anywhere in the name', () => {
    assert.deepEqual(matching('orders'), ['orders', 'orders.eu', 'my orders', 'ordersé']);
    assert.deepEqual(matching('^orders'), ['orders', 'orders.eu', 'ordersé']);
    assert.deepEqual(matching(''), NAMES);
  });

  test('may look ahead', () => {
    assert.deepEqual(
      matching('^(?!amq\\.).*'),
      NAMES.filter((name) => name !== 'amq.gen-x'),
    );
    assert.deepEqual(matching('^(?!amq\\.|my|orders\\.)(?=.+)'), ['orders', 'ordersé']);
    assert.deepEqual(matching('^((?!r).)*$'), ['', 'amq.gen-x']);
  });

  test('may refer back', () => {
    assert.ok(compilePattern('^(.+)\\.\\1$').test('eu.eu'));
    assert.ok(!compilePattern('^(.+)\\.\\1$').test('eu.us'));
  });

  const WRONG: readonly (readonly [text: string, message: string, position: number])[] = [
    ['(', 'missing )', 1],
    ['[a', 'missing terminating ] for character class', 2],
    ['*', 'nothing to repeat', 0],
    ['a)', 'unmatched parentheses', 1],
    ['a'.repeat(5000), 'regular expression is too large', 4096],
  ];
  for (const [text, message, position] of WRONG) {
    test(`that is ${text.slice(0, 5)} is refused: ${message}`, () => {
      assert.throws(
        () => compilePattern(text),
        (error) =>
          error instanceof PatternError && error.message === message && error.position === position,
      );
    });
  }

  test('agrees with the language for what both can do', () => {
    const part = fc.constantFrom('a', 'b', '.', '\\.', '[ab]', '[^a]', 'a*', 'b+', 'a?', '(a|b)');
    const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    const anchored = fc.tuple(fc.constantFrom('', '^'), text, fc.constantFrom('', '$'));
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(anchored, name, ([start, middle, end], candidate) => {
        const source = start + middle + end;
        assert.equal(compilePattern(source).test(candidate), new RegExp(source).test(candidate));
      }),
    );
  });
});
