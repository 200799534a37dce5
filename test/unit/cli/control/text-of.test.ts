// Values as rabbitmqctl writes them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { printable, textOf } from '../../../../src/cli/control/output/text-of.ts';

describe('a value as text', () => {
  for (const [what, value, expected] of [
    ['nothing for what is missing', null, ''],
    ['a text as it is', 'a "b" c', 'a "b" c'],
    ['a number', 12.5, '12.5'],
    ['a boolean', true, 'true'],
    ['a list of texts', ['a', 'b'], '[a, b]'],
    ['an empty list', [], '[]'],
    ['an empty table', {}, '[]'],
    [
      'a table',
      { 'x-max-length': 10, 'x-overflow': 'drop-head' },
      '[{"x-max-length",10},{"x-overflow","drop-head"}]',
    ],
    [
      'a table in a table',
      { a: { b: [1, 'c'], d: null } },
      '[{"a",[{"b",[1,"c"]},{"d",undefined}]}]',
    ],
    ['quotes in a table', { 'k"': 'a\\' }, '[{"k\\"","a\\\\"}]'],
    ['controls', 'a\tb\u001B[2J\u202Ec', 'a\\tb\\u{1b}[2J\\u{202e}c'],
  ] as const) {
    test(`is ${what}`, () => assert.equal(textOf(value), expected));
  }

  test('never has a control character, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.doesNotMatch(textOf(value), /\p{Cc}/u);
      }),
    );
  });

  test('is the same when it is printable', () => {
    assert.equal(printable('Grüße, 兎'), 'Grüße, 兎');
  });
});
