// What the journal does when the disk refuses, loses or damages something.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bodiesOf, commitOf, contentsOf, messageOf } from './journal-messages.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { JournalHost } from './simulated-journal.ts';

const FILE_SIZE = 4096;

describe('a directory that cannot be synced for once', () => {
  test('holds up the write-ahead log only until it can', async () => {
    const host = new JournalHost(new SimulatedDisk(1), FILE_SIZE);
    const journal = await host.open();
    const log = journal.openLog(0, 0);
    // The log goes on in a new file: the next operations after its batch are create, sync of the directory.
    log.enqueue(0, messageOf('x'.repeat(FILE_SIZE)));
    host.until(commitOf(journal), 'the first file is full');
    host.disk.failAt(host.disk.operationCount + 2, 'EIO');
    log.enqueue(1, messageOf('after'));
    host.until(commitOf(journal), 'the second file is written');
    assert.deepEqual(
      host.troubles.map((error) => error?.code ?? null),
      ['EIO', null],
    );
    const again = new JournalHost(host.disk.crash(), FILE_SIZE);
    const recovered = await again.open();
    assert.equal(bodiesOf(recovered.openLog(0, 0).pages).at(-1)?.[1], 'after');
  });

  test('holds up pages only until it can', async () => {
    const host = new JournalHost(new SimulatedDisk(1), FILE_SIZE);
    const journal = await host.open();
    const log = journal.openLog(0, 0);
    const opened = host.disk.openFileCount;
    host.disk.failAt(host.disk.operationCount + 2, 'EIO');
    const written: boolean[] = [];
    log.writePage(contentsOf(0, ['a', 'b']), (page) => written.push(page !== null));
    host.rest(0);
    assert.deepEqual(written, [false]);
    assert.equal(host.disk.openFileCount, opened, 'the file that has no name is closed');
    log.writePage(contentsOf(0, ['a', 'b']), (page) => written.push(page !== null));
    host.rest(0);
    assert.deepEqual(written, [false, true]);
  });
});
