// Turns at something that few can do at a time: who asks for much holds up nobody else.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FairTurns } from '../../../src/access/fair-turns.ts';

/** Turns that end one by one, and who had them. */
class Stage {
  readonly turns: FairTurns;
  readonly order: string[] = [];
  readonly refused: string[] = [];
  readonly #ends: (() => void)[] = [];

  constructor(runningMax: number, waitingMax: number) {
    const overload = (): Error => new Error('too many');
    this.turns = new FairTurns({ runningMax, waitingMax, overload });
  }

  ask(...names: readonly string[]): void {
    for (const name of names) {
      const work = async (): Promise<void> => {
        this.order.push(name);
        await new Promise<void>((resolve) => {
          this.#ends.push(resolve);
        });
      };
      this.turns.run(name.charAt(0), work).catch(() => this.refused.push(name));
    }
  }

  /** Ends all turns, each after the one before. */
  async end(): Promise<void> {
    for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
      end();
      // oxlint-disable-next-line no-await-in-loop -- the next begins meanwhile
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('turns', () => {
  test('are had by so many at a time', async () => {
    const stage = new Stage(2, 10);
    stage.ask('a1', 'a2', 'a3');
    assert.deepEqual(stage.order, ['a1', 'a2']);
    await stage.end();
    assert.deepEqual(stage.order, ['a1', 'a2', 'a3']);
  });

  test('are had by one of each party after the other', async () => {
    const stage = new Stage(1, 10);
    stage.ask('a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1');
    await stage.end();
    assert.deepEqual(stage.order, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  test('are refused to the last of the party that has most when too many wait', async () => {
    const stage = new Stage(1, 3);
    stage.ask('a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'a5');
    await stage.end();
    assert.deepEqual(stage.refused.toSorted(), ['a3', 'a4', 'a5']);
    assert.deepEqual(stage.order, ['a1', 'a2', 'b1', 'c1']);
  });

  test('can be had again after all have ended, also with an error', async () => {
    const stage = new Stage(1, 3);
    const failing = async (): Promise<void> => Promise.reject(new Error('no'));
    await assert.rejects(stage.turns.run('a', failing), /^Error: no$/u);
    stage.ask('a1', 'b1');
    await stage.end();
    assert.deepEqual(stage.order, ['a1', 'b1']);
  });
});
