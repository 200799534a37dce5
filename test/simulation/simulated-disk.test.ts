// The simulated disk as a program sees it that runs without a crash: like the real one, in an order of its own, failing
// where it is told to.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { DiskError, DiskFile } from '../../src/runtime/disk.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const HELLO = Buffer.from('hello');

/** How an operation ended: an error's code, `done`, or `under way`. */
class Outcome {
  text = 'under way';

  readonly done = (error: DiskError | null): void => {
    this.text = error === null ? 'done' : (error.code ?? 'an error without a code');
  };
}

function content(file: DiskFile): Buffer {
  const octets = Buffer.alloc(file.size());
  assert.equal(file.readSync(octets, 0), octets.length);
  return octets;
}

describe('the simulated disk', () => {
  let disk: SimulatedDisk;
  let file: DiskFile;

  beforeEach(() => {
    disk = new SimulatedDisk(1);
    disk.makeDirectory('/data/messages');
    file = disk.open('/data/messages/1', 'create');
  });

  test('gives back what was written', () => {
    const written = new Outcome();
    file.write(HELLO, 3, written.done);
    disk.settle();
    assert.equal(written.text, 'done');
    assert.equal(file.size(), 8);
    assert.deepEqual(content(file), Buffer.from('\0\0\0hello'));
  });

  test('does nothing before it is told to', () => {
    const [written, synced] = [new Outcome(), new Outcome()];
    file.write(HELLO, 0, written.done);
    file.sync(synced.done);
    assert.deepEqual([written.text, synced.text, file.size()], ['under way', 'under way', 0]);
    assert.equal(disk.pendingCount, 2);
    assert.equal(disk.step(), true);
    assert.equal(disk.pendingCount, 1);
    assert.equal(disk.step(), true);
    assert.deepEqual([written.text, synced.text, file.size()], ['done', 'done', 5]);
    assert.equal(disk.step(), false);
  });

  test('goes on with what callbacks begin', () => {
    const synced = new Outcome();
    file.write(HELLO, 0, () => file.sync(synced.done));
    disk.settle();
    assert.equal(synced.text, 'done');
  });

  test('ends operations in any order', () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 200; seed++) orders.add(orderOfThree(seed));
    assert.equal(orders.size, 6);
  });

  test('ends operations in the same order for the same seed', () => {
    for (let seed = 0; seed < 20; seed++) assert.equal(orderOfThree(seed), orderOfThree(seed));
  });

  function orderOfThree(seed: number): string {
    const disk = new SimulatedDisk(seed);
    const file = disk.open('/1', 'create');
    let order = '';
    for (const name of ['a', 'b', 'c']) file.write(HELLO, 0, () => (order += name));
    disk.settle();
    return order;
  }

  test('reads what there is when the read ends', () => {
    const target = Buffer.alloc(10);
    let count = 0;
    file.write(HELLO, 0, () => {
      file.read(target, 1, (error, octets) => {
        assert.equal(error, null);
        count = octets;
      });
      assert.notDeepEqual(target, Buffer.alloc(10), 'it must not look unchanged before');
    });
    disk.settle();
    assert.deepEqual(target.subarray(0, count), Buffer.from('ello'));
    assert.equal(file.readSync(target, 5), 0);
  });

  test('shortens and lengthens a file', () => {
    file.write(HELLO, 0, () => {});
    disk.settle();
    file.truncate(2);
    file.truncate(4);
    assert.deepEqual(content(file), Buffer.from('he\0\0'));
  });

  test('lets a file be opened twice', () => {
    const again = disk.open('/data/messages/1', 'existing');
    file.write(HELLO, 0, () => {});
    disk.settle();
    assert.deepEqual(content(again), HELLO);
  });

  test('lists files and directories in order', () => {
    disk.open('/data/b', 'create');
    disk.open('/data/a', 'create');
    assert.deepEqual(disk.list('/data'), ['a', 'b', 'messages']);
    assert.deepEqual(disk.list('/data/'), ['a', 'b', 'messages']);
    assert.deepEqual(disk.list('/'), ['data']);
    assert.deepEqual(disk.list('/nowhere'), []);
  });

  test('forgets what was removed, but not for those who have it open', () => {
    disk.remove('/data/messages/1');
    assert.deepEqual(disk.list('/data/messages'), []);
    file.write(HELLO, 0, () => {});
    disk.settle();
    assert.deepEqual(content(file), HELLO);
    assert.equal(disk.open('/data/messages/1', 'create').size(), 0);
  });

  test('refuses what a system refuses', () => {
    assert.throws(() => disk.open('/data/messages/1', 'create'), { code: 'EEXIST' });
    assert.throws(() => disk.open('/data/messages', 'create'), { code: 'EEXIST' });
    assert.throws(() => disk.open('/data/messages', 'existing'), { code: 'EISDIR' });
    assert.throws(() => disk.open('/data/2', 'existing'), { code: 'ENOENT' });
    assert.throws(() => disk.open('/nowhere/1', 'create'), { code: 'ENOENT' });
    assert.throws(() => disk.remove('/data/2'), { code: 'ENOENT' });
    assert.throws(() => disk.list('/data/messages/1'), { code: 'ENOTDIR' });
    assert.throws(() => disk.makeDirectory('/data/messages/1'), { code: 'EEXIST' });
    assert.throws(() => disk.makeDirectory('/data/messages/1/a'), { code: 'ENOTDIR' });
    assert.throws(() => disk.syncDirectory('/nowhere'), { code: 'ENOENT' });
    assert.throws(() => disk.freeOctets('/nowhere'), { code: 'ENOENT' });
  });

  test('finds octets that change while they are written', () => {
    const octets = Buffer.from('hello');
    file.write(octets, 0, () => {});
    octets[1] = 0;
    assert.throws(() => disk.step(), /octets at 0 were changed while they were written/u);
  });

  test('finds a file that is closed while it is in use', () => {
    file.sync(() => {});
    assert.throws(() => file.close(), /is closed while it is in use/u);
    disk.settle();
    file.close();
  });

  test('finds a file that is used after it was closed, and lets it be closed again', () => {
    file.close();
    file.close();
    const closed = /is closed$/u;
    assert.throws(() => file.write(HELLO, 0, () => {}), closed);
    assert.throws(() => file.sync(() => {}), closed);
    assert.throws(() => file.readSync(Buffer.alloc(1), 0), closed);
    assert.throws(() => file.read(Buffer.alloc(1), 0, () => {}), closed);
    assert.throws(() => file.truncate(0), closed);
    assert.throws(() => file.size(), closed);
  });

  test('finds files that are left open', () => {
    assert.equal(disk.openFileCount, 1);
    file.close();
    assert.equal(disk.openFileCount, 0);
  });

  test('counts operations, writes, syncs and reads', () => {
    const before = disk.operationCount;
    assert.equal(before, 2, 'a directory and a file');
    file.write(HELLO, 0, () => {});
    file.sync(() => {});
    file.read(Buffer.alloc(5), 0, () => {});
    file.truncate(0);
    disk.syncDirectory('/data/messages');
    disk.remove('/data/messages/1');
    disk.settle();
    file.readSync(Buffer.alloc(1), 0);
    assert.equal(disk.operationCount - before, 5);
    assert.deepEqual([disk.writeCount, disk.syncCount, disk.readCount], [1, 2, 2]);
  });

  test('gives what callbacks throw to the test', () => {
    file.sync(() => {
      throw new Error('a bug');
    });
    assert.throws(() => disk.settle(), /a bug/u);
  });
});

