// What a page keeps in memory: nothing longer than it takes to read it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Message, MessageAddress } from '../../../src/broker/message.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { Disk, DiskFile } from '../../../src/runtime/disk.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { systemDisk } from '../../../src/runtime/system-disk.ts';
import { systemTimers } from '../../../src/runtime/timers.ts';
import type { Page } from '../../../src/store/journal.ts';
import { LocalJournal } from '../../../src/store/local/local-journal.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectGarbage } from '../../support/garbage.ts';

/** The real disk, whose reads wait, and that tells which memory was read into. */
class SlowDisk {
  readonly disk: Disk = { ...systemDisk, open: (path, mode) => this.#open(path, mode) };
  readonly targets: WeakRef<ArrayBufferLike>[] = [];
  #waiting: (() => void)[] = [];

  /** Lets the reads that wait go on; resolves when they are done. */
  async finishReads(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
    await new Promise((resolve) => setImmediate(resolve));
  }

  #open(path: string, mode: 'create' | 'existing'): DiskFile {
    const file = systemDisk.open(path, mode);
    const proxy: DiskFile = Object.create(file) as DiskFile;
    return Object.assign(proxy, {
      path,
      size: () => file.size(),
      write: file.write.bind(file),
      sync: file.sync.bind(file),
      close: () => file.close(),
      readSync: (target: Uint8Array, position: number) => file.readSync(target, position),
      read: (
        target: Uint8Array,
        position: number,
        done: (error: null, count: number) => void,
      ): void => {
        this.targets.push(new WeakRef(target.buffer));
        this.#waiting.push(() => done(null, file.readSync(target, position)));
      },
    });
  }
}

async function withPage(
  path: string,
  use: (page: Page, disk: SlowDisk) => void | Promise<void>,
): Promise<void> {
  const slow = new SlowDisk();
  const journal = await LocalJournal.open({
    disk: slow.disk,
    walDirectory: join(path, 'journal'),
    segmentDirectory: join(path, 'segments'),
    clock: systemClock,
    timers: systemTimers,
    log: silentLogger,
  });
  const body = Buffer.alloc(1000, 'a');
  const address = new MessageAddress('', 'key');
  const message = new Message(address, true, body, 0, 0, body, 0, body.length, null, -1, 0, null);
  const log = journal.openLog(0, 0);
  log.enqueue(0, message);
  const page = await new Promise<Page | null>((resolve) => {
    log.writePage({ first: 0, messages: [message], from: 0, to: 1, isKept: () => true }, resolve);
  });
  assert.ok(page !== null);
  await use(page, slow);
  await journal.close();
}

describe('a page that is read back', () => {
  test('gives what was prefetched', async (t) => {
    await withPage(temporaryDirectory(t), async (page, disk) => {
      page.prefetch();
      await disk.finishReads();
      let text = '';
      page.read(({ octets, bodyStart }) => {
        text = octets.toString('latin1', bodyStart, bodyStart + 3);
      });
      assert.equal(text, 'aaa');
      assert.equal(disk.targets.length, 1);
    });
  });

  for (const [what, use] of [
    ['read before that', (page: Page) => page.read(() => {})],
    ['released before that', (page: Page) => page.release()],
  ] as const) {
    test(`does not keep what was prefetched when it is ${what}`, async (t) => {
      await withPage(temporaryDirectory(t), async (page, disk) => {
        page.prefetch();
        use(page);
        await disk.finishReads();
        collectGarbage();
        assert.equal(disk.targets[0]!.deref(), undefined);
      });
    });
  }
});
