// A set of positions out of one range, checked against JavaScript's own Set.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LiveSet } from '../../../../src/store/local/live-set.ts';

type Step = readonly ['add' | 'delete', number] | readonly ['deleteRange', number, number];

const first = fc.integer({ min: 0, max: 100_000 });
const offset = fc.integer({ min: 0, max: 3000 });
const steps = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom('add' as const, 'delete' as const), offset),
    fc.tuple(fc.constant('deleteRange' as const), offset, offset),
  ),
  { maxLength: 60 },
);

/** What either set says after the step. */
function apply(step: Step, base: number, live: LiveSet, model: Set<number>): void {
  const [kind, from, to = 0] = step;
  const position = base + from;
  if (kind === 'add') {
    live.add(position);
    model.add(position);
  } else if (kind === 'delete') {
    assert.equal(live.delete(position), model.delete(position));
  } else {
    const gone = [...model].filter((at) => at >= position && at < base + to);
    assert.equal(live.deleteRange(position, base + to), gone.length);
    for (const at of gone) model.delete(at);
  }
}

/** All of it, in order, as `next` finds it. */
function walk(live: LiveSet, from: number): number[] {
  const found: number[] = [];
  for (let at = live.next(from); at >= 0; at = live.next(at + 1)) found.push(at);
  return found;
}

describe('a live set', () => {
  test('has what a set has, whatever is added and deleted, beyond its capacity too', () => {
    fc.assert(
      fc.property(first, fc.constantFrom(0, 1, 1024), steps, (base, capacity, given) => {
        const live = new LiveSet(base, capacity);
        const model = new Set<number>();
        for (const step of given) apply(step, base, live, model);
        assert.equal(live.count, model.size);
        assert.deepEqual(
          walk(live, base),
          [...model].sort((a, b) => a - b),
        );
        for (const at of model) assert.equal(live.has(at), true);
      }),
    );
  });

  test('has nothing below its first position, and refuses to take it', () => {
    const live = new LiveSet(64);
    assert.equal(live.has(63), false);
    assert.equal(live.delete(63), false);
    assert.throws(() => live.add(31), RangeError);
  });

  test('is empty at the start', () => {
    const live = new LiveSet(7);
    assert.deepEqual([live.count, live.next(0), live.deleteRange(0, 1000)], [0, -1, 0]);
  });
});
