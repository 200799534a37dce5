// Definitions on disk, in directories of their own: when a change is durable, and what a crash or a fault leaves.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, test, type TestContext } from 'node:test';
import { systemDisk } from '../../../../src/runtime/system-disk.ts';
import type { Timers } from '../../../../src/runtime/timers.ts';
import { SqliteDefinitionStore } from '../../../../src/store/local/sqlite-definition-store.ts';
import { CollectedLog } from '../../../support/collected-log.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';

/** Pauses that are over at once. */
const impatient: Timers = {
  after: (_delayMs, callback) => {
    const immediate = setImmediate(callback);
    return { cancel: () => clearImmediate(immediate) };
  },
  every: () => ({ cancel: () => {} }),
};

let directory = '';
let count = 0;
let path = '';
let faulty = new FaultyDisk();
let log = new CollectedLog();

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'leveret-definitions-'));
});
after(() => rmSync(directory, { recursive: true }));
beforeEach(() => {
  path = join(directory, `${count++}.sqlite`);
  faulty = new FaultyDisk();
  log = new CollectedLog();
});

function open(t: TestContext, at = path, disk = faulty.disk): SqliteDefinitionStore {
  const store = new SqliteDefinitionStore({ path: at, disk, timers: impatient, log });
  t.after(() => store.close());
  return store;
}

function put(store: SqliteDefinitionStore, key: string, value: unknown = {}): Promise<void> {
  return store.put({ kind: 'queue', key, value });
}

function keysOf(store: SqliteDefinitionStore): string[] {
  return store.load('queue').map(({ key }) => key);
}

/** A store on what a power cut would leave now. */
function afterPowerCut(t: TestContext): SqliteDefinitionStore {
  const copy = join(directory, `${count++}.sqlite`);
  copyFileSync(path, copy);
  writeFileSync(`${copy}-wal`, faulty.synced);
  return open(t, copy, systemDisk);
}

