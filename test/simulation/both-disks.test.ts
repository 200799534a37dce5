// The simulated disk and the real one, asked the same, answer the same as long as nothing crashes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Disk, DiskError, DiskFile } from '../../src/runtime/disk.ts';
import { systemDisk } from '../../src/runtime/system-disk.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedDisk } from './simulated-disk.ts';

let directory = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'leveret-disks-'));
});

after(() => rmSync(directory, { recursive: true }));

/** Files and directories that may be there, and paths through them. */
const PATHS = ['a', 'b', 'sub/a', 'sub/b', 'sub', 'a/x', '.'];

class Session {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #random: SeededRandom;
  /** Lets what is under way end. */
  readonly #settle: () => void;
  readonly #files: DiskFile[] = [];

  constructor(disk: Disk, root: string, seed: number, settle: () => void) {
    this.#disk = disk;
    this.#root = root;
    this.#random = new SeededRandom(seed);
    this.#settle = settle;
    disk.makeDirectory(root);
  }

  /** Does one thing that the seed chooses and says what came of it. */
  async act(): Promise<unknown> {
    const path = join(this.#root, this.#random.pick(PATHS));
    const file = this.#files.length === 0 ? null : this.#random.pick(this.#files);
    const [first, second] = [this.#random.below(3000), this.#random.below(3000)];
    const octets = this.#random.bytes(this.#random.below(3000));
    const action = this.#random.below(11);
    try {
      return await this.#do(action, path, file, first, second, octets);
    } catch (error) {
      const code = (error as DiskError).code;
      assert.ok(code !== undefined, String(error));
      return [action, code];
    }
  }

  async #do(
    action: number,
    path: string,
    file: DiskFile | null,
    first: number,
    second: number,
    octets: Uint8Array,
  ): Promise<unknown> {
    const disk = this.#disk;
    if (action < 2) return this.#files.push(disk.open(path, 'create'));
    if (action === 2) return this.#files.push(disk.open(path, 'existing'));
    if (action === 3) return disk.list(path);
    if (action === 4) return [disk.makeDirectory(path), 'made'];
    if (action === 5) return [disk.syncDirectory(this.#root), 'synced'];
    if (action === 6 && !path.endsWith('sub') && path !== this.#root) {
      return [disk.remove(path), 'removed'];
    }
    if (file === null) return 'nothing to do';
    if (action === 7) return [file.truncate(first), file.size()];
    if (action === 8) {
      const target = Buffer.alloc(second);
      return [file.readSync(target, first), target];
    }
    if (action === 9) {
      const target = Buffer.alloc(second);
      const count = await this.#ended<number>((done) =>
        file.read(target, first, (error, octets) => done(error, octets)),
      );
      return [count, target.subarray(0, count)];
    }
    await this.#ended<void>((done) => file.write(octets, first, (error) => done(error)));
    await this.#ended<void>((done) => file.sync((error) => done(error)));
    return file.size();
  }

  #ended<T>(begin: (done: (error: DiskError | null, value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      begin((error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      });
      this.#settle();
    });
  }

  close(): void {
    for (const file of this.#files) file.close();
  }
}

for (let seed = 1; seed <= 10; seed++) {
  test(`both disks answer the same (seed ${seed})`, async () => {
    const root = join(directory, String(seed));
    const simulated = new SimulatedDisk(seed);
    const sessions = [
      new Session(systemDisk, root, seed, () => {}),
      new Session(simulated, root, seed, () => simulated.settle()),
    ];
    for (let i = 0; i < 150; i++) {
      const [real, twin] = await Promise.all(sessions.map((session) => session.act()));
      assert.deepEqual(twin, real, `action ${i}`);
    }
    for (const session of sessions) session.close();
    assert.equal(simulated.openFileCount, 0);
  });
}
