// The real disk with faults: syncs that wait, syncs that fail and lose what was written, as disks do.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Disk, DiskCallback, DiskError, DiskFile } from '../../src/runtime/disk.ts';
import { systemDisk } from '../../src/runtime/system-disk.ts';

/** Every file of it shares the counts and the faults: for who syncs one file. */
export class FaultyDisk {
  readonly disk: Disk = { ...systemDisk, open: (path, mode) => this.#open(path, mode) };
  /** Syncs that were asked for. */
  syncCount = 0;
  /** How many of the next syncs fail; each loses what was written since the last that did not. */
  failingSyncs = 0;
  /** Syncs wait for `release` while this is true. */
  isHolding = false;
  /** What the file held when it was last synced, which is all that a power cut leaves. */
  synced: Buffer = Buffer.alloc(0);
  #held: Array<() => void> = [];

  get heldCount(): number {
    return this.#held.length;
  }

  /** Lets the syncs that wait go on. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const goOn of held) goOn();
  }

  #open(path: string, mode: 'create' | 'existing'): DiskFile {
    const file = systemDisk.open(path, mode);
    this.synced = readFileSync(path);
    return {
      path,
      size: () => file.size(),
      write: (octets, position, done) => file.write(octets, position, done),
      sync: (done) => this.#sync(file, done),
      readSync: (target, position) => file.readSync(target, position),
      read: (target, position, done) => file.read(target, position, done),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    };
  }

  #sync(file: DiskFile, done: DiskCallback): void {
    this.syncCount++;
    const act = (): void => {
      if (this.failingSyncs > 0) this.#fail(file, done);
      else {
        this.synced = readFileSync(file.path);
        file.sync(done);
      }
    };
    if (this.isHolding) this.#held.push(act);
    else act();
  }

  #fail(file: DiskFile, done: DiskCallback): void {
    this.failingSyncs--;
    writeFileSync(file.path, this.synced);
    const error: DiskError = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    setImmediate(() => done(error));
  }
}
