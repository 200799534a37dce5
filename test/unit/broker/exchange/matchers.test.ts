// Matching rules of the exchange types beside topic (https://www.rabbitmq.com/docs/exchanges).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_TABLE, fromPlain, type FieldTable } from '../../../../src/amqp/wire/field-table.ts';
import type { Binding } from '../../../../src/broker/exchange/binding.ts';
import { ExchangeTypeRegistry } from '../../../../src/broker/exchange/exchange-types.ts';

const types = new ExchangeTypeRegistry();

function bindingOf(bindingKey: string, args: FieldTable, destination: string): Binding<string> {
  return { bindingKey, arguments: args, destination };
}

/** Where a message goes that meets these bindings. */
function route(
  type: string,
  bindings: ReadonlyArray<Binding<string>>,
  key: string,
  headers = EMPTY_TABLE,
): string[] {
  const matcher = types.get(type)!.createMatcher<string>();
  for (const binding of bindings) matcher.add(binding);
  const destinations = new Set<string>();
  matcher.match(key, headers, destinations);
  return [...destinations];
}

describe('a direct exchange', () => {
  test('matches equal keys only, and finds a destination once', () => {
    const bindings = [
      bindingOf('k', EMPTY_TABLE, 'a'),
      bindingOf('k', EMPTY_TABLE, 'b'),
      bindingOf('j', EMPTY_TABLE, 'a'),
    ];
    assert.deepEqual(route('direct', bindings, 'k'), ['a', 'b']);
    assert.deepEqual(route('direct', bindings, 'K'), []);
  });

  test('forgets just the binding that is removed', () => {
    const matcher = types.get('direct')!.createMatcher<string>();
    const first = bindingOf('k', EMPTY_TABLE, 'a');
    matcher.add(first);
    matcher.add(bindingOf('k', EMPTY_TABLE, 'b'));
    matcher.remove(first);
    const destinations = new Set<string>();
    matcher.match('k', EMPTY_TABLE, destinations);
    assert.deepEqual([...destinations], ['b']);
  });
});

describe('a fanout exchange', () => {
  test('matches whatever the key, a destination once', () => {
    const bindings = [
      bindingOf('x', EMPTY_TABLE, 'a'),
      bindingOf('y', EMPTY_TABLE, 'a'),
      bindingOf('', EMPTY_TABLE, 'b'),
    ];
    assert.deepEqual(route('fanout', bindings, 'any'), ['a', 'b']);
  });
});

describe('a headers exchange', () => {
  const red = { colour: 'red', size: 1 };
  for (const [what, args, headers, expected] of [
    ['all by default: every pair must match', red, { ...red, more: true }, true],
    ['all: one pair is missing', red, { colour: 'red' }, false],
    ['any: one pair is enough', { ...red, 'x-match': 'any' }, { size: 1 }, true],
    ['any: none matches', { ...red, 'x-match': 'any' }, { size: 2 }, false],
    ['all: pairs that begin with x- do not count', { 'x-a': 1 }, {}, true],
    ['all-with-x: they do', { 'x-a': 1, 'x-match': 'all-with-x' }, {}, false],
    ['any-with-x: they do', { 'x-a': 1, 'x-match': 'any-with-x' }, { 'x-a': 1 }, true],
    ['an empty pattern with all matches everything', {}, { a: 1 }, true],
    ['an empty pattern with any matches nothing', { 'x-match': 'any' }, { a: 1 }, false],
    ['void asks only that the header is there', { a: null }, { a: 'whatever' }, true],
    ['void asks that the header is there', { a: null }, {}, false],
    ['integers of different width are equal', { a: 1 }, { a: 1n }, true],
    ['an integer is not a float', { a: 1 }, { a: 1.5 }, false],
    ['a text is not a number', { a: 1 }, { a: '1' }, false],
    ['lists compare by their items', { a: [1, 'x'] }, { a: [1, 'x'] }, true],
    ['tables compare by their pairs', { a: { b: 1 } }, { a: { b: 2 } }, false],
  ] as const) {
    test(what, () => {
      const bindings = [bindingOf('', fromPlain(args), 'q')];
      assert.deepEqual(route('headers', bindings, '', fromPlain(headers)), expected ? ['q'] : []);
    });
  }

  test('a float is not the integer of the same value', () => {
    const binding = bindingOf('', new Map([['a', { type: 'd', value: 1 } as const]]), 'q');
    assert.deepEqual(route('headers', [binding], '', fromPlain({ a: 1 })), []);
  });

  test('timestamps never match', () => {
    const headers: FieldTable = new Map([['a', { type: 'T', value: 1n } as const]]);
    assert.deepEqual(route('headers', [bindingOf('', headers, 'q')], '', headers), []);
  });
});
