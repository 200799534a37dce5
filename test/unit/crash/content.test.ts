// What the crash tests publish, and that they notice when something else comes back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPlain, toPlain } from '../../../src/amqp/wire/plain-table.ts';
import { contentOf, contentProblem, idOf, type Content } from '../../crash/content.ts';

const SAMPLES = Array.from({ length: 2000 }, (_, index) => ({ publisher: 7, sequence: index + 1 }));

/** The first sample whose content is as wanted. */
function sample(isWanted: (content: Content) => boolean): (typeof SAMPLES)[number] {
  return SAMPLES.find((id) => isWanted(contentOf(id, true)))!;
}

describe('a content', () => {
  test('is the same each time', () => {
    for (const id of SAMPLES) assert.deepEqual(contentOf(id, true), contentOf(id, true));
  });

  test('tells which message it is', () => {
    for (const id of SAMPLES) assert.deepEqual(idOf(contentOf(id, true).properties), id);
  });

  test('is sometimes empty, mostly small, sometimes large', () => {
    const sizes = SAMPLES.map((id) => contentOf(id, true).body.length);
    assert.ok(sizes.includes(0));
    assert.ok(sizes.filter((size) => size < 300).length > SAMPLES.length / 2);
    assert.ok(sizes.some((size) => size > 100_000 && size < 210_000));
  });

  test('that comes back as it was sent is fine', () => {
    for (const id of SAMPLES) assert.equal(contentProblem(id, true, contentOf(id, true)), null);
  });

  test('with one bit changed is noticed', () => {
    const id = sample(({ body }) => body.length > 100);
    const { properties, body } = contentOf(id, true);
    body[60]! ^= 1;
    assert.match(contentProblem(id, true, { properties, body }) ?? '', /checksum is wrong/u);
  });

  test('of another message is noticed', () => {
    const [one, two] = [SAMPLES[0]!, SAMPLES[1]!];
    assert.match(contentProblem(one, true, contentOf(two, true)) ?? '', /it says 7\.2/u);
  });

  test('without one of its properties is noticed', () => {
    const id = sample(({ properties }) => properties.expiration !== undefined);
    const { properties, body } = contentOf(id, true);
    const { expiration: _, ...others } = properties;
    assert.match(contentProblem(id, true, { properties: others, body }) ?? '', /its properties/u);
  });

  test('with another header is noticed', () => {
    const id = SAMPLES[0]!;
    const { properties, body } = contentOf(id, true);
    const headers = fromPlain({ ...toPlain(properties.headers ?? new Map()), more: 1 });
    const came = { properties: { ...properties, headers }, body };
    assert.match(contentProblem(id, true, came) ?? '', /its properties/u);
  });

  test('may carry what a broker adds: counts of deliveries, and deaths that take the expiration', () => {
    const id = sample(({ properties }) => properties.expiration !== undefined);
    const { properties, body } = contentOf(id, true);
    const { expiration: _, headers = new Map(), ...others } = properties;
    const added = {
      'x-death': [{ count: 1 }],
      'x-first-death-queue': 'q',
      'x-last-death-reason': 'expired',
      'x-delivery-count': 3,
    };
    const dead = { ...others, headers: fromPlain({ ...toPlain(headers), ...added }) };
    assert.equal(contentProblem(id, true, { properties: dead, body }), null);
  });
});
