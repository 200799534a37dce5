// What an HTTP server may say, and what it means.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDecision } from '../../../../src/access/http/http-decision.ts';

describe('an answer', () => {
  const answers: ReadonlyArray<readonly [text: string, decision: unknown]> = [
    ['allow', { is: 'allow', tags: [] }],
    [' ALLOW\r\n', { is: 'allow', tags: [] }],
    ['allow administrator  Shop', { is: 'allow', tags: ['administrator', 'shop'] }],
    ['deny', { is: 'deny', reason: '' }],
    ['Deny', { is: 'deny', reason: '' }],
    ['deny you owe us', { is: 'deny', reason: 'you owe us' }],
    ['deny a\nb\u001b', { is: 'deny', reason: String.raw`a\nb\u{1b}` }],
    [`deny ${'x'.repeat(1000)}`, { is: 'deny', reason: 'x'.repeat(200) }],
    ['', null],
    ['allowed', null],
    ['denyme', null],
    ['{"allow": true}', null],
    ['not allow', null],
  ];
  for (const [text, decision] of answers) {
    test(`${JSON.stringify(text.slice(0, 30))} means ${JSON.stringify(decision)?.slice(0, 60)}`, () => {
      assert.deepEqual(readDecision(text), decision);
    });
  }

  test('is read quickly, however long it is', { timeout: 2000 }, () => {
    assert.equal(readDecision(`${' '.repeat(65_000)}x`), null);
    assert.deepEqual(readDecision(`allow${' '.repeat(65_000)}`), { is: 'allow', tags: [] });
  });
});
