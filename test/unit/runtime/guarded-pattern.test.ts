// Regular expressions of PCRE that the linear engine cannot run: what is made of them, and when they are interrupted.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compilePattern, PatternError } from '../../../src/runtime/pattern.ts';

const MATCHES: ReadonlyArray<readonly [pattern: string, met: string, notMet: string]> = [
  ['b', 'abc', 'ac'],
  ['^amq\\.gen-', 'amq.gen-x', 'x.amq.gen-'],
  ['^(amq\\.gen.*|amq\\.default)$', 'amq.default', 'amq.topic'],
  ['(?i)^orders', 'ORDERS.eu', 'other'],
  ['^[[:alpha:]]+$', 'abc', 'ab1'],
  ['\\Aq\\z', 'q', 'qq'],
  ['^\\Qa.b\\E$', 'a.b', 'axb'],
  // Of these the linear engine knows nothing.
  ['^(?!amq\\.).*', 'orders', 'amq.topic'],
  ['^(?!amq\\.)[[:lower:]]+\\z', 'orders', 'Orders'],
  ['\\A(?=.*eu)orders', 'orders.eu', 'xorders.eu'],
  ['(?<=-)dlq\\Z', 'orders-dlq', 'orders.dlq'],
  ['^(\\w)\\1$', 'aa', 'ab'],
  ['(?i)^(?!AMQ\\.)x', 'Xy', 'amq.x'],
  ['^(?!\\Q.*\\E)a', 'ab', '.*a'],
  ['^(?#all but these)(?!a)', 'b', 'a'],
  ['^(?!a)[]a]', ']', 'a'],
  ['^(?!a)[^]b]$', 'c', ']'],
  ["^(?'first'x)(?!y)", 'xz', 'xy'],
];

describe('a pattern', () => {
  for (const [pattern, met, notMet] of MATCHES) {
    test(`${pattern} is met by ${met} and not by ${notMet}`, () => {
      const { test: meets } = boundTo(pattern);
      assert.deepEqual([meets(met), meets(notMet), meets(met)], [true, false, true]);
    });
  }

  const refused: ReadonlyArray<readonly [pattern: string, reason: RegExp]> = [
    ['(?!a)\\p', /\\p is not supported/u],
    ['(?>a)(?!b)', /\(\?> is not supported/u],
    ['(?!a)(*COMMIT)', /\(\* is not supported/u],
    ['(?!a)[[:nothing:]]', /unknown POSIX class name/u],
    ['(?!a)\\', /\\ at end of pattern/u],
  ];
  for (const [pattern, reason] of refused) {
    test(`${pattern.slice(0, 20)} is refused`, () => {
      assert.throws(
        () => compilePattern(pattern),
        (error) => {
          assert.ok(error instanceof PatternError);
          assert.match(error.message, reason);
          return true;
        },
      );
    });
  }

  test('that is anything at all is compiled or refused, and never fails otherwise', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[()[\]{}?*+|^$\\.:=!<>a-z0-9-]{0,20}$/u),
    );
    fc.assert(
      fc.property(texts, fc.string(), (text, name) => {
        try {
          compilePattern(text).test(name);
        } catch (error) {
          assert.ok(error instanceof PatternError, String(error));
        }
      }),
    );
  });
});

describe('a pattern that takes for ever', () => {
  // Each needs more steps than there are atoms, on an engine that goes back.
  const NAME = `${'a'.repeat(60)}!`;

  test('is met or not at once where the linear engine knows it', () => {
    assert.equal(compilePattern('^(a+)+$').test(NAME), false);
    assert.equal(compilePattern('^(a|a)*b').test(NAME), false);
  });

  test('is interrupted where it does not, counts as not met, and is told', () => {
    const told: string[] = [];
    const pattern = compilePattern('^(?!x)(a+)+$', { onTimeout: (text) => told.push(text) });
    assert.equal(pattern.test(NAME), false);
    assert.deepEqual(told, ['^(?!x)(a+)+$']);
  });

  test('is remembered for a name, and given up after some names', () => {
    let timeoutCount = 0;
    const pattern = compilePattern('^(?!x)(a+)+$', { onTimeout: () => timeoutCount++ });
    for (let i = 0; i < 3; i++) pattern.test(NAME);
    assert.equal(timeoutCount, 1);
    for (let i = 0; i < 20; i++) pattern.test(`${NAME}${i}`);
    assert.equal(timeoutCount, 5);
    assert.equal(pattern.test('aaa'), false);
  });
});

function boundTo(text: string): { test: (name: string) => boolean } {
  const pattern = compilePattern(text);
  return { test: (name) => pattern.test(name) };
}
