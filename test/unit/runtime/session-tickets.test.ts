// Keys of session tickets live for an hour.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renewTicketKeys } from '../../../src/runtime/session-tickets.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

describe('keys of session tickets', () => {
  test('are new each hour, until that is called off', () => {
    const timers = new SimulatedTime();
    const keys: string[] = [];
    const server = { setTicketKeys: (key: Buffer) => void keys.push(key.toString('hex')) };
    const timer = renewTicketKeys(server, { timers, random: new SeededRandom(1) });
    timers.pass(3_599_999);
    assert.equal(keys.length, 0);
    timers.pass(1);
    timers.pass(3_600_000);
    timer.cancel();
    timers.pass(36_000_000);
    assert.equal(keys.length, 2);
    assert.notEqual(keys[0], keys[1]);
    assert.ok(keys.every((key) => key.length === 96));
  });
});
