// Reading a file that people write: whole, bounded, and refused in words where it cannot be.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  kindOfPath,
  readSmallFile,
  UnreadableFileError,
  whyUnreadable,
} from '../../../src/runtime/small-file.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

function complaint(path: string): string {
  try {
    readSmallFile(path, 1024);
  } catch (error) {
    assert.ok(error instanceof UnreadableFileError);
    return error.message;
  }
  return assert.fail('the file was read');
}

describe('a small file', () => {
  test('is read whole, up to the limit', (t) => {
    const path = join(temporaryDirectory(t), 'x');
    writeFileSync(path, 'a'.repeat(1024));
    assert.equal(readSmallFile(path, 1024).length, 1024);
  });

  test('is refused beyond the limit, however large', (t) => {
    const path = join(temporaryDirectory(t), 'x');
    writeFileSync(path, '');
    truncateSync(path, 100_000_000_000);
    assert.equal(complaint(path), 'is larger than 1 KiB');
  });

  test('is no device, pipe or directory', (t) => {
    const directory = temporaryDirectory(t);
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of ['/dev/zero', pipe, directory]) {
      assert.equal(complaint(path), 'is not a file');
    }
    assert.equal(whyUnreadable(pipe), 'is not a file');
  });

  test('is refused in words when it is absent or a link to itself', (t) => {
    const directory = temporaryDirectory(t);
    assert.equal(complaint(join(directory, 'absent')), 'does not exist');
    const loop = join(directory, 'loop');
    symlinkSync(loop, loop);
    assert.equal(complaint(loop), 'is a link that leads nowhere');
    assert.equal(kindOfPath(join(directory, 'absent')), 'absent');
    assert.equal(kindOfPath(directory), 'directory');
  });
});