describe('a simulated disk that fails', () => {
  let disk: SimulatedDisk;
  let file: DiskFile;

  beforeEach(() => {
    disk = new SimulatedDisk(1);
    file = disk.open('/1', 'create');
  });

  test('fails in the operation that was named and in no other', () => {
    disk.failAt(3, 'EIO');
    const outcomes = [new Outcome(), new Outcome(), new Outcome()];
    for (const { done } of outcomes) file.write(HELLO, 0, done);
    disk.settle();
    assert.deepEqual(
      outcomes.map(({ text }) => text),
      ['done', 'EIO', 'done'],
    );
  });

  test('fails in what is done at once', () => {
    disk.failAt(2, 'EIO');
    assert.throws(() => disk.open('/2', 'create'), { code: 'EIO', path: '/2', syscall: 'open' });
    assert.deepEqual(disk.list('/'), ['1']);
    disk.failAll('ENOSPC');
    assert.throws(() => file.truncate(5), { code: 'ENOSPC' });
    assert.throws(() => disk.remove('/1'), { code: 'ENOSPC' });
    assert.throws(() => disk.syncDirectory('/'), { code: 'ENOSPC' });
    assert.throws(() => disk.makeDirectory('/a'), { code: 'ENOSPC' });
    assert.equal(file.size(), 0);
    assert.deepEqual(disk.list('/'), ['1']);
  });

  test('fails until it is told otherwise, also in what is under way', () => {
    const [first, second] = [new Outcome(), new Outcome()];
    file.sync(first.done);
    disk.failAll('EIO');
    disk.settle();
    disk.failAll(null);
    file.sync(second.done);
    disk.settle();
    assert.deepEqual([first.text, second.text], ['EIO', 'done']);
  });

  test('fails in the read that was named', () => {
    const outcomes = [new Outcome(), new Outcome()];
    disk.failReadAt(2, 'EIO');
    disk.failReadAt(3, 'EIO');
    for (const { done } of outcomes) file.read(Buffer.alloc(1), 0, done);
    disk.settle();
    assert.deepEqual(
      outcomes.map(({ text }) => text),
      ['done', 'EIO'],
    );
    assert.throws(() => file.readSync(Buffer.alloc(1), 0), { code: 'EIO' });
    assert.equal(file.readSync(Buffer.alloc(1), 0), 0);
  });

  for (const code of ['EIO', 'ENOSPC']) {
    test(`may have written a part of what fails with ${code}`, () => {
      const sizes = new Set<number>();
      for (let seed = 0; seed < 100; seed++) {
        const disk = new SimulatedDisk(seed);
        const file = disk.open('/1', 'create');
        disk.failAll(code);
        const written = new Outcome();
        file.write(Buffer.alloc(2000, 7), 0, written.done);
        disk.settle();
        assert.equal(written.text, code);
        sizes.add(file.size());
      }
      assert.ok(sizes.has(0) || code === 'ENOSPC');
      assert.ok([...sizes].some((size) => size > 0 && size < 2000));
    });
  }

  test('turns a bit over for good', () => {
    file.write(HELLO, 0, () => file.sync(() => {}));
    disk.settle();
    disk.syncDirectory('/');
    disk.flipBit('/1', 4, 0);
    disk.flipBit('/1', 99, 0);
    assert.deepEqual(content(file), Buffer.from('helln'));
    assert.deepEqual(content(disk.crash().open('/1', 'existing')), Buffer.from('helln'));
  });
});

