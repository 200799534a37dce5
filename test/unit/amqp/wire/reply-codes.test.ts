// Reply codes: 0-9-1 section 1.2, with the classes RabbitMQ gives them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REPLY_CODES, REPLY_SUCCESS, replyName } from '../../../../src/amqp/wire/reply-codes.ts';

describe('a reply code', () => {
  test('has the name that it was found by', () => {
    for (const [name, { code }] of Object.entries(REPLY_CODES)) assert.equal(replyName(code), name);
  });

  test('that is unknown, or no error, has no name', () => {
    assert.equal(replyName(REPLY_SUCCESS), null);
    assert.equal(replyName(599), null);
  });

  test('ends the channel below 500, but for 320 and 402, and the connection from there on', () => {
    for (const { code, isHard } of Object.values(REPLY_CODES)) {
      assert.equal(isHard, code >= 500 || code === 320 || code === 402, String(code));
    }
  });
});
