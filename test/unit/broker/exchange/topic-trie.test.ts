import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { splitWords, TopicTrie } from '../../../../src/broker/exchange/topic-trie.ts';

/** The rule in words, without a trie: does this binding key match this routing key? */
function matches(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') {
    return words.some((_, index) => matches(rest, words.slice(index))) || matches(rest, []);
  }
  const [word, ...others] = words;
  return word !== undefined && (first === '*' || first === word) && matches(rest, others);
}

function found(trie: TopicTrie<string>, routingKey: string): string[] {
  const values = new Set<string>();
  trie.match(routingKey, (set) => {
    for (const value of set) values.add(value);
  });
  return [...values].sort();
}

const word = fc.constantFrom('a', 'b', '', '*', '#');
const bindingKey = fc.array(word, { maxLength: 5 }).map((words) => words.join('.'));
const routingKey = fc
  .array(fc.constantFrom('a', 'b', 'c', '', '*', '#'), { maxLength: 6 })
  .map((words) => words.join('.'));

describe('a topic trie', () => {
  for (const [pattern, key, expected] of [
    ['#', '', true],
    ['*', '', false],
    ['a.#', 'a', true],
    ['a.*', 'a', false],
    ['#.b', 'b', true],
    ['a.#.b', 'a.b', true],
    ['*.*', '.', true],
    ['a*', 'ab', false],
    ['#.a.#', 'x.a.y', true],
    ['*.orange.*', 'quick.orange.rabbit', true],
    ['lazy.#', 'lazy.orange.male.rabbit', true],
  ] as const) {
    test(`'${pattern}' ${expected ? 'matches' : 'does not match'} '${key}'`, () => {
      const trie = new TopicTrie<string>();
      trie.add(pattern, 'value');
      assert.deepEqual(found(trie, key), expected ? ['value'] : []);
    });
  }

  test('finds what the rule finds, through additions and removals', () => {
    fc.assert(
      fc.property(
        fc.array(bindingKey, { maxLength: 12 }),
        fc.array(fc.nat(11)),
        fc.array(routingKey),
        (keys, removals, probes) => {
          const trie = new TopicTrie<string>();
          const present = new Map(keys.map((key, index) => [String(index), key]));
          for (const [value, key] of present) trie.add(key, value);
          for (const index of removals) {
            const key = present.get(String(index));
            if (key !== undefined) trie.remove(key, String(index));
            present.delete(String(index));
          }
          for (const probe of probes) {
            const words = splitWords(probe);
            const expected = [...present].filter(([, key]) => matches(splitWords(key), words));
            assert.deepEqual(found(trie, probe), expected.map(([value]) => value).sort());
          }
        },
      ),
    );
  });

  test('is as new when everything is removed', () => {
    const trie = new TopicTrie<string>();
    for (const key of ['a.b', 'a.#', '*']) trie.add(key, key);
    for (const key of ['a.b', 'a.#', '*']) trie.remove(key, key);
    assert.deepEqual(trie, new TopicTrie<string>());
  });

  test('answers a long key at once, whatever the wildcards', () => {
    const trie = new TopicTrie<string>();
    trie.add('#.a.#.b', 'value');
    trie.add('#.a.#', 'other');
    assert.deepEqual(found(trie, Array.from({ length: 127 }, () => 'a').join('.')), ['other']);
  });
});
