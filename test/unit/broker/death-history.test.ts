import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_TABLE, toPlain } from '../../../src/amqp/wire/field-table.ts';
import { DeathHistory, type Death, type DeathReason } from '../../../src/broker/death-history.ts';

function death(queue: string, reason: DeathReason, timeSeconds = 0): Death {
  return {
    queue,
    reason,
    count: 1,
    timeSeconds,
    exchange: 'x',
    routingKeys: ['k'],
    originalExpiration: null,
  };
}

/** The history of a message that died like this, the first death first. */
function history(...deaths: readonly (readonly [string, DeathReason])[]): DeathHistory {
  let result: DeathHistory | null = null;
  for (const [time, [queue, reason]] of deaths.entries()) {
    result = DeathHistory.after(result, death(queue, reason, time));
  }
  assert.ok(result !== null);
  return result;
}

describe('the history of deaths', () => {
  test('has an entry for each queue and reason, the most recent first', () => {
    const { deaths } = history(['a', 'expired'], ['b', 'rejected'], ['a', 'rejected']);
    assert.deepEqual(
      deaths.map(({ queue, reason }) => `${queue} ${reason}`),
      ['a rejected', 'b rejected', 'a expired'],
    );
  });

  test('counts a death of the same kind on, moves it to the front and keeps the time of the first', () => {
    const { deaths } = history(['a', 'expired'], ['b', 'expired'], ['a', 'expired']);
    assert.deepEqual(
      deaths.map(({ queue, count, timeSeconds }) => [queue, count, timeSeconds]),
      [
        ['a', 2, 0],
        ['b', 1, 1],
      ],
    );
  });

  test('tells the first and the last death in headers of their own, sorted by name', () => {
    const headers = history(['a', 'expired'], ['b', 'maxlen']).addTo(EMPTY_TABLE);
    assert.deepEqual([...headers.keys()], [...headers.keys()].sort());
    const plain = toPlain(headers);
    assert.deepEqual(
      [plain['x-first-death-queue'], plain['x-first-death-reason']],
      ['a', 'expired'],
    );
    assert.deepEqual([plain['x-last-death-queue'], plain['x-last-death-reason']], ['b', 'maxlen']);
  });

  const CYCLES: readonly (readonly [string, DeathHistory, string, boolean])[] = [
    ['a queue where it has not died', history(['a', 'expired']), 'b', false],
    ['the queue where it just died', history(['a', 'expired']), 'a', true],
    ['a queue where it died before', history(['a', 'maxlen'], ['b', 'expired']), 'a', true],
    [
      'a queue where it died before a rejection',
      history(['a', 'expired'], ['b', 'rejected']),
      'a',
      false,
    ],
    [
      'a queue where it died after a rejection',
      history(['b', 'rejected'], ['a', 'expired']),
      'a',
      true,
    ],
  ];
  for (const [what, past, queue, isCycle] of CYCLES) {
    test(`${what} ${isCycle ? 'closes' : 'does not close'} a circle`, () => {
      assert.equal(past.isCycleTo(queue), isCycle);
    });
  }
});
