// Regular expressions as PCRE has them: what is understood, what is refused, and what a hostile one can cost.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { remembered } from '../../../src/runtime/pattern/characters.ts';
import { compilePattern, PatternError } from '../../../src/runtime/pattern.ts';

const MATCHES: ReadonlyArray<readonly [pattern: string, met: string, notMet: string]> = [
  ['b', 'abc', 'ac'],
  ['^amq\\.gen-', 'amq.gen-x', 'x.amq.gen-'],
  ['^(amq\\.gen.*|amq\\.default)$', 'amq.default', 'amq.topic'],
  ['(?i)^orders', 'ORDERS.eu', 'other'],
  ['^[[:alpha:]]+$', 'abc', 'ab1'],
  ['\\Aq\\z', 'q', 'qq'],
  ['^\\Qa.b\\E$', 'a.b', 'axb'],
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
  ['^a++b', 'aab', 'a+b'],
  ['^(?>a|ab)c', 'ac', 'abc'],
  ['^a?+a$', 'aa', 'a'],
  ['^(?<q>a|b)-\\k<q>$', 'b-b', 'a-b'],
  ['^(?P<q>a)(?P=q)', 'aa', 'ab'],
  ['^(a)(b)\\g{-2}$', 'aba', 'abb'],
  ['(?i)^(a)\\1$', 'aA', 'ab'],
  ['^(?:(?i)a)b$', 'Ab', 'AB'],
  ['^a(?i)b|c$', 'C', 'A'],
  ['^(?s).$', '\n', 'ab'],
  ['(?m)^b$', 'a\nb', 'ab'],
  ['(?x) ^ a b # both\n $', 'ab', 'a b'],
  ['(?<=ab|cd)e', 'cde', 'ae'],
  ['(?<!a)b', 'cb', 'ab'],
  ['\\bq\\b', 'a q', 'aq'],
  ['^\\x41\\x{42}\\o{103}$', 'ABC', 'ABD'],
  ['^\\p{Greek}+$', 'λόγος', 'logos'],
  ['^\\P{L}$', '1', 'a'],
  ['^[^[:digit:]]$', 'a', '1'],
  ['^[[:^digit:]-]$', '-', '1'],
  ['^[a\\]\\-z]+$', 'a]-z', 'b'],
  ['^[a-c]{2,3}$', 'abc', 'abcd'],
  ['^a{2}$', 'aa', 'a{2}'],
  ['^a{,2}$', 'a{,2}', 'aa'],
  ['^.$', '😀', '😀😀'],
  ['q$', 'q\n', 'q\n\n'],
];

