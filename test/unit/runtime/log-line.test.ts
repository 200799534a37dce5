// What a log record looks like, and that nobody can forge a line from inside one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { formatLogLine } from '../../../src/runtime/log-line.ts';
import type { LogRecord } from '../../../src/runtime/log-line.ts';

const TIME_MS = new Date(2026, 10, 23, 8, 51, 46, 123).getTime();

function line(message: string, fields: LogRecord['fields'] = {}): string {
  return formatLogLine({ timeMs: TIME_MS, level: 'info', message, fields }, false);
}

describe('a log line', () => {
  test('has local time with its offset, level, message and fields', () => {
    assert.match(
      line('connection opened', { peer: '127.0.0.1:40112', channelMax: 2047 }),
      /^2026-11-23 08:51:46\.123[+-]\d\d:\d\d \[info\] connection opened peer=127\.0\.0\.1:40112 channelMax=2047\n$/u,
    );
  });

  test('quotes a value that has a space, an equals sign or a quote in it, or nothing', () => {
    const text = line('m', { a: 'two words', b: 'x=1', c: 'say "hi"', d: '', e: 'C:\\x' });
    assert.ok(text.endsWith(' m a="two words" b="x=1" c="say \\"hi\\"" d="" e="C:\\\\x"\n'), text);
  });

  test('shows null, lists and objects as JSON and leaves undefined out', () => {
    const text = line('m', { a: null, b: [1, 2], c: { d: true }, e: undefined });
    assert.ok(text.endsWith(' m a=null b=[1,2] c="{\\"d\\":true}"\n'), text);
  });

  test('escapes controls and invisible marks in the message and in values', () => {
    const text = line('one\ntwo\u001b[31m', { peer: 'x\r\n\u0085\u202e\u2028' });
    assert.ok(
      text.endsWith(' one\\ntwo\\u{1b}[31m peer="x\\r\\n\\u{85}\\u{202e}\\u{2028}"\n'),
      text,
    );
  });

  test('cuts what is too long to be read', () => {
    assert.ok(line('m', { peer: 'x'.repeat(128 * 1024) }).length < 2200);
  });

  test('hides the password of a URI', () => {
    const text = line('to amqp://bob:hunter2@host', { uri: 'amqp://bob:hunter2@host/%2f' });
    assert.ok(
      text.endsWith(' to amqp://bob:[secret]@host uri=amqp://bob:[secret]@host/%2f\n'),
      text,
    );
  });

  test('adds the stack of an error, indented, below', () => {
    const error = {
      type: 'TypeError',
      message: 'no\nway',
      stack: 'TypeError: no\nway\n    at f (a.ts:1:2)',
    };
    const text = line('failed', { error });
    assert.ok(text.endsWith(' failed error="TypeError: no\\nway"\n    at f (a.ts:1:2)\n'), text);
  });

  test('in colour says the same', () => {
    const record = { timeMs: TIME_MS, level: 'warn', message: 'm', fields: { a: 1 } } as const;
    const coloured = formatLogLine(record, true);
    assert.notEqual(coloured, formatLogLine(record, false));
    assert.equal(stripVTControlCharacters(coloured), formatLogLine(record, false));
  });

  test('is one printable line whatever is logged', () => {
    const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff }));
    const text = codeUnits.map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(text, text, (message, value) => {
        assert.match(line(message, { value }), /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+\n$/u);
      }),
    );
  });
});
