import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Message, MessageAddress, NO_TRAITS, type Envelope } from '../../../src/broker/message.ts';
import { RecentDeath, type Dying } from '../../../src/broker/recent-death.ts';

const ADDRESS = new MessageAddress('x', 'key');
const TARGET = { exchange: 'dead', routingKey: null };
const QUEUE = {};
const ENVELOPE: Envelope = { address: ADDRESS, properties: Buffer.of(), traits: null };

function message(properties: string, { address = ADDRESS, traits = null as never } = {}): Message {
  const octets = Buffer.from(`--${properties}--`);
  const { length } = properties;
  return new Message(address, false, octets, 2, length, octets, 0, 0, null, -1, 0, traits);
}

function dying(changes: Partial<Dying> = {}): Dying {
  return { message: message('abc'), reason: 'rejected', source: QUEUE, ...changes };
}

describe('the way of a dead letter', () => {
  test('is remembered for one that is alike', () => {
    const recent = new RecentDeath();
    recent.remember(dying(), TARGET, 5, ENVELOPE);
    assert.equal(recent.recall(dying(), TARGET, 5), ENVELOPE);
  });

  test('is not remembered before there was any', () => {
    assert.equal(new RecentDeath().recall(dying(), TARGET, 5), null);
  });

  for (const [what, other] of [
    ['of another queue', dying({ source: {} })],
    ['for another reason', dying({ reason: 'expired' })],
    ['with other properties', dying({ message: message('abd') })],
    ['with more properties', dying({ message: message('abcd') })],
    [
      'of another address',
      dying({ message: message('abc', { address: new MessageAddress('x', 'key') }) }),
    ],
    ['with earlier deaths', dying({ message: message('abc', { traits: NO_TRAITS as never }) })],
  ] as const) {
    test(`is not that of one ${what}`, () => {
      const recent = new RecentDeath();
      recent.remember(dying(), TARGET, 5, ENVELOPE);
      assert.equal(recent.recall(other, TARGET, 5), null);
    });
  }

  test('is not that of one in another second, or of a queue whose target has changed', () => {
    const recent = new RecentDeath();
    recent.remember(dying(), TARGET, 5, ENVELOPE);
    assert.equal(recent.recall(dying(), TARGET, 6), null);
    assert.equal(recent.recall(dying(), { ...TARGET }, 5), null);
  });

  test('is not remembered from one with earlier deaths', () => {
    const recent = new RecentDeath();
    const earlier = dying({ message: message('abc', { traits: NO_TRAITS as never }) });
    recent.remember(earlier, TARGET, 5, ENVELOPE);
    assert.equal(recent.recall(earlier, TARGET, 5), null);
  });
});
