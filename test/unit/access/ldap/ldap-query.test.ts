// Queries: what a term of RabbitMQ's LDAP plugin means, and what is said of one that means nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TermError } from '../../../../src/access/ldap/query/erlang-term.ts';
import { parseQuery, parseTagQueries } from '../../../../src/access/ldap/query/ldap-query.ts';

describe('a query', () => {
  test('has parts that are queries', () => {
    assert.deepEqual(
      parseQuery(`{'or', [{'not', {exists, "a"}}, {for, [{resource, queue, {constant, true}}]}]}`),
      {
        is: 'or',
        queries: [
          { is: 'not', query: { is: 'exists', dn: 'a' } },
          {
            is: 'for',
            cases: [
              { variable: 'resource', value: 'queue', query: { is: 'constant', value: true } },
            ],
          },
        ],
      },
    );
  });

  test('of groups looks at the attribute member, in the whole tree', () => {
    assert.deepEqual(parseQuery('{in_group_nested, "g"}'), {
      is: 'in-nested-group',
      dn: 'g',
      attribute: 'member',
      scope: 'subtree',
    });
    assert.deepEqual(parseQuery('{in_group_nested, "g", "uniqueMember", single_level}'), {
      is: 'in-nested-group',
      dn: 'g',
      attribute: 'uniqueMember',
      scope: 'one-level',
    });
  });

  test('of texts takes them in both ways', () => {
    const expected = {
      is: 'match',
      text: { is: 'attribute', dn: '${user_dn}', attribute: 'mail' },
      pattern: { is: 'text', text: '^${username}@' },
    };
    const mail = '{attribute, "${user_dn}", "mail"}';
    assert.deepEqual(parseQuery(`{match, ${mail}, "^\${username}@"}`), expected);
    assert.deepEqual(parseQuery(`{match, ${mail}, {string, "^\${username}@"}}`), expected);
  });

  const wrong: ReadonlyArray<readonly [query: string, complaint: RegExp]> = [
    [
      'true',
      /^line 1, column 1: expected a query such as \{constant, true\}; there are constant, /u,
    ],
    ['{toString, true}', /^line 1, column 1: expected a query/u],
    ['{constant, maybe}', /^line 1, column 12: expected true or false$/u],
    ['{constant}', /^line 1, column 1: expected 1 of what follows .*, found 0$/u],
    ['{in_group, cn}', /^line 1, column 12: expected a text: "\.\.\."$/u],
    ['{in_group, "a", "b", "c"}', /^line 1, column 1: expected 1 to 2 of .*, found 3$/u],
    ['{in_group_nested, "a", "b", all}', /^line 1, column 29: expected subtree or single_level$/u],
    [`{'and', {constant, true}}`, /^line 1, column 9: expected a list: \[\.\.\.\]$/u],
    ['{for, [\n  {resource, queue}]}', /^line 2, column 3: expected \{variable, value, query\}$/u],
    ['{equals, {text, "a"}, "b"}', /^line 1, column 10: expected a text, \{string, text\} or/u],
    [
      '{match, "${name}", "^(${username}"}',
      /^line 1, column 20: a regular expression that is none: missing \)$/u,
    ],
  ];
  for (const [query, message] of wrong) {
    test(`that is none is told with its place: ${query}`, () => {
      assert.throws(
        () => parseQuery(query),
        (error) => {
          assert.ok(error instanceof TermError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

describe('tags', () => {
  test('have a query each', () => {
    assert.deepEqual(
      parseTagQueries('[{administrator, {in_group, "a"}}, {"x y", {constant, true}}]'),
      [
        { tag: 'administrator', query: { is: 'in-group', dn: 'a', attribute: 'member' } },
        { tag: 'x y', query: { is: 'constant', value: true } },
      ],
    );
  });

  test('are a list of pairs', () => {
    assert.throws(() => parseTagQueries('{constant, true}'), /line 1, column 1: expected a list/u);
    assert.throws(
      () => parseTagQueries('[administrator]'),
      /line 1, column 2: expected \{tag, query\}/u,
    );
  });
});
