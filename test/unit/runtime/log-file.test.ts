// A log in a file: what is written, when the file is begun anew, what becomes of the old ones.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { LogFile, type LogFileOptions } from '../../../src/runtime/log-file.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

interface Opened {
  readonly log: LogFile;
  readonly directory: string;
  readonly path: string;
  readonly troubles: unknown[];
}

function open(t: TestContext, options: Partial<LogFileOptions> = {}): Opened {
  const directory = join(temporaryDirectory(t), 'new');
  const path = join(directory, 'x.log');
  const troubles: unknown[] = [];
  const log = new LogFile({
    path,
    rotationSize: 0,
    rotationCount: 2,
    isCompressed: false,
    onTrouble: (error) => troubles.push(error),
    ...options,
  });
  return { log, directory, path, troubles };
}

describe('a log file', () => {
  test('is made with its directory, and grows', (t) => {
    const { log, path } = open(t);
    log.write('a\n');
    log.write('b\n');
    assert.equal(readFileSync(path, 'utf8'), 'a\nb\n');
  });

  test('is begun anew when the next line would make it too large', (t) => {
    const { log, directory, path } = open(t, { rotationSize: 4 });
    for (const line of ['a\n', 'b\n', 'c\n', 'd\n', 'e\n', 'f\n', 'g\n']) log.write(line);
    assert.deepEqual(readdirSync(directory).toSorted(), ['x.log', 'x.log.0', 'x.log.1']);
    assert.equal(readFileSync(path, 'utf8'), 'g\n');
    assert.equal(readFileSync(`${path}.0`, 'utf8'), 'e\nf\n');
    assert.equal(readFileSync(`${path}.1`, 'utf8'), 'c\nd\n');
  });

  test('keeps no old file where none is wanted', (t) => {
    const { log, directory, path } = open(t, { rotationSize: 2, rotationCount: 0 });
    log.write('a\n');
    log.write('b\n');
    assert.deepEqual(readdirSync(directory), ['x.log']);
    assert.equal(readFileSync(path, 'utf8'), 'b\n');
  });

  test('takes a line that is larger than a file may be', (t) => {
    const { log, path } = open(t, { rotationSize: 2 });
    log.write('long\n');
    assert.equal(readFileSync(path, 'utf8'), 'long\n');
  });

  test('is compressed when it is old', async (t) => {
    const { log, path } = open(t, { rotationSize: 2, isCompressed: true });
    log.write('a\n');
    log.write('b\n');
    const deadline = Date.now() + 10_000;
    while (existsSync(`${path}.0`) && Date.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(gunzipSync(readFileSync(`${path}.0.gz`)).toString(), 'a\n');
  });

  test('goes on in a new one when somebody has moved it away', (t) => {
    const { log, path } = open(t);
    log.write('a\n');
    renameSync(path, `${path}.old`);
    log.reopen();
    log.write('b\n');
    assert.equal(readFileSync(path, 'utf8'), 'b\n');
  });

  test('tells once what went wrong, and never throws', (t) => {
    const { log, troubles } = open(t, { path: '/dev/full' });
    log.write('a\n');
    log.write('b\n');
    assert.equal(troubles.length, 1);
    assert.match(String(troubles[0]), /ENOSPC/u);
  });
});
