// Patterns of scopes, as RabbitMQ's guide has them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseWildcard } from '../../../../src/access/oauth2/wildcard.ts';

const CASES: ReadonlyArray<readonly [pattern: string, subject: string, isMet: boolean]> = [
  ['foo', 'foo', true],
  ['foo', 'fooo', false],
  ['Foo', 'foo', false],
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['*', 'any/thing *', true],
  ['fo*', 'foo', true],
  ['foo*', 'foo', true],
  ['*oo', 'foo', true],
  ['*o', 'foo', true],
  ['*r', 'foo', false],
  ['foo**', 'foo', true],
  ['a*a', 'a', false],
  ['*str*ing*', 'string', true],
  ['some*other*string', 'some long string', false],
  ['string%20with%20%2F%20and%20%25', 'string with / and %', true],
  ['plus+is++space', 'plus is  space', true],
  ['star+%2a+is+encoded', 'star * is encoded', true],
  ['star+%2a+is+encoded', 'star any is encoded', false],
  ['100% wrong', '100% wrong', false],
  ['%FF', '\uFFFD', false],
  ['%D1%8E*', 'юникод', true],
];

/** Tries everything. */
function isMetNaively(pattern: readonly string[], subject: readonly string[]): boolean {
  const [token, ...rest] = pattern;
  if (token === undefined) return subject.length === 0;
  if (token !== '*') {
    return subject[0] === token && isMetNaively(rest, subject.slice(1));
  }
  return Array.from({ length: subject.length + 1 }).some((_, count) =>
    isMetNaively(rest, subject.slice(count)),
  );
}

describe('a pattern of a scope', () => {
  for (const [pattern, subject, isMet] of CASES) {
    test(`'${pattern}' is ${isMet ? '' : 'not '}met by '${subject}'`, () => {
      assert.equal(parseWildcard(pattern).matches(subject), isMet);
    });
  }

  test('is met by what a naive matcher says', () => {
    const letter = fc.constantFrom('a', 'b', '/', '%', 'é');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(letter, fc.constant('*')), { maxLength: 8 }),
        fc.array(letter, { maxLength: 8 }),
        (pattern, subject) => {
          const encoded = pattern.map((one) => (one === '*' ? '*' : encodeURIComponent(one)));
          const wildcard = parseWildcard(encoded.join(''));
          assert.equal(wildcard.matches(subject.join('')), isMetNaively(pattern, subject));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('takes no longer for a hostile name', () => {
    const wildcard = parseWildcard(`${'*a'.repeat(10_000)}*b`);
    assert.equal(wildcard.matches('a'.repeat(30_000)), false);
  });
});
