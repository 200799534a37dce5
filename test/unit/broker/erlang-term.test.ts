// Values as RabbitMQ's error texts show them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPairs, formatTerm } from '../../../src/broker/erlang-term.ts';

const TERMS: readonly (readonly [value: unknown, term: string])[] = [
  ['a"b', '<<"a\\"b">>'],
  [1, '1'],
  [1.5, '1.5'],
  [true, 'true'],
  [null, 'null'],
  [['a', 1, true], '[<<"a">>,1,true]'],
  [{ b: [1], a: 'x' }, '#{<<"a">> => <<"x">>,<<"b">> => [1]}'],
];

for (const [value, term] of TERMS) {
  test(`${JSON.stringify(value)} is shown as ${term}`, () => assert.equal(formatTerm(value), term));
}

test('an object is shown as pairs in the order of keys, and in lines where it is wide', () => {
  assert.equal(formatPairs({ b: 1, a: 'x' }), '[{<<"a">>,<<"x">>},{<<"b">>,1}]');
  const wide = { [`a${'x'.repeat(40)}`]: 1, [`b${'x'.repeat(40)}`]: 2 };
  const lines = formatPairs(wide).split('\n');
  assert.deepEqual(
    lines.map((line) => line.slice(0, 6)),
    ['[{<<"a', ' {<<"b'],
  );
});
