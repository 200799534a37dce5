// What the journal does when the disk refuses, loses or damages something.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { QueueLog } from '../../src/store/journal.ts';
import type { LocalJournal } from '../../src/store/local/local-journal.ts';
import { bodiesOf, commitOf, contentsOf, messageOf } from '../support/journal-messages.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { JournalHost, LOG_DIRECTORY, SEGMENT_DIRECTORY } from './simulated-journal.ts';

const FILE_SIZE = 4096;

/** A journal with a log, on a disk of its own. */
async function opened(disk = new SimulatedDisk(1)): Promise<Opened> {
  const host = new JournalHost(disk, FILE_SIZE);
  const journal = await host.open();
  return { host, disk, journal, log: journal.openLog(0, 0) };
}

interface Opened {
  readonly host: JournalHost;
  readonly disk: SimulatedDisk;
  readonly journal: LocalJournal;
  readonly log: QueueLog;
}

/** What the next process finds after the machine has stopped. */
async function afterCrash({ disk }: Opened): Promise<Opened & { readonly found: string[] }> {
  const next = await opened(disk.crash());
  return { ...next, found: bodiesOf(next.log.pages).map(([, body]) => body) };
}

function enqueue(log: QueueLog, first: number, bodies: readonly string[]): void {
  for (const [i, body] of bodies.entries()) log.enqueue(first + i, messageOf(body));
}

function only(disk: SimulatedDisk, directory: string): string {
  const names = disk.list(directory);
  assert.equal(names.length, 1, names.join());
  return `${directory}/${names[0]!}`;
}

function octetsOf(disk: SimulatedDisk, path: string): Buffer {
  const file = disk.open(path, 'existing');
  const octets = Buffer.alloc(file.size());
  file.readSync(octets, 0);
  file.close();
  return octets;
}

function contentsOfAll(disk: SimulatedDisk): [path: string, octets: Buffer][] {
  return [LOG_DIRECTORY, SEGMENT_DIRECTORY].flatMap((directory) =>
    disk.list(directory).map((name): [string, Buffer] => {
      return [name, octetsOf(disk, `${directory}/${name}`)];
    }),
  );
}

/** Where the first octet of a text lies in a file. */
function placeOf(disk: SimulatedDisk, path: string, text: string): number {
  const place = octetsOf(disk, path).indexOf(text);
  assert.ok(place >= 0, `${text} is in ${path}`);
  return place;
}

describe('a disk that refuses to write', () => {
  for (const code of ['ENOSPC', 'EIO']) {
    test(`holds up commits while it says ${code}, and loses nothing`, async () => {
      const run = await opened();
      run.disk.failAll(code);
      enqueue(run.log, 0, ['a', 'b']);
      const isDurable = commitOf(run.journal);
      run.host.rest(5000);
      assert.equal(isDurable(), false);
      assert.equal(run.host.troubles.at(-1)?.code, code);
      assert.equal(run.host.log.complaints.length, 1);
      run.disk.failAll(null);
      run.host.until(isDurable, 'the disk is well again');
      assert.equal(run.host.troubles.at(-1), null);
      assert.deepEqual((await afterCrash(run)).found, ['a', 'b']);
    });
  }

  test('and then loses what it was to sync holds up commits until it is written again', async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const run = await opened(new SimulatedDisk(seed));
      enqueue(run.log, 0, ['a', 'b']);
      const isDurable = commitOf(run.journal);
      // The write has begun; its sync follows.
      run.disk.failAt(run.disk.operationCount + 1, 'EIO');
      run.host.until(isDurable, 'it is written again');
      assert.deepEqual((await afterCrash(run)).found, ['a', 'b'], `seed ${seed}`);
    }
  });

  test('asks for patience when very much gathers meanwhile', async () => {
    const run = await opened();
    const pressure: boolean[] = [];
    run.journal.onPressure = (isHigh) => pressure.push(isHigh);
    run.disk.failAll('EIO');
    for (let i = 0; i < 20; i++) {
      run.log.enqueue(i, messageOf('x'.repeat(1_000_000)));
      run.journal.commit();
      run.host.rest(10);
    }
    assert.deepEqual(pressure, [true]);
    run.disk.failAll(null);
    run.host.until(commitOf(run.journal), 'the disk is well again');
    assert.deepEqual(pressure, [true, false]);
  });

  test('does not keep the journal from being closed', async () => {
    const run = await opened();
    enqueue(run.log, 0, ['confirmed']);
    run.host.until(commitOf(run.journal), 'it is durable');
    run.disk.failAll('ENOSPC');
    enqueue(run.log, 1, ['never confirmed']);
    const isDurable = commitOf(run.journal);
    await run.host.drive(run.journal.close());
    assert.equal(isDurable(), false);
    assert.equal(run.disk.openFileCount, 0);
    assert.deepEqual((await afterCrash(run)).found.slice(0, 1), ['confirmed']);
  });

  test('keeps what a page could not take where it was', async () => {
    const run = await opened();
    enqueue(run.log, 0, ['a', 'b']);
    run.host.until(commitOf(run.journal), 'the messages are durable');
    run.disk.failAll('ENOSPC');
    const written: boolean[] = [];
    run.log.writePage(contentsOf(0, ['a', 'b']), (page) => written.push(page !== null));
    run.host.rest(10);
    assert.deepEqual(written, [false]);
    assert.equal(run.host.troubles.at(-1)?.code, 'ENOSPC');
    assert.deepEqual((await afterCrash(run)).found, ['a', 'b']);
  });

  test('to sync segments keeps the log that has the same', async () => {
    const run = await opened();
    enqueue(run.log, 0, ['kept']);
    run.log.writePage(contentsOf(0, ['kept']), () => {});
    run.host.rest(10);
    run.disk.failAll('EIO');
    // Much passes through: files of the log would go.
    const other = run.journal.openLog(1, 0);
    for (let i = 0; i < 200; i++) {
      run.disk.failAll(i % 2 === 0 ? 'EIO' : null);
      other.enqueue(i, messageOf('x'.repeat(200)));
      other.settle(i);
      const isDurable = commitOf(run.journal);
      run.host.rest(300);
      run.disk.failAll(null);
      run.host.until(isDurable, 'the disk is well again');
    }
    assert.deepEqual((await afterCrash(run)).found, ['kept']);
  });
});

