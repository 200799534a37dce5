// What the simulated disk leaves after a crash: all that it must, and in some seeds everything that it may.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DiskFile } from '../../src/runtime/disk.ts';
import { SimulatedCrash, SimulatedDisk } from './simulated-disk.ts';
import { SECTOR_OCTETS } from './torn-write.ts';

const SEEDS = 300;

/** Runs `program` on a disk per seed and collects what it finds after the crash. */
function afterCrashes(
  program: (disk: SimulatedDisk) => void,
  find: (disk: SimulatedDisk) => string,
): Set<string> {
  const found = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const disk = new SimulatedDisk(seed);
    program(disk);
    found.add(find(disk.crash()));
  }
  return found;
}

/** A file whose name and content are durable. */
function syncedFile(disk: SimulatedDisk, octets: Uint8Array): DiskFile {
  const file = disk.open('/1', 'create');
  file.write(octets, 0, () => {});
  disk.settle();
  file.sync(() => {});
  disk.settle();
  disk.syncDirectory('/');
  return file;
}

function octetsOf(disk: SimulatedDisk): Buffer {
  const file = disk.open('/1', 'existing');
  const octets = Buffer.alloc(file.size());
  file.readSync(octets, 0);
  return octets;
}

function textOf(disk: SimulatedDisk): string {
  return disk.list('/').includes('1') ? octetsOf(disk).toString('latin1') : 'missing';
}

const OLD = Buffer.from('old');
const NEW = Buffer.from('new');

