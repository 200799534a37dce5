// Erlang terms as text: what they are read as, and what is said of text that is none.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseTerm, TermError, type Term } from '../../../../src/access/ldap/query/erlang-term.ts';

/** Without places: atoms as `{ atom }`, texts as they are, tuples as `{ tuple }`. */
function plain(term: Term): unknown {
  switch (term.is) {
    case 'atom':
      return { atom: term.name };
    case 'text':
      return term.text;
    case 'list':
      return term.items.map(plain);
    case 'tuple':
      return { tuple: term.items.map(plain) };
  }
}

function complaint(text: string): string {
  try {
    parseTerm(text);
  } catch (error) {
    assert.ok(error instanceof TermError);
    return error.message;
  }
  throw new Error('it was read');
}

describe('a term', () => {
  const terms: ReadonlyArray<readonly [text: string, term: unknown]> = [
    ['true', { atom: 'true' }],
    ["'and'", { atom: 'and' }],
    ['in_group', { atom: 'in_group' }],
    ['"a text"', 'a text'],
    ['"one" "after the other"', 'oneafter the other'],
    ['<<"binary">>', 'binary'],
    ['<<"grün"/utf8>>', 'grün'],
    ['<<>>', ''],
    ['{}', { tuple: [] }],
    ['[]', []],
    ['{a, [b, "c"]}', { tuple: [{ atom: 'a' }, [{ atom: 'b' }, 'c']] }],
    [' % a comment, {\n{a ,% another\n b } . ', { tuple: [{ atom: 'a' }, { atom: 'b' }] }],
    [String.raw`"\"\\\n\t\s\x41\x{1F407}\101\q"`, '"\\\n\t A\u{1F407}Aq'],
  ];
  for (const [text, term] of terms) {
    test(`is ${text}`, () => assert.deepEqual(plain(parseTerm(text)), term));
  }

  test('is read back as it was written, whatever it is', () => {
    const { term } = fc.letrec<{ term: unknown }>((tie) => ({
      term: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme' }),
        fc.stringMatching(/^[a-z][A-Za-z0-9_]{0,8}$/u).map((atom) => ({ atom })),
        fc.array(tie('term'), { maxLength: 3 }),
        fc.array(tie('term'), { maxLength: 3 }).map((tuple) => ({ tuple })),
      ),
    }));
    const write = (value: unknown): string => {
      if (typeof value === 'string') return `"${value.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
      if (Array.isArray(value)) return `[${value.map(write).join(' , ')}]`;
      const { atom, tuple } = value as { atom?: string; tuple?: unknown[] };
      return atom ?? `{${(tuple ?? []).map(write).join(',')}}`;
    };
    fc.assert(
      fc.property(term, (value) => assert.deepEqual(plain(parseTerm(write(value))), value)),
    );
  });
});

describe('text that is no term', () => {
  const wrong: ReadonlyArray<readonly [text: string, complaint: string]> = [
    ['', 'line 1, column 1: expected a term, found the end'],
    ['{constant, true', 'line 1, column 16: expected "," or "}", found the end'],
    ['{constant,\n  True}', 'line 2, column 3: expected a term, found "T"'],
    ['[a b]', 'line 1, column 4: expected "," or "]", found "b"'],
    ['{a}\n\n  {b}', 'line 3, column 3: expected the end, found "{"'],
    ['{a, "b', 'line 1, column 5: a quote that is not closed'],
    ["'and", 'line 1, column 1: a quote that is not closed'],
    ['<<1>>', 'line 1, column 3: expected a string, found "1"'],
    ['42', 'line 1, column 1: expected a term, found "4"'],
    [String.raw`"\x{110000}"`, 'line 1, column 3: expected a character, found "x"'],
    ['['.repeat(100), 'line 1, column 66: more than 64 terms within each other'],
    ['a'.repeat(65_537), 'line 1, column 1: more than 65536 characters'],
  ];
  for (const [text, message] of wrong) {
    test(`is told with its place: ${JSON.stringify(text.slice(0, 30))}`, () => {
      assert.equal(complaint(text), message);
    });
  }

  test('is told of in no other way, whatever it is', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '<<',
      '>>',
      '\\',
      'a',
      '%',
      '\n',
      '.',
      'x{41}',
      '/utf8',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
        try {
          parseTerm(parts.join(''));
        } catch (error) {
          assert.ok(error instanceof TermError, String(error));
        }
      }),
    );
  });

  test('is told of quickly, however long it is', { timeout: 5000 }, () => {
    for (const text of ['{"a\n",'.repeat(8000), '[%\n'.repeat(60), `"${'\\'.repeat(65_000)}`]) {
      assert.throws(() => parseTerm(text), TermError);
    }
  });
});