describe('a bit that flips', () => {
  test('in the middle of the log is reported, and takes one message with it', async () => {
    const run = await opened();
    for (const [i, body] of ['first', 'second', 'third'].entries()) {
      enqueue(run.log, i, [body]);
      run.host.until(commitOf(run.journal), 'it is durable');
    }
    const path = only(run.disk, LOG_DIRECTORY);
    run.disk.flipBit(path, placeOf(run.disk, path, 'second'), 3);
    const next = await afterCrash(run);
    assert.deepEqual(next.found, ['first', 'third']);
    assert.deepEqual(next.host.log.complaints, [
      'error the journal is damaged: what these octets held is lost',
    ]);
  });

  test('in the header of a file of the log is reported, and takes nothing with it', async () => {
    const run = await opened();
    for (const [i, body] of ['first', 'second'].entries()) {
      enqueue(run.log, i, [body]);
      run.host.until(commitOf(run.journal), 'it is durable');
    }
    run.disk.flipBit(only(run.disk, LOG_DIRECTORY), 2, 0);
    const next = await afterCrash(run);
    assert.deepEqual(next.found, ['first', 'second']);
    assert.equal(next.host.log.complaints.length, 1);
  });

  test('in a page is reported when it is read, and takes one message with it', async () => {
    const run = await opened();
    enqueue(run.log, 0, ['first', 'second', 'third']);
    run.host.until(commitOf(run.journal), 'they are durable');
    // The recovery moves them to a page.
    const next = await afterCrash(run);
    const path = only(next.disk, SEGMENT_DIRECTORY);
    next.disk.flipBit(path, placeOf(next.disk, path, 'second'), 3);
    const last = await afterCrash(next);
    assert.deepEqual(last.found, ['first', 'third']);
    assert.deepEqual(last.host.log.complaints, ['error messages on disk are damaged and lost']);
  });

  test('in the header of a page is reported, and takes only that page with it', async () => {
    const run = await opened();
    const other = run.journal.openLog(1, 0);
    enqueue(run.log, 0, ['first']);
    enqueue(other, 0, ['of another queue']);
    run.host.until(commitOf(run.journal), 'they are durable');
    const next = await afterCrash(run);
    const path = only(next.disk, SEGMENT_DIRECTORY);
    // Headers of pages take 64 octets each, as that of the file does.
    next.disk.flipBit(path, 70, 3);
    const last = await afterCrash(next);
    assert.deepEqual(last.found, []);
    const others = bodiesOf(last.journal.openLog(1, 0).pages);
    assert.deepEqual(others, [[0, 'of another queue']]);
    assert.match(last.host.log.complaints.join(), /a segment is damaged/u);
  });
});

describe('a journal', () => {
  test('of which the last batch is torn has all that was confirmed', async () => {
    const run = await opened();
    enqueue(run.log, 0, ['confirmed']);
    run.host.until(commitOf(run.journal), 'it is durable');
    enqueue(run.log, 1, ['x'.repeat(3000)]);
    commitOf(run.journal);
    run.host.until(() => !run.disk.step(), 'all of it is written');
    const path = only(run.disk, LOG_DIRECTORY);
    const file = run.disk.open(path, 'existing');
    file.truncate(file.size() - 1000);
    file.sync(() => {});
    run.disk.settle();
    const next = await afterCrash(run);
    assert.deepEqual(next.found, ['confirmed']);
    assert.deepEqual(next.host.log.complaints, []);
  });

  for (const [what, directory] of [
    ['log', LOG_DIRECTORY],
    ['segments', SEGMENT_DIRECTORY],
  ] as const) {
    test(`with ${what} of a newer version is refused, and stays as it is`, async () => {
      const run = await opened();
      enqueue(run.log, 0, ['a']);
      run.host.until(commitOf(run.journal), 'it is durable');
      const { disk } = await afterCrash(run);
      const path = only(disk, directory);
      const file = disk.open(path, 'existing');
      const head = Buffer.alloc(64);
      file.readSync(head, 0);
      head.writeUInt32LE(head.readUInt32LE(8) + 1, 8);
      head.writeUInt32LE(crc32(head.subarray(0, 60)), 60);
      file.write(head, 0, () => {});
      disk.settle();
      const before = contentsOfAll(disk);
      await assert.rejects(new JournalHost(disk, FILE_SIZE).open(), /newer Leveret/u);
      assert.deepEqual(contentsOfAll(disk), before);
    });
  }
});

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
