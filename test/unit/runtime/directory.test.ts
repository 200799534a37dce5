// What stands in the way of a data directory, on a real file system.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { directoryProblem } from '../../../src/runtime/directory.ts';

describe('directoryProblem', () => {
  let directory = '';
  let file = '';

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'leveret-directory-'));
    file = join(directory, 'file');
    writeFileSync(file, '');
  });

  after(() => rmSync(directory, { recursive: true }));

  test('finds nothing wrong with a directory of ours', () => {
    assert.equal(directoryProblem(directory), null);
  });

  test('finds nothing wrong with a path that can be made', () => {
    assert.equal(directoryProblem(join(directory, 'not', 'yet', 'there')), null);
  });

  test('refuses a file', () => {
    assert.equal(directoryProblem(file), `${file} is not a directory`);
  });

  test('refuses a path through a file', () => {
    const path = join(file, 'below');
    assert.equal(directoryProblem(path), `a part of ${path} is not a directory`);
  });

  test('refuses a name that no file system takes', () => {
    const path = join(directory, 'x'.repeat(300));
    assert.equal(directoryProblem(path), `${path} is too long for a path`);
  });
});