describe('a crash', () => {
  test('leaves what was synced', () => {
    const found = afterCrashes((disk) => syncedFile(disk, OLD), textOf);
    assert.deepEqual(found, new Set(['old']));
  });

  test('leaves all, some or nothing of what was written and not synced', () => {
    const found = afterCrashes((disk) => {
      syncedFile(disk, OLD).write(NEW, 0, () => {});
      disk.settle();
    }, textOf);
    assert.ok(found.has('old') && found.has('new'));
    assert.ok(found.has('nld') || found.has('ned'), 'its beginning');
    assert.ok(found.has('olw') || found.has('oew'), 'its end');
    for (const text of found) assert.match(text, /^[on][le][dw]$/u);
  });

  test('may leave what was being written', () => {
    const found = afterCrashes((disk) => syncedFile(disk, OLD).write(NEW, 0, () => {}), textOf);
    assert.ok(found.has('old') && found.has('new'));
  });

  test('leaves what was written before a sync and nothing certain of what came during it', () => {
    const found = afterCrashes((disk) => {
      const file = syncedFile(disk, Buffer.from('12'));
      file.write(Buffer.from('a'), 0, () => {});
      disk.settle();
      file.sync(() => {});
      file.write(Buffer.from('b'), 1, () => {});
      disk.settle();
    }, textOf);
    assert.deepEqual(found, new Set(['a2', 'ab']));
  });

  test('leaves the last of what was written over each other and synced', () => {
    const found = afterCrashes((disk) => {
      const file = syncedFile(disk, OLD);
      file.write(NEW, 0, () => {});
      disk.settle();
      file.write(OLD, 0, () => {});
      disk.settle();
      file.sync(() => {});
      disk.settle();
    }, textOf);
    assert.deepEqual(found, new Set(['old']));
  });

  test('decides for each sector by itself', () => {
    const sectors = 4;
    const found = afterCrashes(
      (disk) => {
        const file = syncedFile(disk, Buffer.alloc(sectors * SECTOR_OCTETS, 'o'));
        file.write(Buffer.alloc(sectors * SECTOR_OCTETS, 'n'), 0, () => {});
        disk.settle();
      },
      (disk) => {
        const octets = octetsOf(disk).toString('latin1');
        const kinds = Array.from({ length: sectors }, (_, index) => {
          const sector = octets.slice(index * SECTOR_OCTETS, (index + 1) * SECTOR_OCTETS);
          return new Set(sector).size === 2 ? 't' : sector[0];
        });
        return kinds.join('');
      },
    );
    for (const pattern of ['oooo', 'nnnn']) assert.ok(found.has(pattern), pattern);
    // A later sector without an earlier one, one of them torn, holes in the middle.
    for (const pattern of [/^o.*n/u, /t/u, /no+n/u]) {
      assert.ok(
        [...found].some((kinds) => pattern.test(kinds)),
        String(pattern),
      );
    }
  });

  test('keeps the octets beside a write in the same sector', () => {
    const found = afterCrashes((disk) => {
      syncedFile(disk, Buffer.from('[   ]')).write(Buffer.from('new'), 1, () => {});
    }, textOf);
    for (const text of found) assert.match(text, /^\[...\]$/u);
  });

  test('leaves a file with any of its sizes, and zeros where nothing was written', () => {
    const length = 2 * SECTOR_OCTETS;
    const sizes = new Set<number>();
    let hasZeros = false;
    afterCrashes(
      (disk) => {
        const file = syncedFile(disk, Buffer.alloc(10, 'o'));
        file.write(Buffer.alloc(length, 'n'), 10, () => {});
        disk.settle();
      },
      (disk) => {
        const octets = octetsOf(disk);
        assert.deepEqual(octets.subarray(0, 10), Buffer.alloc(10, 'o'));
        assert.match(octets.subarray(10).toString('latin1'), /^[n\0]*$/u);
        sizes.add(octets.length);
        hasZeros ||= octets.at(-1) === 0;
        return '';
      },
    );
    assert.ok(sizes.has(10) && sizes.has(10 + length) && sizes.size > 10);
    assert.ok(hasZeros);
  });

  test('may undo a truncation, unless it was synced', () => {
    const unsynced = afterCrashes((disk) => syncedFile(disk, OLD).truncate(1), textOf);
    assert.deepEqual(unsynced, new Set(['o', 'old']));
    const synced = afterCrashes((disk) => {
      const file = syncedFile(disk, OLD);
      file.truncate(1);
      file.sync(() => {});
      disk.settle();
    }, textOf);
    assert.deepEqual(synced, new Set(['o']));
  });

  test('may take a new file away, however much of it was synced', () => {
    const found = afterCrashes((disk) => {
      const file = disk.open('/1', 'create');
      file.write(NEW, 0, () => {});
      disk.settle();
      file.sync(() => {});
      disk.settle();
    }, textOf);
    assert.deepEqual(found, new Set(['missing', 'new']));
  });

  test('may leave a file of which only the name was synced empty', () => {
    const found = afterCrashes((disk) => {
      const file = disk.open('/1', 'create');
      file.write(NEW, 0, () => {});
      disk.settle();
      disk.syncDirectory('/');
    }, textOf);
    assert.ok(found.has('') && found.has('new') && !found.has('missing'));
  });

  test('may bring a removed file back, until its directory is synced', () => {
    const unsynced = afterCrashes((disk) => {
      syncedFile(disk, OLD);
      disk.remove('/1');
    }, textOf);
    assert.deepEqual(unsynced, new Set(['missing', 'old']));
    const synced = afterCrashes((disk) => {
      syncedFile(disk, OLD);
      disk.remove('/1');
      disk.syncDirectory('/');
    }, textOf);
    assert.deepEqual(synced, new Set(['missing']));
  });

  test('may leave an older file of the same name', () => {
    const found = afterCrashes((disk) => {
      syncedFile(disk, OLD).close();
      disk.remove('/1');
      const file = disk.open('/1', 'create');
      file.write(NEW, 0, () => file.sync(() => {}));
      disk.settle();
    }, textOf);
    assert.deepEqual(found, new Set(['missing', 'old', 'new']));
  });

  test('decides for each name by itself', () => {
    const found = afterCrashes(
      (disk) => {
        for (const name of ['a', 'b']) disk.open(`/${name}`, 'create');
      },
      (disk) => disk.list('/').join(''),
    );
    assert.deepEqual(found, new Set(['', 'a', 'b', 'ab']));
  });

  test('leaves directories', () => {
    const found = afterCrashes(
      (disk) => disk.makeDirectory('/a/b'),
      (disk) => `${disk.list('/').join('')}${disk.list('/a').join('')}`,
    );
    assert.deepEqual(found, new Set(['ab']));
  });

  test('leaves a part of a write that failed', () => {
    const found = afterCrashes((disk) => {
      const file = syncedFile(disk, OLD);
      disk.failAll('EIO');
      file.write(NEW, 0, () => {});
      disk.settle();
    }, textOf);
    assert.ok(found.has('old') && found.has('new'));
  });

  test('is the same for the same seed', () => {
    const run = (seed: number): string => {
      const disk = new SimulatedDisk(seed);
      syncedFile(disk, OLD).write(Buffer.alloc(3000, 'n'), 1, () => {});
      return textOf(disk.crash());
    };
    for (let seed = 0; seed < 50; seed++) assert.equal(run(seed), run(seed));
  });

  test('can be looked at while the disk goes on', () => {
    const disk = new SimulatedDisk(1);
    const file = syncedFile(disk, OLD);
    file.write(NEW, 0, () => {});
    const found = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) found.add(textOf(disk.survivors(seed)));
    assert.ok(found.has('old') && found.has('new'));
    disk.settle();
    assert.equal(textOf(disk), 'new');
  });

  test('can follow a crash', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const disk = new SimulatedDisk(seed);
      syncedFile(disk, OLD).write(NEW, 0, () => {});
      const once = disk.crash();
      const text = textOf(once);
      assert.equal(textOf(once.crash()), text, 'what survived one crash survives the next');
    }
  });
});

