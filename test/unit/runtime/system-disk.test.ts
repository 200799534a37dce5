// The real disk, in a directory of its own.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { systemDisk } from '../../../src/runtime/system-disk.ts';
import type { DiskError, DiskFile } from '../../../src/runtime/disk.ts';

const HELLO = Buffer.from('hello');

function write(file: DiskFile, octets: Uint8Array, position: number): Promise<DiskError | null> {
  return new Promise((resolve) => file.write(octets, position, resolve));
}

function sync(file: DiskFile): Promise<DiskError | null> {
  return new Promise((resolve) => file.sync(resolve));
}

function read(file: DiskFile, length: number, position: number): Promise<Buffer> {
  const target = Buffer.alloc(length);
  return new Promise((resolve, reject) => {
    file.read(target, position, (error, count) => {
      if (error === null) resolve(target.subarray(0, count));
      else reject(error);
    });
  });
}

describe('the disk of the system', () => {
  let directory = '';
  let fileCount = 0;
  let path = '';

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'leveret-disk-'));
  });

  after(() => rmSync(directory, { recursive: true }));

  beforeEach(() => {
    path = join(directory, `file-${fileCount++}`);
  });

  test('gives back what was written', async () => {
    const file = systemDisk.open(path, 'create');
    assert.equal(file.size(), 0);
    assert.equal(await write(file, HELLO, 3), null);
    assert.equal(await sync(file), null);
    assert.equal(file.size(), 8);
    assert.deepEqual(await read(file, 8, 0), Buffer.from('\0\0\0hello'));
    const target = Buffer.alloc(5);
    assert.equal(file.readSync(target, 3), 5);
    assert.deepEqual(target, HELLO);
    file.close();
  });

  test('calls back later', async () => {
    const file = systemDisk.open(path, 'create');
    const order: string[] = [];
    const written = write(file, HELLO, 0).then(() => order.push('written'));
    order.push('went on');
    await written;
    assert.deepEqual(order, ['went on', 'written']);
    file.close();
  });

  test('writes at many places at the same time', async () => {
    const file = systemDisk.open(path, 'create');
    const pieces = Array.from({ length: 50 }, (_, index) => Buffer.alloc(1000, index + 1));
    const results = await Promise.all(
      pieces.map((piece, index) => write(file, piece, index * 1000)),
    );
    assert.ok(results.every((error) => error === null));
    assert.equal(file.size(), 50_000);
    assert.deepEqual(await read(file, 50_000, 0), Buffer.concat(pieces));
    file.close();
  });

  test('reads only what there is', async () => {
    const file = systemDisk.open(path, 'create');
    await write(file, HELLO, 0);
    assert.deepEqual(await read(file, 100, 2), Buffer.from('llo'));
    assert.equal(file.readSync(Buffer.alloc(100), 2), 3);
    assert.deepEqual(await read(file, 100, 50), Buffer.alloc(0));
    assert.equal(file.readSync(Buffer.alloc(100), 50), 0);
    file.close();
  });

  test('shortens and lengthens a file', async () => {
    const file = systemDisk.open(path, 'create');
    await write(file, HELLO, 0);
    file.truncate(2);
    assert.equal(file.size(), 2);
    file.truncate(4);
    assert.equal(file.size(), 4);
    assert.deepEqual(await read(file, 10, 0), Buffer.from('he\0\0'));
    file.close();
  });

  test('opens what there is with its size', () => {
    writeFileSync(path, HELLO);
    const file = systemDisk.open(path, 'existing');
    assert.equal(file.size(), 5);
    file.close();
  });

  test('keeps files from other users', () => {
    systemDisk.open(path, 'create').close();
    assert.equal(statSync(path).mode & 0o007, 0);
  });

  test('refuses to make a file that is there', () => {
    writeFileSync(path, HELLO);
    assert.throws(() => systemDisk.open(path, 'create'), { code: 'EEXIST' });
  });

  test('refuses to open a file that is not there', () => {
    assert.throws(() => systemDisk.open(path, 'existing'), { code: 'ENOENT' });
  });

  test('refuses to close a file that is in use', async () => {
    const file = systemDisk.open(path, 'create');
    const written = write(file, HELLO, 0);
    assert.throws(() => file.close(), /is closed while it is in use/u);
    await written;
    file.close();
  });

  test('does nothing when a file is closed again', () => {
    const file = systemDisk.open(path, 'create');
    file.close();
    file.close();
  });

  test('refuses every use of a closed file', () => {
    const file = systemDisk.open(path, 'create');
    file.close();
    const closed = /is closed$/u;
    assert.throws(() => file.write(HELLO, 0, () => {}), closed);
    assert.throws(() => file.sync(() => {}), closed);
    assert.throws(() => file.readSync(Buffer.alloc(1), 0), closed);
    assert.throws(() => file.read(Buffer.alloc(1), 0, () => {}), closed);
    assert.throws(() => file.truncate(0), closed);
    assert.throws(() => file.size(), closed);
  });

  test('makes directories and those above them', () => {
    const deep = join(directory, 'a', 'b', 'c');
    systemDisk.makeDirectory(deep);
    systemDisk.makeDirectory(deep);
    assert.equal(statSync(deep).mode & 0o007, 0);
  });

  test('lists names in order, and none where there is no directory', () => {
    const listed = join(directory, 'listed');
    systemDisk.makeDirectory(listed);
    for (const name of ['b', 'c', 'a']) systemDisk.open(join(listed, name), 'create').close();
    systemDisk.syncDirectory(listed);
    assert.deepEqual(systemDisk.list(listed), ['a', 'b', 'c']);
    systemDisk.remove(join(listed, 'b'));
    assert.deepEqual(systemDisk.list(listed), ['a', 'c']);
    assert.deepEqual(systemDisk.list(join(directory, 'nowhere')), []);
  });

  test('tells why a directory cannot be listed', () => {
    writeFileSync(path, HELLO);
    assert.throws(() => systemDisk.list(path), { code: 'ENOTDIR' });
  });

  test('refuses to sync a directory that is not there', () => {
    assert.throws(() => systemDisk.syncDirectory(join(directory, 'nowhere')), { code: 'ENOENT' });
  });

  test('knows how much may still be written', () => {
    const free = systemDisk.freeOctets(directory);
    assert.ok(Number.isSafeInteger(free));
    assert.ok(free > 0);
  });
});

describe('a disk that is full', { skip: process.platform !== 'linux' }, () => {
  test('says so when it is written to', async () => {
    const file = systemDisk.open('/dev/full', 'existing');
    assert.equal((await write(file, HELLO, 0))?.code, 'ENOSPC');
    assert.equal(file.size(), 0);
    file.close();
  });
});