async function until(isReached: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isReached()) {
    if (Date.now() > deadline) throw new Error('never reached');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('definitions in SQLite', () => {
  test('are there when the store is opened again, as they were put', async (t) => {
    const value = { name: 'ä\u0000"', id: 7, isAutoDelete: false, arguments: 'AAAA' };
    const store = open(t);
    await Promise.all([put(store, 'a', { old: true }), put(store, 'b')]);
    await Promise.all([put(store, 'a', value), store.delete('queue', 'b')]);
    await store.put({ kind: 'exchange', key: 'a', value: {} });
    await store.close();
    const again = open(t);
    assert.deepEqual(again.load('queue'), [{ kind: 'queue', key: 'a', value }]);
    assert.deepEqual(again.load('exchange'), [{ kind: 'exchange', key: 'a', value: {} }]);
    assert.deepEqual(again.load('binding'), []);
  });

  test('survive a power cut as soon as their promise has resolved', async (t) => {
    const store = open(t);
    for (let i = 0; i < 20; i++) {
      await put(store, `q${i}`);
      const left = afterPowerCut(t);
      assert.equal(keysOf(left).length, i + 1);
    }
  });

  test('that were put at the same moment share one sync', async (t) => {
    const store = open(t);
    const before = faulty.syncCount;
    await Promise.all(Array.from({ length: 100 }, (_, i) => put(store, `q${i}`)));
    assert.equal(faulty.syncCount - before, 1);
  });

  test('that are put while others are synced wait together for the next sync', async (t) => {
    const store = open(t);
    const before = faulty.syncCount;
    faulty.isHolding = true;
    const done: string[] = [];
    const note = (name: string) => (): void => void done.push(name);
    const first = put(store, 'first').then(note('first'));
    await until(() => faulty.heldCount === 1);
    const second = put(store, 'second').then(note('second'));
    await new Promise((resolve) => setImmediate(resolve));
    const third = store.delete('queue', 'first').then(note('third'));
    assert.deepEqual(done, []);
    assert.deepEqual(keysOf(store), ['second']);
    faulty.isHolding = false;
    faulty.release();
    await Promise.all([first, second, third]);
    assert.deepEqual(done, ['first', 'second', 'third']);
    assert.equal(faulty.syncCount - before, 2);
  });

  test('are seen by load at once, before they are durable', async (t) => {
    const store = open(t);
    faulty.isHolding = true;
    const written = put(store, 'q', { id: 1 });
    assert.deepEqual(store.load('queue'), [{ kind: 'queue', key: 'q', value: { id: 1 } }]);
    await until(() => faulty.heldCount === 1);
    assert.deepEqual(keysOf(store), ['q']);
    faulty.isHolding = false;
    faulty.release();
    await written;
  });

  test('of one moment survive a crash together or not at all', async (t) => {
    const store = open(t);
    await put(store, 'before');
    faulty.isHolding = true;
    const written = Promise.all([put(store, 'one'), store.delete('queue', 'before')]);
    await until(() => faulty.heldCount === 1);
    assert.deepEqual(keysOf(afterPowerCut(t)), ['before']);
    faulty.isHolding = false;
    faulty.release();
    await written;
    assert.deepEqual(keysOf(afterPowerCut(t)), ['one']);
  });

  test('are written again when a sync fails and loses them, and told only then', async (t) => {
    const store = open(t);
    await put(store, 'before');
    faulty.failingSyncs = 3;
    await put(store, 'q', { text: 'x'.repeat(200_000) });
    assert.deepEqual(keysOf(afterPowerCut(t)), ['before', 'q']);
    await put(store, 'r');
    assert.deepEqual(keysOf(afterPowerCut(t)), ['before', 'q', 'r']);
    assert.equal(log.complaints.length, 1);
    assert.match(log.complaints[0]!, /^error definitions cannot be written/u);
  });

  test('are tried again when the database refuses them, in order, and complained of once a time', async (t) => {
    const store = open(t);
    await store.close();
    const database = new DatabaseSync(path);
    database.exec(`
      CREATE TRIGGER often BEFORE INSERT ON definitions WHEN abs(random() % 4) > 0
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
    database.close();
    const again = open(t);
    const done: number[] = [];
    for (let i = 0; i < 30; i++) {
      void put(again, `q${i}`).then(() => done.push(i));
      await until(() => done.length >= i - 3);
    }
    await until(() => done.length === 30);
    assert.deepEqual(
      done,
      Array.from({ length: 30 }, (_, i) => i),
    );
    assert.equal(keysOf(afterPowerCut(t)).length, 30);
    const complaints = log.lines.filter((line) => line.startsWith('error')).length;
    const recoveries = log.lines.filter((line) => line.startsWith('info')).length;
    assert.ok(complaints > 0);
    assert.equal(complaints, recoveries);
  });

  test('survive a power cut also after the log was moved into the database', async (t) => {
    const store = open(t);
    for (let i = 0; i < 60; i++) await put(store, `q${i}`, { text: 'x'.repeat(100_000) });
    assert.ok(faulty.synced.length < 5_000_000);
    assert.equal(keysOf(afterPowerCut(t)).length, 60);
    await put(store, 'last');
    assert.equal(keysOf(afterPowerCut(t)).length, 61);
  });

  test('that cannot be written when the store is closed stay unconfirmed', async (t) => {
    const store = open(t);
    faulty.failingSyncs = Number.POSITIVE_INFINITY;
    let isTold = false;
    void put(store, 'q').then(() => {
      isTold = true;
    });
    await store.close();
    assert.equal(isTold, false);
  });

  test('cannot be changed once the store is closed', async (t) => {
    const store = open(t);
    await store.close();
    await assert.rejects(put(store, 'q'), /closed/u);
  });

  test('that are no JSON are left out, with an error in the log', async (t) => {
    const store = open(t);
    await Promise.all([put(store, 'good'), put(store, 'bad')]);
    await store.close();
    const database = new DatabaseSync(path);
    database.exec(`UPDATE definitions SET value = '{' WHERE key = 'bad'`);
    database.close();
    assert.deepEqual(keysOf(open(t)), ['good']);
    assert.equal(log.complaints.length, 1);
  });

  test('leave no log behind when the store is closed', async (t) => {
    const store = open(t);
    await put(store, 'q');
    assert.ok(existsSync(`${path}-wal`));
    await store.close();
    assert.equal(existsSync(`${path}-wal`), false);
  });
});