describe('a sync that fails', () => {
  function failedSync(disk: SimulatedDisk): DiskFile {
    const file = syncedFile(disk, OLD);
    file.write(NEW, 0, () => {});
    disk.settle();
    disk.failAll('EIO');
    file.sync((error) => assert.equal(error?.code, 'EIO'));
    disk.settle();
    disk.failAll(null);
    return file;
  }

  test('may have written it or not', () => {
    const found = afterCrashes(failedSync, textOf);
    assert.ok(found.has('old') && found.has('new'));
  });

  test('may lose it although readers see it and another sync succeeds', () => {
    const found = afterCrashes((disk) => {
      failedSync(disk).sync((error) => assert.equal(error, null));
      disk.settle();
      assert.equal(textOf(disk), 'new');
    }, textOf);
    assert.deepEqual(found, new Set(['old', 'new']));
  });

  test('does no harm to what is written again and synced', () => {
    const found = afterCrashes((disk) => {
      const file = failedSync(disk);
      file.write(NEW, 0, () => file.sync(() => {}));
      disk.settle();
    }, textOf);
    assert.deepEqual(found, new Set(['new']));
  });
});

describe('a machine that crashes at an operation', () => {
  /** Seven operations. Returns how many writes and syncs it was told of. */
  function run(disk: SimulatedDisk): number {
    let doneCount = 0;
    const count = (): void => void doneCount++;
    try {
      const file = disk.open('/1', 'create');
      disk.syncDirectory('/');
      file.write(OLD, 0, count);
      disk.settle();
      file.sync(count);
      disk.settle();
      file.write(NEW, 3, count);
      file.sync(count);
      disk.settle();
      disk.remove('/1');
    } catch (error) {
      if (!(error instanceof SimulatedCrash)) throw error;
    }
    return doneCount;
  }

  test('runs through where there is no such operation', () => {
    const disk = new SimulatedDisk(1);
    disk.crashAt(8);
    assert.equal(run(disk), 4);
    assert.equal(disk.operationCount, 7);
    assert.equal(disk.hasCrashed, false);
  });

  for (let number = 1; number <= 7; number++) {
    test(`stops there: ${number}`, () => {
      const found = new Set<string>();
      for (let seed = 0; seed < SEEDS; seed++) {
        const disk = new SimulatedDisk(seed);
        disk.crashAt(number);
        const doneCount = run(disk);
        assert.equal(disk.hasCrashed, true);
        assert.ok(doneCount <= Math.max(0, number - 2), `seed ${seed}: ${doneCount} are done`);
        const text = textOf(disk.crash());
        if (doneCount >= 2 && number < 7) assert.match(text, /^old/u, `seed ${seed}`);
        found.add(text);
      }
      // It was done in some seeds and not in others; a sync changes nothing that could not be there before.
      assert.ok(found.size >= 2, [...found].join());
    });
  }

  test('answers nothing any more', () => {
    const disk = new SimulatedDisk(1);
    const file = disk.open('/1', 'create');
    file.sync(() => assert.fail('it called back'));
    disk.crash();
    assert.throws(() => disk.step(), SimulatedCrash);
    assert.throws(() => disk.settle(), SimulatedCrash);
    assert.throws(() => disk.open('/2', 'create'), SimulatedCrash);
    assert.throws(() => disk.open('/1', 'existing'), SimulatedCrash);
    assert.throws(() => disk.list('/'), SimulatedCrash);
    assert.throws(() => disk.remove('/1'), SimulatedCrash);
    assert.throws(() => disk.syncDirectory('/'), SimulatedCrash);
    assert.throws(() => disk.freeOctets('/'), SimulatedCrash);
    assert.throws(() => file.write(OLD, 0, () => {}), SimulatedCrash);
    assert.throws(() => file.sync(() => {}), SimulatedCrash);
    assert.throws(() => file.read(Buffer.alloc(1), 0, () => {}), SimulatedCrash);
    assert.throws(() => file.readSync(Buffer.alloc(1), 0), SimulatedCrash);
    assert.throws(() => file.size(), SimulatedCrash);
    file.close();
  });
});
