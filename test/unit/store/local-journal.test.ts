import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Page, QueueLog } from '../../../src/store/journal.ts';
import type { LocalJournalOptions } from '../../../src/store/local/journal-parts.ts';
import { LocalJournal } from '../../../src/store/local/local-journal.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import type { Disk, DiskFile } from '../../../src/runtime/disk.ts';
import { systemDisk } from '../../../src/runtime/system-disk.ts';
import { systemTimers, type Timers } from '../../../src/runtime/timers.ts';
import { FaultyDisk } from '../../support/faulty-disk.ts';
import { messageOf } from '../../support/journal-messages.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

class Directory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'leveret-journal-'));

  open(options: Partial<LocalJournalOptions> = {}): Promise<LocalJournal> {
    return LocalJournal.open({
      disk: systemDisk,
      walDirectory: join(this.path, 'journal'),
      segmentDirectory: join(this.path, 'segments'),
      clock: systemClock,
      timers: systemTimers,
      log: silentLogger,
      ...options,
    });
  }

  files(name: 'journal' | 'segments'): string[] {
    return readdirSync(join(this.path, name));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** The real disk, which has no room at times. */
class FullDisk {
  readonly disk: Disk = { ...systemDisk, open: (path, mode) => this.#open(path, mode) };
  /** How many of the next writes of pages fail. */
  refusals = 0;

  #open(path: string, mode: 'create' | 'existing'): DiskFile {
    const file = systemDisk.open(path, mode);
    const write: DiskFile['write'] = (octets, position, done) => {
      if (this.refusals === 0 || !path.endsWith('.seg')) {
        file.write(octets, position, done);
        return;
      }
      this.refusals--;
      const error = Object.assign(new Error('no space'), { code: 'ENOSPC' });
      setImmediate(() => done(error));
    };
    return {
      path,
      write,
      size: () => file.size(),
      sync: (done) => file.sync(done),
      readSync: (target, position) => file.readSync(target, position),
      read: (target, position, done) => file.read(target, position, done),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    };
  }
}

const HASTY_TIMERS: Timers = {
  ...systemTimers,
  after: (_, callback) => systemTimers.after(1, callback),
};

function bodiesOf(pages: readonly Page[]): [number, string][] {
  const found: [number, string][] = [];
  for (const page of pages) {
    page.read(({ position, octets, bodyStart, bodyLength }) => {
      found.push([position, octets.toString('utf8', bodyStart, bodyStart + bodyLength)]);
    });
  }
  return found;
}

const durable = (journal: LocalJournal): Promise<void> =>
  new Promise((resolve) => {
    journal.whenDurable({ committed: () => resolve() }, 0);
    journal.commit();
  });

describe('a journal on disk', () => {
  test('has what was not settled when it is opened again', async () => {
    using directory = new Directory();
    const first = await directory.open();
    const log = first.openLog(7, 0);
    for (let i = 0; i < 5; i++) log.enqueue(i, messageOf(`body ${i}`));
    log.settle(1);
    log.settle(3);
    await durable(first);
    await first.close();

    const second = await directory.open();
    const again = second.openLog(7, 0);
    assert.deepEqual(bodiesOf(again.pages), [
      [0, 'body 0'],
      [2, 'body 2'],
      [4, 'body 4'],
    ]);
    assert.equal(again.nextPosition, 5);
    assert.equal(second.nextQueueId, 8);
    await second.close();
  });

  test('has it without being closed first', async () => {
    using directory = new Directory();
    const first = await directory.open();
    first.openLog(0, 0).enqueue(0, messageOf('body'));
    await durable(first);
    const second = await directory.open();
    assert.deepEqual(bodiesOf(second.openLog(0, 0).pages), [[0, 'body']]);
    await second.close();
    await first.close().catch(() => {});
  });

  for (const [isSynced, what] of [
    [true, 'once it is synced'],
    [false, 'without a sync where none is wanted'],
  ] as const) {
    test(`tells that a message is durable ${what}`, async () => {
      using directory = new Directory();
      const counting = new FaultyDisk();
      const journal = await directory.open({ disk: counting.disk, isSynced });
      const before = counting.syncCount;
      journal.openLog(0, 0).enqueue(0, messageOf('body'));
      await durable(journal);
      assert.equal(counting.syncCount - before, isSynced ? 1 : 0);
      await journal.close();
      const again = await directory.open();
      assert.deepEqual(bodiesOf(again.openLog(0, 0).pages), [[0, 'body']]);
      await again.close();
    });
  }

  test('forgets queues that nobody opens', async () => {
    using directory = new Directory();
    const first = await directory.open();
    first.openLog(0, 0).enqueue(0, messageOf('body'));
    await durable(first);
    await first.close();
    const second = await directory.open();
    second.recovered();
    await second.close();
    const third = await directory.open();
    assert.deepEqual(third.openLog(0, 0).pages, []);
    await third.close();
  });

  test('keeps what was delivered around a page when its file of the log goes', async () => {
    using directory = new Directory();
    const journal = await directory.open({ fileSize: 4096 });
    const log = journal.openLog(0, 0);
    const messages = Array.from({ length: 10 }, (_, i) => messageOf(`body ${i}`));
    for (const [i, message] of messages.entries()) log.enqueue(i, message);
    const contents = { first: 0, messages, from: 3, to: 6, isKept: () => true };
    await new Promise((resolve) => log.writePage(contents, resolve));
    const other = journal.openLog(1, 0);
    for (let i = 0; i < 1000; i++) {
      other.enqueue(i, messageOf(`other ${i}`));
      other.settle(i);
      if (i % 20 === 0) await durable(journal);
    }
    await journal.close();
    assert.ok(!directory.files('journal').includes('0000000001.wal'), 'the first file is gone');
    for (const settled of [4, 8]) {
      const again = await directory.open({ fileSize: 4096 });
      const pages = again.openLog(0, 0);
      const expected = messages.map((_, i): [number, string] => [i, `body ${i}`]);
      assert.deepEqual(bodiesOf(pages.pages), settled === 4 ? expected : expected.toSpliced(4, 1));
      pages.settle(settled);
      await again.close();
    }
    const last = await directory.open({ fileSize: 4096 });
    assert.equal(bodiesOf(last.openLog(0, 0).pages).length, 8);
    await last.close();
  });

  test('lets queues write their pages themselves when the disk has refused that before', async () => {
    using directory = new Directory();
    const full = new FullDisk();
    const journal = await directory.open({ disk: full.disk, fileSize: 4096, timers: HASTY_TIMERS });
    const log = journal.openLog(0, 0);
    const messages = Array.from({ length: 10 }, (_, i) => messageOf(`body ${i}`));
    for (const [i, message] of messages.entries()) log.enqueue(i, message);
    const written: (Page | null)[] = [];
    log.owner = {
      writePages: () => {
        const contents = { first: 0, messages, from: 0, to: 10, isKept: () => true };
        log.writePage(contents, (page) => written.push(page));
      },
    };
    full.refusals = 1;
    const other = journal.openLog(1, 0);
    for (let position = 0; written.length < 2 && position < 100_000; position++) {
      other.enqueue(position, messageOf(`other ${position}`));
      other.settle(position);
      if (position % 20 === 0) await durable(journal);
    }
    const expected = messages.map((_, i): [number, string] => [i, `body ${i}`]);
    assert.deepEqual(bodiesOf([written.at(-1)!]), expected);
    await journal.close();
  });

  test('does not call the disk full for ever because of a page that nobody writes again', async () => {
    using directory = new Directory();
    const full = new FullDisk();
    const time = new SimulatedTime();
    const troubles: (string | null)[] = [];
    const onTrouble: LocalJournalOptions['onTrouble'] = (error) =>
      troubles.push(error?.code ?? null);
    const journal = await directory.open({ disk: full.disk, timers: time, onTrouble });
    const contents = { first: 0, messages: [messageOf('a')], from: 0, to: 1, isKept: () => false };
    full.refusals = 2;
    for (let i = 0; i < 2; i++) {
      const page = await new Promise((resolve) =>
        journal.openLog(0, 0).writePage(contents, resolve),
      );
      assert.equal(page, null);
      time.pass(9000);
    }
    assert.deepEqual(troubles, ['ENOSPC', 'ENOSPC']);
    time.pass(5000);
    assert.deepEqual(troubles, ['ENOSPC', 'ENOSPC', null]);
    await journal.close();
    assert.equal(time.timerCount, 0);
  });

  test('keeps few files, however much passes through', async () => {
    using directory = new Directory();
    const journal = await directory.open({ fileSize: 4096 });
    const log = journal.openLog(0, 0);
    for (let i = 0; i < 2000; i++) {
      log.enqueue(i, messageOf(`body ${i}`));
      if (i > 0 && i % 500 !== 0) log.settle(i - 1);
      if (i % 20 === 0) await durable(journal);
    }
    await journal.close();
    assert.ok(directory.files('journal').length <= 6, String(directory.files('journal')));
    const again = await directory.open({ fileSize: 4096 });
    const expected = [499, 999, 1499, 1999].map((i): [number, string] => [i, `body ${i}`]);
    assert.deepEqual(bodiesOf(again.openLog(0, 0).pages), expected);
    await again.close();
  });

  test('has after any history what is not settled, also when histories follow each other', async () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          is: fc.constant('enqueue' as const),
          queue: fc.nat(2),
          size: fc.nat(300),
        }),
      },
      {
        weight: 6,
        arbitrary: fc.record({ is: fc.constant('settle' as const), which: fc.nat(1000) }),
      },
      { weight: 2, arbitrary: fc.record({ is: fc.constant('page' as const), queue: fc.nat(2) }) },
      { weight: 2, arbitrary: fc.record({ is: fc.constant('commit' as const) }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('reopen' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 200, minLength: 50 }), async (steps) => {
        using directory = new Directory();
        const live = new Map<string, string>();
        let journal = await directory.open({ fileSize: 4096 });
        let logs: QueueLog[] = [0, 1, 2].map((queue) => journal.openLog(queue, 0));
        const reopen = async (): Promise<void> => {
          await journal.close();
          journal = await directory.open({ fileSize: 4096 });
          logs = [0, 1, 2].map((queue) => journal.openLog(queue, 0));
          const found = logs.flatMap((log, queue) =>
            bodiesOf(log.pages).map(([position, body]): [string, string] => [
              `${queue} ${position}`,
              body,
            ]),
          );
          const expected = [...live].sort(([a], [b]) => byKey(a, b));
          assert.deepEqual(found, expected);
        };
        for (const next of steps) {
          if (next.is === 'enqueue') {
            const log = logs[next.queue]!;
            const position = log.nextPosition;
            const body = `${next.queue} ${position} `.padEnd(next.size, '.');
            log.enqueue(position, messageOf(body));
            live.set(`${next.queue} ${position}`, body);
          } else if (next.is === 'settle') {
            const key = [...live.keys()][next.which % Math.max(1, live.size)];
            if (key === undefined) continue;
            live.delete(key);
            const [queue = 0, position = 0] = key.split(' ').map(Number);
            logs[queue]!.settle(position);
          } else if (next.is === 'commit') await durable(journal);
          else if (next.is === 'reopen') await reopen();
        }
        await reopen();
        await reopen();
        await journal.close();
      }),
      { numRuns: 60 },
    );
  });
});

function byKey(a: string, b: string): number {
  const [queueA = 0, positionA = 0] = a.split(' ').map(Number);
  const [queueB = 0, positionB = 0] = b.split(' ').map(Number);
  return queueA === queueB ? positionA - positionB : queueA - queueB;
}
