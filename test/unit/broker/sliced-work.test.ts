// Work in slices: nobody waits for long, and what comes later counts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Deadlines } from '../../../src/broker/deadlines.ts';
import { SlicedWork } from '../../../src/broker/sliced-work.ts';
import type { Durable } from '../../../src/broker/stored-definitions.ts';
import { Turn } from '../../../src/broker/turn.ts';
import { MemoryJournal } from '../../../src/store/memory/memory-journal.ts';
import { declareQueue, hostOf, Machine } from '../../support/simulated-broker.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

/** A clock on which each look takes longer than a slice may. */
class SlowTime extends SimulatedTime {
  #lateMs = 0;

  override monotonicMs(): number {
    this.#lateMs += 20;
    return this.nowMs() + this.#lateMs;
  }
}

function workOn(time: SimulatedTime): SlicedWork {
  const onError = (error: unknown): void => assert.fail(String(error));
  const turn = new Turn(new MemoryJournal(), time, onError);
  return new SlicedWork(time, new Deadlines(turn, time, onError), turn);
}

function* count(to: number, done: number[], durable?: Promise<void>): Generator<Durable> {
  for (let i = 0; i < to; i++) {
    done.push(i);
    yield i === 5 ? durable : undefined;
  }
}

function passUntil(time: SimulatedTime, isSo: () => boolean): void {
  for (let i = 0; i < 1000 && !isSo(); i++) time.pass(1);
  assert.ok(isSo());
}

describe('work in slices', () => {
  test('that is little is done at once', () => {
    const done: number[] = [];
    assert.equal(workOn(new SimulatedTime()).run(count(1000, done)), undefined);
    assert.equal(done.length, 1000);
  });

  test('that is much goes on later, in its order', async () => {
    const time = new SlowTime();
    const done: number[] = [];
    const durable = workOn(time).run(count(100, done));
    assert.ok(durable instanceof Promise);
    assert.ok(done.length < 100);
    passUntil(time, () => done.length === 100);
    await durable;
    assert.deepEqual(done, [...Array(100).keys()]);
  });

  test('waits where a step says so', async () => {
    const stored = Promise.withResolvers<void>();
    const done: number[] = [];
    const durable = workOn(new SimulatedTime()).run(count(10, done, stored.promise));
    assert.equal(done.length, 6);
    stored.resolve();
    await durable;
    assert.equal(done.length, 10);
  });

  test('is given up for other work, which both wait for', async () => {
    const time = new SlowTime();
    const work = workOn(time);
    const [first, second]: [number[], number[]] = [[], []];
    const one = work.run(count(100, first));
    const two = work.run(count(50, second));
    passUntil(time, () => second.length === 50);
    await Promise.all([one, two]);
    assert.ok(first.length < 100);
  });
});

describe('a change of policies with many queues', () => {
  test('reaches all of them, and a second change in the midst of it counts for all', async () => {
    const machine = new Machine(new SlowTime());
    const virtualHost = hostOf(machine.start());
    for (let i = 0; i < 500; i++) declareQueue(virtualHost, `q${i}`);
    const put = (max: number): Durable => {
      const definition = { 'max-length': max };
      const values = { name: 'p', pattern: '^q', applyTo: 'all', priority: 0, definition };
      return virtualHost.policies.put(values);
    };
    const limits = (): Set<number> =>
      new Set([...virtualHost.queues].map(({ settings }) => settings.maxLength));
    const first = put(1);
    assert.ok(first instanceof Promise);
    assert.deepEqual(limits(), new Set([1, Number.POSITIVE_INFINITY]));
    assert.equal(declareQueue(virtualHost, 'q-new').settings.maxLength, 1);
    machine.time.pass(1);
    const second = put(2);
    passUntil(machine.time, () => limits().size === 1);
    await Promise.all([first, second]);
    assert.deepEqual(limits(), new Set([2]));
  });
});
