import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_TABLE, fromPlain } from '../../../src/amqp/wire/field-table.ts';
import { propertiesKeyOf } from '../../../src/broker/binding-list.ts';

describe('the key of the properties of a binding', () => {
  test('is a tilde where there is neither key nor arguments', () => {
    assert.equal(propertiesKeyOf('', EMPTY_TABLE), '~');
  });

  // As a RabbitMQ tells it for the same key.
  test('is the routing key, quoted', () => {
    assert.equal(propertiesKeyOf('a b~c/+%.-_', EMPTY_TABLE), 'a+b%7Ec%2F%2B%25.-_');
  });

  test('quotes each octet of what is no ASCII', () => {
    const octets = Buffer.from('é\n').toString('latin1');
    assert.equal(propertiesKeyOf(octets, EMPTY_TABLE), '%C3%A9%0A');
  });

  test('ends with a hash of the arguments, whatever their order', () => {
    const key = propertiesKeyOf('k', fromPlain({ a: 1, b: 'x' }));
    assert.match(key, /^k~[\w-]{6}$/u);
    assert.equal(propertiesKeyOf('k', fromPlain({ b: 'x', a: 1 })), key);
    assert.notEqual(propertiesKeyOf('k', fromPlain({ b: 'y', a: 1 })), key);
    assert.match(propertiesKeyOf('', fromPlain({ a: 1 })), /^~[\w-]{6}$/u);
  });
});
