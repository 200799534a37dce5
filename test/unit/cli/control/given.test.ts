// What was given on the command line, checked when it is asked for.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ControlError } from '../../../../src/cli/control/control-error.ts';
import { Given } from '../../../../src/cli/control/given.ts';

const given = new Given({
  text: 'x',
  empty: '',
  number: '-12',
  flag: true,
  yes: 'true',
  json: '{"a": 1}',
  list: '[1]',
  pair: ['x-max-length=10', 'x-overflow=drop-head', 'flag=false', 'eq=a=b', 'none='],
  bad: ['nothing'],
});

function exitCode(ask: () => unknown): number {
  try {
    ask();
  } catch (error) {
    if (error instanceof ControlError) return error.exitCode;
  }
  return 0;
}

describe('what was given', () => {
  test('is text, and empty where it was not', () => {
    assert.deepEqual([given.text('text'), given.text('absent')], ['x', '']);
    assert.deepEqual([given.optional('empty'), given.optional('absent')], ['', undefined]);
  });

  test('is a whole number, or ends with 64', () => {
    assert.equal(given.integer('number', 0), -12);
    assert.equal(given.integer('absent', 7), 7);
    assert.equal(
      exitCode(() => given.integer('text', 0)),
      64,
    );
  });

  test('is true or false, or ends with 64', () => {
    assert.equal(given.boolean('yes', false), true);
    assert.equal(given.boolean('absent', true), true);
    assert.equal(
      exitCode(() => given.boolean('text', true)),
      64,
    );
    assert.deepEqual([given.has('flag'), given.has('absent')], [true, false]);
  });

  test('is a JSON object, or ends with 65', () => {
    assert.deepEqual(given.jsonObject('json'), { a: 1 });
    assert.equal(
      exitCode(() => given.jsonObject('list')),
      65,
    );
    assert.equal(
      exitCode(() => given.json('text')),
      65,
    );
  });

  test('is pairs, of which numbers and booleans are such, or ends with 64', () => {
    assert.deepEqual(given.pairs('pair'), {
      'x-max-length': 10,
      'x-overflow': 'drop-head',
      flag: false,
      eq: 'a=b',
      none: '',
    });
    assert.equal(
      exitCode(() => given.pairs('bad')),
      64,
    );
  });
});
