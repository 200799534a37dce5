import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Pressure } from '../../../../src/store/local/pressure.ts';

describe('the pressure on a journal', () => {
  test('is told when it rises and when nothing is left of it', () => {
    const told: boolean[] = [];
    const pressure = new Pressure((isHigh) => told.push(isHigh));
    pressure.set('log', true);
    pressure.set('log', false);
    assert.deepEqual(told, [true, false]);
  });

  test('lasts until both the log and the pages are done', () => {
    const told: boolean[] = [];
    const pressure = new Pressure((isHigh) => told.push(isHigh));
    pressure.set('pages', true);
    pressure.set('log', true);
    pressure.set('pages', false);
    assert.deepEqual(told, [true]);
    pressure.set('log', false);
    assert.deepEqual(told, [true, false]);
  });

  test('is not told again of what it is already', () => {
    const told: boolean[] = [];
    const pressure = new Pressure((isHigh) => told.push(isHigh));
    pressure.set('pages', false);
    pressure.set('log', true);
    pressure.set('log', true);
    assert.deepEqual(told, [true]);
  });
});
