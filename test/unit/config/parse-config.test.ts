// The grammar of configuration files: what a line is, and what is said of one that is none.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseConfig, type ConfigLine } from '../../../src/config/parse-config.ts';

function parse(text: string): readonly ConfigLine[] {
  return parseConfig(Buffer.from(text));
}

/** The value of the only setting in the text. */
function valueOf(text: string): string {
  const [line, ...others] = parse(text);
  assert.deepEqual(others, []);
  assert.ok(line?.kind === 'setting', JSON.stringify(line));
  return line.value;
}

function complaint(text: string | Uint8Array): string {
  const [line] = parseConfig(Buffer.from(text));
  assert.ok(line?.kind === 'problem', JSON.stringify(line));
  return line.message;
}

describe('a line', () => {
  test('is a key, an equals sign and a value', () => {
    assert.deepEqual(parse('listeners.tcp.default = 5672'), [
      { kind: 'setting', line: 1, words: ['listeners', 'tcp', 'default'], value: '5672' },
    ]);
  });

  test('is told with its number, empty lines and comments counted', () => {
    const lines = parse('# first\n\n  \t\r\n a=1\r\n#\nb =2');
    assert.deepEqual(
      lines.map(({ line }) => line),
      [4, 6],
    );
  });

  test('may have a dot within a part of its key, behind a backslash', () => {
    const [line] = parse(String.raw`loopback_users.jane\.doe = true`);
    assert.deepEqual(line, {
      kind: 'setting',
      line: 1,
      words: ['loopback_users', 'jane.doe'],
      value: 'true',
    });
  });

  test('may include a file', () => {
    assert.deepEqual(parse('  include conf.d/*.conf # all'), [
      { kind: 'include', line: 1, path: 'conf.d/*.conf' },
    ]);
  });

  test('may come after a byte order mark', () => {
    assert.equal(valueOf('\ufeffa = b'), 'b');
  });
});

describe('a value', () => {
  for (const [what, text, value] of [
    ['ends before a comment', 'a = b # c', 'b'],
    ['ends before a number sign within it, as in RabbitMQ', 'a = b#c', 'b'],
    ['keeps blanks within it', 'a =  b  c \t', 'b  c'],
    ['keeps equals signs', 'a = b=c', 'b=c'],
    ['keeps double quotes, as in RabbitMQ', 'a = "b"', '"b"'],
    ['keeps a quote within it', "a = it's", "it's"],
    ['may be in quotes, and then has number signs and blanks', "a = ' #b ' # c", ' #b '],
    ['may be empty in quotes', "a = ''", ''],
    ['may be in any language', 'a = Häschen 兎', 'Häschen 兎'],
    ['has no environment variables in it', 'a = $(HOME)', '$(HOME)'],
  ] as const) {
    test(what, () => assert.equal(valueOf(text), value));
  }
});

describe('a line that is none', () => {
  for (const [what, text, expected] of [
    ['has no equals sign', 'default_pass secret', /^has no "="/u],
    ['has no key', '= 1', /^has no key/u],
    ['has no value', 'a =', /^has no value/u],
    ['has a comment only for a value', 'a = # b', /^has no value/u],
    ['has other characters in its key', 'a b = 1', /^has a key with other than/u],
    ['has a key that ends in a dot', 'a. = 1', /^has a key with other than/u],
    ['has a key that never ends', `${'a'.repeat(2000)} = 1`, /^has a key of more than/u],
    ['has a quote without its end', "a = 'b", /lacks its end$/u],
    ['goes on after a quote', "a = 'b'c", /^goes on after the closing quote/u],
    ['has a control character', 'a = b\u0000c', /^has a control character/u],
    ['is of RabbitMQ’s other format', '[{rabbit, []}].', /^has no "="/u],
  ] as const) {
    test(what, () => assert.match(complaint(text), expected));
  }

  test('is not text', () => {
    assert.equal(complaint(Uint8Array.of(0x61, 0x3d, 0xff, 0xfe)), 'is not text in UTF-8');
  });

  test('is longer than 64 KiB', () => {
    assert.match(complaint(`a = ${'b'.repeat(70_000)}`), /^is longer than 65536 octets/u);
  });

  test('is told without what it says, which may be secret', () => {
    assert.doesNotMatch(complaint('default_pass hunter2'), /hunter2/u);
    assert.doesNotMatch(complaint("default_pass = 'hunter2"), /hunter2/u);
  });
});

describe('any octets', () => {
  test('are lines with values, or problems with the number of their line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        const lineCount = octets.filter((octet) => octet === 0x0a).length + 1;
        for (const { line } of parseConfig(octets)) assert.ok(line >= 1 && line <= lineCount);
      }),
    );
  });

  test('are the settings that were written, whatever the blanks and comments around them', () => {
    const word = fc.stringMatching(/^[\w-]{1,8}$/u);
    const blanks = fc.stringMatching(/^[ \t]{0,3}$/u);
    const value = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((text) => !/['\p{Cc}\p{Cs}]/u.test(text));
    const setting = fc.record({
      words: fc.array(word, { minLength: 1, maxLength: 4 }),
      value,
      blanks,
    });
    fc.assert(
      fc.property(fc.array(setting, { maxLength: 6 }), (settings) => {
        const text = settings.map(
          ({ words, value: one, blanks: space }) =>
            `${space}${words.join('.')}${space}=${space}'${one}'${space}# comment\r\n`,
        );
        const expected = settings.map(({ words, value: one }, index) => ({
          kind: 'setting',
          line: index + 1,
          words,
          value: one,
        }));
        assert.deepEqual(parse(text.join('')), expected);
      }),
    );
  });
});

describe('a value in triple quotes', () => {
  test('goes over several lines, and lines after it keep their numbers', () => {
    const lines = parse(
      "a = '''\n[{x, \"y\"},\r\n # no comment = here\n]\n''' # but here\nb = 1\n",
    );
    assert.deepEqual(lines, [
      { kind: 'setting', line: 1, words: ['a'], value: '[{x, "y"},\n # no comment = here\n]' },
      { kind: 'setting', line: 6, words: ['b'], value: '1' },
    ]);
  });

  test('may be on one line', () => {
    assert.equal(valueOf("a = ''' it's one '''"), "it's one");
  });

  const bad: ReadonlyArray<readonly [text: string, complaint: string]> = [
    ["a = '''\nb = 1\n", "has a value that begins with ''' and lacks its end"],
    ["a = '''\nb\n''' c", 'goes on after the closing quotes'],
    ["a = '''b''' c", 'goes on after the closing quotes'],
    ["a = '''\n\u0001\n'''", 'has a control character in it'],
    [`a = '''\n${'x'.repeat(65_537)}\n'''`, 'is longer than 65536 octets'],
  ];
  for (const [text, message] of bad) {
    test(`is refused: ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(complaint(text), message);
    });
  }
});
