// What a policy must be, in RabbitMQ's words.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PolicyKeys } from '../../../../src/broker/policy/policy-keys.ts';
import { policyErrors } from '../../../../src/broker/policy/policy-validation.ts';

const GOOD = { pattern: '.*', priority: 0, 'apply-to': 'all', definition: { 'max-length': 1 } };

function errorsOf(changes: object, isForOperators = false): readonly string[] {
  return policyErrors('p', { ...GOOD, ...changes }, new PolicyKeys(), isForOperators);
}

/** A definition, and what is wrong with it. */
const WRONG: readonly (readonly [definition: unknown, error: string])[] = [
  [{}, 'no policy provided'],
  [[], 'no policy provided'],
  ['s', 'parse error while reading policy definition: <<"s">>. Validator: policy_validator.'],
  [{ foo: 1 }, '[{<<"foo">>,1}] are not recognised policy settings'],
  [{ 'max-length': 'a' }, '<<"a">> is not a valid maximum length'],
  [{ 'max-length': -1 }, '-1 is not a valid maximum length'],
  [{ 'max-length': 1.5 }, '1.5 is not a valid maximum length'],
  [{ 'max-length': null }, 'null is not a valid maximum length'],
  [{ 'max-length': { a: 1 } }, '#{<<"a">> => 1} is not a valid maximum length'],
  [{ 'max-length-bytes': 'x' }, '<<"x">> is not a valid maximum length in bytes'],
  [{ 'max-in-memory-length': 'x' }, '<<"x">> is not a valid maximum memory in bytes'],
  [{ 'message-ttl': 'x' }, '<<"x">> is not a valid message TTL'],
  [{ expires: 0 }, '0 is not a valid queue expiry'],
  [{ 'max-length': 'a', expires: 0 }, '0 is not a valid queue expiry'],
  [{ 'dead-letter-exchange': 1 }, '1 is not a valid dead letter exchange name'],
  [{ 'dead-letter-routing-key': 5 }, '5 is not a valid dead letter routing key'],
  [{ 'dead-letter-strategy': 'x' }, '<<"x">> is not a valid dead letter strategy'],
  [{ 'alternate-exchange': 1 }, '1 is not a valid alternate exchange name'],
  [{ overflow: 'x' }, '<<"x">> is not a valid overflow value'],
  [{ 'queue-mode': 'x' }, '<<"x">> is not a valid queue-mode value'],
  [{ 'queue-version': 3 }, '3 is not a valid queue-version value'],
  [{ 'queue-master-locator': 'x' }, '<<"x">> invalid queue-master-locator value'],
  [{ 'queue-leader-locator': 1 }, '1 is not a valid queue leader locator value'],
  [{ 'delivery-limit': 'x' }, '<<"x">> is not a valid delivery limit'],
  [{ 'max-age': '1' }, '<<"1">> is not a valid max age'],
  [{ 'stream-max-segment-size-bytes': 'a' }, '<<"a">> is not a valid segment size'],
  [{ 'initial-cluster-size': 'a' }, '<<"a">> is not a valid cluster size'],
];

describe('a policy', () => {
  for (const [definition, error] of WRONG) {
    test(`that defines ${JSON.stringify(definition)} is refused`, () => {
      assert.deepEqual(errorsOf({ definition }), [error]);
    });
  }

  const FIELDS: readonly (readonly [changes: object, errors: readonly string[]])[] = [
    [{ pattern: 5 }, ['pattern should be a binary but was 5']],
    [{ pattern: '(' }, ['pattern should be regular expression but is invalid: {"missing )",1}']],
    [{ priority: 'x' }, ['priority should be a number, actually was <<"x">>']],
    [
      { 'apply-to': 'foo' },
      [
        "apply-to 'foo' unrecognised; should be one of: 'queues', 'classic_queues',  'quorum_queues', " +
          "'streams', 'exchanges', or 'all'",
      ],
    ],
    [{ more: 1 }, ['Unrecognised terms [{<<"more">>,1}] in p']],
    [
      { pattern: '(', definition: { foo: 1 } },
      [
        '[{<<"foo">>,1}] are not recognised policy settings',
        'pattern should be regular expression but is invalid: {"missing )",1}',
      ],
    ],
  ];
  for (const [changes, errors] of FIELDS) {
    test(`with ${JSON.stringify(changes)} is refused`, () => {
      assert.deepEqual(errorsOf(changes), errors);
    });
  }

  test('without a field is refused, but for apply-to', () => {
    assert.deepEqual(policyErrors('p', {}, new PolicyKeys(), false), [
      'Key "definition" not found in p',
      'Key "pattern" not found in p',
      'Key "priority" not found in p',
    ]);
    assert.deepEqual(policyErrors('p', 5, new PolicyKeys(), false), ['p not a list 5']);
  });

  test('of operators knows limits only', () => {
    for (const key of ['expires', 'message-ttl', 'max-length', 'delivery-limit']) {
      assert.deepEqual(errorsOf({ definition: { [key]: 1 } }, true), []);
    }
    assert.deepEqual(errorsOf({ definition: { 'dead-letter-exchange': 'x' } }, true), [
      '[{<<"dead-letter-exchange">>,<<"x">>}] are not recognised policy settings',
    ]);
  });

  test('may have what a plugin has made known', () => {
    const keys = new PolicyKeys();
    const value = { ...GOOD, definition: { 'federation-upstream': 'a' } };
    assert.equal(policyErrors('p', value, keys, false).length, 1);
    const forget = keys.register('federation-upstream', {
      types: ['classic', 'quorum'],
      isValid: (given) => typeof given === 'string',
      refusal: 'is not a valid upstream name',
      isForOperators: false,
    });
    assert.deepEqual(policyErrors('p', value, keys, false), []);
    assert.ok(!keys.areFor('stream', ['federation-upstream']));
    forget();
    assert.equal(policyErrors('p', value, keys, false).length, 1);
  });
});
