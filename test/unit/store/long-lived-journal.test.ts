// What a journal that has run for long remembers of files and queues that are gone: nothing.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { queryObjects } from 'node:v8';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { systemDisk } from '../../../src/runtime/system-disk.ts';
import { systemTimers, type Timers } from '../../../src/runtime/timers.ts';
import type { Page, QueueLog } from '../../../src/store/journal.ts';
import type { LocalJournalOptions } from '../../../src/store/local/journal-parts.ts';
import { LocalJournal } from '../../../src/store/local/local-journal.ts';
import { LocalQueueLog } from '../../../src/store/local/local-queue-log.ts';
import { StoredPage } from '../../../src/store/local/stored-page.ts';
import { LiveRange, WalFile, type Carried } from '../../../src/store/local/wal-file.ts';
import { messageOf } from '../../support/journal-messages.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const MESSAGE = messageOf('a'.repeat(1000));

/** One whose files are full after a few messages. */
async function openJournal(
  t: TestContext,
  options: Partial<LocalJournalOptions> = {},
): Promise<LocalJournal> {
  const path = temporaryDirectory(t);
  const journal = await LocalJournal.open({
    disk: systemDisk,
    walDirectory: join(path, 'journal'),
    segmentDirectory: join(path, 'segments'),
    clock: systemClock,
    timers: systemTimers,
    log: silentLogger,
    isSynced: false,
    fileSize: 4096,
    ...options,
  });
  t.after(() => journal.close());
  return journal;
}

function durable(journal: LocalJournal): Promise<void> {
  return new Promise((resolve) => {
    journal.whenDurable({ committed: () => resolve() }, 0);
    journal.commit();
  });
}

/** As much passes through a log as fills some files. */
async function passThrough(journal: LocalJournal, log: QueueLog, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const position = log.nextPosition;
    log.enqueue(position, MESSAGE);
    log.settle(position);
    // oxlint-disable-next-line no-await-in-loop -- each is written before the next comes
    await durable(journal);
  }
}

/** Pages of messages that are for this process only. */
async function writePages(log: QueueLog): Promise<void> {
  const contents = { first: 0, messages: [MESSAGE], from: 0, to: 1, isKept: () => false };
  for (let i = 0; i < 5; i++) {
    // oxlint-disable-next-line no-await-in-loop -- they follow each other in the file
    const page = await new Promise<Page | null>((resolve) => log.writePage(contents, resolve));
    page?.release();
  }
}

describe('a journal that runs for long', () => {
  test('forgets with a file what a queue had in it, also when that was settled before the file was full', async (t) => {
    const journal = await openJournal(t);
    await passThrough(journal, journal.openLog(0, 0), 400);
    const fileCount = journal.wal.files.length;
    assert.ok(journal.wal.file.number > 50);
    assert.ok(Number(queryObjects(LiveRange)) <= fileCount);
    assert.ok(Number(queryObjects(WalFile)) <= fileCount);
  });

  test('knows a queue no longer that was deleted, also when a file that has messages of it is read back', async (t) => {
    const journal = await openJournal(t);
    const held = journal.openLog(0, 0);
    held.enqueue(0, MESSAGE);
    journal.openLog(1, 0).enqueue(0, MESSAGE);
    journal.deleteQueue(1);
    await passThrough(journal, journal.openLog(2, 0), 100);
    assert.notEqual(held.pageOf(0), null, 'what is not settled was copied');
    assert.deepEqual(journal.lanesOf(1), []);
  });

  test('takes no memory for the transient messages between two persistent ones', async (t) => {
    const journal = await openJournal(t);
    const log = journal.openLog(0, 0);
    const before = process.memoryUsage().arrayBuffers;
    for (const position of [0, 1e8, 2 ** 31 + 5]) {
      log.enqueue(position, MESSAGE);
      log.settle(position);
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 1e6);
    log.enqueue(2 ** 33, MESSAGE);
    log.settleRange(2 ** 33 - 5, 2 ** 33 + 5);
    assert.equal(journal.wal.file.liveCount, 0);
  });

  test('does not remember what it has told of queues and pages that are gone', async (t) => {
    const journal = await openJournal(t);
    const carried = (): readonly Carried[] =>
      journal.wal.files.flatMap((file) => [...file.carried]);
    for (let queueId = 0; queueId < 20; queueId++) {
      const log = journal.openLog(queueId, 0);
      log.delivered(1);
      await writePages(log);
      await durable(journal);
      journal.deleteQueue(queueId);
      await durable(journal);
    }
    const logs = carried().filter((one) => one instanceof LocalQueueLog);
    const pages = carried().filter((one) => one instanceof StoredPage);
    const goneCount = pages.filter(({ segment }) => segment.isRemoved).length;
    assert.deepEqual([logs.length, goneCount], [0, 0]);
  });

  test('lets a file go as soon as what is alive in it is written, by queues and by itself', async (t) => {
    const delays: number[] = [];
    const after: Timers['after'] = (delayMs, callback) => {
      delays.push(delayMs);
      return systemTimers.after(delayMs, callback);
    };
    const journal = await openJournal(t, { timers: { ...systemTimers, after } });
    const log = journal.openLog(0, 0);
    for (const position of [0, 1]) log.enqueue(position, MESSAGE);
    log.owner = {
      writePages: () => {
        const contents = { first: 0, messages: [MESSAGE], from: 0, to: 1, isKept: () => true };
        log.writePage(contents, (page) => page?.release());
      },
    };
    await passThrough(journal, journal.openLog(1, 0), 100);
    assert.notEqual(log.pageOf(1), null);
    assert.deepEqual(
      delays.filter((delayMs) => delayMs > 100),
      [],
      'it did not have to be tried again',
    );
  });
});