describe('a pattern', () => {
  for (const [pattern, met, notMet] of MATCHES) {
    test(`${pattern} is met by ${met} and not by ${notMet}`, () => {
      const { test: meets } = boundTo(pattern);
      assert.deepEqual([meets(met), meets(notMet), meets(met)], [true, false, true]);
    });
  }

  const refused: ReadonlyArray<readonly [pattern: string, reason: RegExp]> = [
    ['\\p', /\\p is not supported/u],
    ['\\p{Rabbit}', /unknown property name/u],
    ['(*COMMIT)', /\(\* is not supported/u],
    ['(?R)', /\(\?R is not supported/u],
    ['(?|a|b)', /\(\?\| is not supported/u],
    ['(?(1)a|b)', /\(\?\( is not supported/u],
    ['[[:nothing:]]', /unknown POSIX class name/u],
    ['a\\', /\\ at end of pattern/u],
    ['\\1', /non-existent subpattern/u],
    ['(a)\\2', /non-existent subpattern/u],
    ['(?<=a*)b', /not fixed length/u],
    ['a{3,2}', /numbers out of order/u],
    ['a{70000}', /number too big/u],
    ['[z-a]', /range out of order/u],
    ['a**', /nothing to repeat/u],
    ['(?q)', /unrecognized character/u],
    ['\\x{110000}', /too large/u],
    ['('.repeat(300) + ')'.repeat(300), /too deeply nested/u],
    ['(a{1000}){1000}', /regular expression is too large/u],
    ['(((a{30}){30}){30}){30}', /regular expression is too large/u],
    [`(?i)${'\\pL{1000}'.repeat(100)}`, /regular expression is too large/u],
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

describe('a pattern without references', () => {
  // Where both understand the same, and mean the same by it.
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\b', '^', '$', '(?:)');
  const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => {
    const within = (form: string): fc.Arbitrary<string> =>
      tie('pattern').map((text) => form.replace('_', () => text));
    const forms = [
      '(_)',
      '(?:_)*',
      '(?:_)+?',
      '(?:_)??',
      '(?:_){0,2}',
      '(?:_){2}',
      '(?=_)',
      '(?!_)',
    ];
    return {
      part: fc.oneof({ depthSize: 'small' }, atom, ...forms.map(within)),
      pattern: fc
        .array(fc.oneof({ maxDepth: 4 }, atom, tie('part')), { maxLength: 4 })
        .chain((parts) => fc.boolean().map((isEither) => parts.join(isEither ? '|' : ''))),
    };
  });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.'), maxLength: 8 });

  test('is met by what the language itself takes for met', () => {
    fc.assert(
      fc.property(pattern, name, (text, candidate) => {
        assert.equal(compilePattern(text).test(candidate), new RegExp(text).test(candidate));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a pattern that would take for ever on an engine that goes back', () => {
  const NAME = `${'a'.repeat(250)}!`;
  /** What one name may need, and what an expression may need before it is given up. */
  const [OF_NAME, OF_PATTERN] = [100_500, 502_500];

  for (const text of [
    '^(a+)+$',
    '^(a|a)*b',
    '^(?!x)(a+)+$',
    '(?!b)(a|a)*(a|aa)*c',
    '^(?=x?)(a+)+$',
    '(a*)*(a*)*(a*)*b',
    '(.*a){12}b',
    '((((a+)+)+)+)+$',
  ]) {
    test(`as ${text} is known to be met or not in few steps`, () => {
      const pattern = compilePattern(text);
      assert.equal(pattern.test(NAME), false);
      assert.ok(pattern.steps < OF_NAME, String(pattern.steps));
    });
  }

  for (const text of [
    '(a*)*\\1b',
    '(a+)+\\1\\1b',
    '(a?){1000}a{1000}',
    `${'(?=.*a)'.repeat(500)}b`,
  ]) {
    test(`as ${text.slice(0, 20)} is given up, counts as not met, and is told`, () => {
      const told: string[] = [];
      const pattern = compilePattern(text, { onTimeout: (one) => told.push(one) });
      assert.equal(pattern.test(NAME), false);
      assert.deepEqual(told, [text]);
      assert.ok(pattern.steps <= 2 * OF_NAME, String(pattern.steps));
    });
  }

  test('costs no more for a step where its classes are long', () => {
    const members = Array.from({ length: 1900 }, (_, i) => String.fromCodePoint(0x4e00 + 2 * i));
    const wide = members.join('');
    let askedCount = 0;
    const counted = remembered((code) => {
      askedCount++;
      return wide.includes(String.fromCodePoint(code));
    });
    for (let i = 0; i < 1000; i++) counted(0x4e01);
    for (let i = 0; i < 1000; i++) counted(65);
    assert.equal(askedCount, 2);
    const pattern = compilePattern(String.raw`([${wide}a]*)*\1b`);
    assert.equal(pattern.test(NAME), false);
  });

  test('is remembered for a name, and given up for good after some names', () => {
    let toldCount = 0;
    const pattern = compilePattern('(a*)*\\1b', { onTimeout: () => toldCount++ });
    for (let i = 0; i < 3; i++) pattern.test(NAME);
    assert.equal(toldCount, 1);
    for (let i = 0; i < 1000; i++) pattern.test(`${NAME}${i}`);
    assert.equal(toldCount, 5);
    assert.ok(pattern.steps <= OF_PATTERN, String(pattern.steps));
    assert.equal(pattern.test('aab'), false);
  });
});

function boundTo(text: string): { test: (name: string) => boolean } {
  const pattern = compilePattern(text);
  return { test: (name) => pattern.test(name) };
}