describe('a simulated disk with a limit', () => {
  let disk: SimulatedDisk;
  let file: DiskFile;

  beforeEach(() => {
    disk = new SimulatedDisk(1);
    disk.setCapacity(1000);
    file = disk.open('/1', 'create');
    file.write(Buffer.alloc(900), 0, () => {});
    disk.settle();
  });

  function write(length: number, position: number): string {
    const written = new Outcome();
    file.write(Buffer.alloc(length, 7), position, written.done);
    disk.settle();
    return written.text;
  }

  test('knows how much is free', () => {
    assert.equal(disk.freeOctets('/'), 100);
  });

  test('takes what fits and no more', () => {
    assert.equal(write(100, 900), 'done');
    assert.equal(disk.freeOctets('/'), 0);
    assert.equal(write(1, 1000), 'ENOSPC');
    assert.equal(file.size(), 1000);
  });

  test('writes what fits of something larger', () => {
    assert.equal(write(101, 900), 'ENOSPC');
    assert.equal(file.size(), 1000);
    assert.equal(content(file)[999], 7);
  });

  test('lets be written over what is there', () => {
    assert.equal(write(100, 900), 'done');
    assert.equal(write(1000, 0), 'done');
  });

  test('has no room for a longer file or another one', () => {
    assert.throws(() => file.truncate(1001), { code: 'ENOSPC' });
    file.truncate(1000);
    assert.throws(() => disk.open('/2', 'create'), { code: 'ENOSPC' });
  });

  test('has room again when files are shortened, or removed and closed, or it grows', () => {
    assert.equal(write(200, 900), 'ENOSPC');
    file.truncate(900);
    assert.equal(write(100, 900), 'done');
    disk.setCapacity(1100);
    assert.equal(write(100, 1000), 'done');
    disk.remove('/1');
    assert.equal(disk.freeOctets('/'), 0);
    file.close();
    assert.equal(disk.freeOctets('/'), 1100);
  });

  test('keeps what is there when it shrinks', () => {
    disk.setCapacity(10);
    assert.equal(disk.freeOctets('/'), 0);
    assert.equal(content(file).length, 900);
    assert.equal(disk.crash().freeOctets('/'), 10, 'the file is not synced, and nor is its name');
  });
});
