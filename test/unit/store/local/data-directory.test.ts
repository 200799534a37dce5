// The data directory: who may have it, and which are refused, untouched and with one line that says what to do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, test, type TestContext } from 'node:test';
import { silentLogger } from '../../../../src/runtime/logger.ts';
import { systemDisk } from '../../../../src/runtime/system-disk.ts';
import { systemTimers } from '../../../../src/runtime/timers.ts';
import { DataDirectoryError } from '../../../../src/store/local/data-directory-error.ts';
import {
  openDataDirectory,
  type DataDirectory,
} from '../../../../src/store/local/data-directory.ts';
import { FORMAT_VERSION } from '../../../../src/store/local/definition-database.ts';

const OPTIONS = { disk: systemDisk, timers: systemTimers, log: silentLogger };

let parent = '';
let count = 0;
let path = '';

before(() => {
  parent = mkdtempSync(join(tmpdir(), 'leveret-directory-'));
});
after(() => rmSync(parent, { recursive: true }));
beforeEach(() => {
  path = join(parent, String(count++), 'data');
});

function open(t: TestContext): DataDirectory {
  const directory = openDataDirectory({ path, ...OPTIONS });
  t.after(() => directory.definitions.close());
  return directory;
}

/** Opens it, closes it, and gives the database to `change`. */
async function prepared(t: TestContext, change: (file: string) => void): Promise<void> {
  const { definitions } = open(t);
  await definitions.put({ kind: 'queue', key: 'q', value: {} });
  await definitions.close();
  change(join(path, 'definitions.sqlite'));
}

function refusal(): string {
  try {
    openDataDirectory({ path, ...OPTIONS });
  } catch (error) {
    assert.ok(error instanceof DataDirectoryError, String(error));
    assert.doesNotMatch(error.message, /\n/u);
    return error.message;
  }
  throw new Error('the directory was not refused');
}

describe('a data directory', () => {
  test('is made with those above it, for its owner alone', (t) => {
    const directory = open(t);
    assert.equal(directory.path, path);
    assert.equal(directory.journalPath, join(path, 'journal'));
    assert.equal(directory.segmentsPath, join(path, 'segments'));
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o700);
  });

  test('is refused to a second broker in the same process', (t) => {
    open(t);
    assert.ok(refusal().startsWith(`The data directory ${path} is in use by another Leveret: `));
  });

  test('is refused to a second process at once, and free when the first has closed it', async (t) => {
    const directory = open(t);
    const opener = new URL('../../../../src/store/local/data-directory.ts', import.meta.url).href;
    const source = `
      import { openDataDirectory } from ${JSON.stringify(opener)};
      try {
        openDataDirectory({ path: ${JSON.stringify(path)}, disk: {
          makeDirectory() {}, syncDirectory() {}, open() { return { close() {} }; },
        }, log: { error: console.log } });
        console.log('opened');
      } catch (error) {
        console.log(error.name, error.message);
      }`;
    const tryInProcess = (): string =>
      spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' })
        .stdout;
    assert.match(tryInProcess(), /^DataDirectoryError The data directory .* is in use/u);
    await directory.definitions.close();
    assert.equal(tryInProcess(), 'opened\n');
  });

  test('of a newer version is refused, and not an octet of it changes', async (t) => {
    await prepared(t, (file) => {
      const database = new DatabaseSync(file);
      database.exec(`PRAGMA user_version = ${FORMAT_VERSION + 1}`);
      database.close();
    });
    const file = join(path, 'definitions.sqlite');
    const octets = readFileSync(file);
    assert.match(refusal(), /was written by a newer Leveret \(format 2, this one knows 1\)/u);
    assert.deepEqual(readFileSync(file), octets);
  });

  test('with the database of another program is refused', () => {
    mkdirSync(path, { recursive: true });
    const database = new DatabaseSync(join(path, 'definitions.sqlite'));
    database.exec('CREATE TABLE songs (title TEXT)');
    database.close();
    assert.match(refusal(), /is not a file of Leveret/u);
  });

  test('whose definitions are no database is refused', async (t) => {
    await prepared(t, (file) => writeFileSync(file, 'x'.repeat(20_000)));
    assert.match(refusal(), /definitions\.sqlite is damaged \(file is not a database\)/u);
  });

  test('whose definitions are damaged somewhere is refused', async (t) => {
    await prepared(t, (file) => {
      const octets = readFileSync(file);
      octets.fill(0xff, 4096, 8192);
      writeFileSync(file, octets);
    });
    assert.match(refusal(), /definitions\.sqlite is damaged/u);
  });

  test('whose definitions were cut off is refused', async (t) => {
    await prepared(t, (file) => writeFileSync(file, readFileSync(file).subarray(0, 4096)));
    assert.match(refusal(), /definitions\.sqlite is damaged/u);
  });

  test('that is a file is refused', () => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
    assert.match(refusal(), /^The data directory .* cannot be used \(EEXIST/u);
  });
});
