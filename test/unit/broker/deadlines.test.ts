import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Deadline, Deadlines } from '../../../src/broker/deadlines.ts';
import { Turn } from '../../../src/broker/turn.ts';
import { MemoryJournal } from '../../../src/store/memory/memory-journal.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

function begin(): { time: SimulatedTime; turn: Turn; deadlines: Deadlines; errors: unknown[] } {
  const time = new SimulatedTime();
  const errors: unknown[] = [];
  const turn = new Turn(new MemoryJournal(), time, (error) => errors.push(error));
  return {
    time,
    turn,
    errors,
    deadlines: new Deadlines(turn, time, (error) => errors.push(error)),
  };
}

describe('deadlines', () => {
  test('are reached in their order and at their times, however often they were moved or cleared', () => {
    const step = fc.record({ which: fc.nat(9), atMs: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(9), (steps, cleared) => {
        const { time, turn, deadlines } = begin();
        const reached: [which: number, atMs: number][] = [];
        const all = Array.from({ length: 10 }, (_, which) => {
          return new Deadline((nowMs) => reached.push([which, nowMs]));
        });
        const wanted = new Map<number, number>();
        for (const { which, atMs } of steps) {
          deadlines.set(all[which]!, atMs);
          wanted.set(which, atMs);
        }
        deadlines.clear(all[cleared]!);
        wanted.delete(cleared);
        turn.end();
        time.pass(100);
        const expected = [...wanted].sort((a, b) => a[1] - b[1]).map(([, atMs]) => atMs);
        assert.deepEqual(
          reached.map(([, atMs]) => atMs),
          expected,
        );
        for (const [which, atMs] of reached) assert.equal(wanted.get(which), atMs);
        assert.equal(time.timerCount, 0);
      }),
    );
  });

  test('need one timer, however many there are', () => {
    const { time, deadlines } = begin();
    for (let i = 1; i <= 1000; i++) deadlines.set(new Deadline(() => {}), i);
    assert.equal(time.timerCount, 1);
  });

  test('go on when one of them fails', () => {
    const { time, deadlines, errors } = begin();
    let isReached = false;
    deadlines.set(new Deadline(() => assert.fail('on purpose')), 1);
    deadlines.set(new Deadline(() => (isReached = true)), 2);
    time.pass(5);
    assert.equal(isReached, true);
    assert.equal(errors.length, 1);
  });

  test('are reached no more once closed', () => {
    const { time, deadlines } = begin();
    deadlines.set(new Deadline(() => assert.fail('reached')), 1);
    deadlines.close();
    deadlines.set(new Deadline(() => assert.fail('reached')), 2);
    time.pass(5);
    assert.equal(time.timerCount, 0);
  });
});
