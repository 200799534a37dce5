// Which files are read, in which order, and what is said of those that cannot be.
import assert from 'node:assert/strict';
import { dirname, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigFiles, type FileReader, type FilesRead } from '../../../src/config/config-files.ts';
import { UnreadableFileError } from '../../../src/runtime/small-file.ts';

/** A file system of these files. */
function readerOf(files: Readonly<Record<string, string>>): FileReader {
  const byPath = new Map(Object.entries(files).map(([path, text]) => [resolve(path), text]));
  const childrenOf = (directory: string): string[] =>
    [...byPath.keys()]
      .filter((path) => dirname(path) === resolve(directory))
      .map((path) => path.slice(resolve(directory).length + 1))
      .toSorted();
  return {
    read: (path) => {
      const text = byPath.get(resolve(path));
      if (text === undefined) throw new UnreadableFileError('does not exist');
      return Buffer.from(text);
    },
    kindOf: (path) => {
      if (byPath.has(resolve(path))) return 'file';
      return childrenOf(path).length > 0 ? 'directory' : 'absent';
    },
    namesIn: childrenOf,
  };
}

function read(files: Readonly<Record<string, string>>, paths?: readonly string[]): FilesRead {
  const configFiles = new ConfigFiles(readerOf(files));
  return paths === undefined ? configFiles.readDefault() : configFiles.read(paths);
}

/** The values in the order in which they were said. */
function values({ entries }: FilesRead): string[] {
  return entries.map((entry) => ('problem' in entry ? entry.problem : entry.text));
}

describe('configuration files', () => {
  test('are leveret.conf, and what is in conf.d beside it, in lexical order', () => {
    const found = read({
      'leveret.conf': 'a = main',
      'conf.d/20-b.conf': 'a = second',
      'conf.d/10-a.conf': 'a = first',
      'conf.d/30-c.conf.bak': 'a = third',
      'conf.d/.hidden.conf': 'a = fourth',
    });
    assert.deepEqual(values(found), ['main', 'first', 'second']);
    assert.deepEqual(found.files, ['leveret.conf', 'conf.d/10-a.conf', 'conf.d/20-b.conf']);
  });

  test('are none where there is no leveret.conf', () => {
    assert.deepEqual(read({ 'conf.d/a.conf': 'a = b' }).files, []);
  });

  test('are those of a directory, in lexical order', () => {
    const found = read({ '/etc/x/b.conf': 'a = 2', '/etc/x/a.conf': 'a = 1' }, ['/etc/x']);
    assert.deepEqual(values(found), ['1', '2']);
  });

  test('may be named without their ending, as RabbitMQ’s variable does', () => {
    assert.deepEqual(values(read({ '/etc/r/rabbitmq.conf': 'a = 1' }, ['/etc/r/rabbitmq'])), ['1']);
  });

  test('that are absent are told', () => {
    assert.deepEqual(values(read({}, ['absent.conf'])), ['absent.conf does not exist']);
  });
});

describe('an included file', () => {
  test('is found from where it is included, and read in its place', () => {
    const found = read(
      { '/e/main.conf': 'a = 1\ninclude more/x.conf\na = 3', '/e/more/x.conf': 'a = 2' },
      ['/e/main.conf'],
    );
    assert.deepEqual(values(found), ['1', '2', '3']);
  });

  test('may be several, by a pattern', () => {
    const files = {
      '/e/m.conf': 'include p/*.conf',
      '/e/p/b.conf': 'a = 2',
      '/e/p/a.conf': 'a = 1',
    };
    assert.deepEqual(values(read({ ...files, '/e/p/c.txt': 'a = 3' }, ['/e/m.conf'])), ['1', '2']);
  });

  test('is told when it includes itself by way of others', () => {
    const files = { '/e/a.conf': 'include b.conf', '/e/b.conf': 'x = 1\ninclude a.conf' };
    assert.deepEqual(values(read(files, ['/e/a.conf'])), [
      '1',
      '/e/b.conf:2: the file includes itself',
    ]);
  });

  test('is told when it is absent', () => {
    assert.deepEqual(values(read({ '/e/a.conf': 'include b.conf' }, ['/e/a.conf'])), [
      '/e/b.conf does not exist',
    ]);
  });

  test('is told when files include each other without end', () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 30; index += 1) {
      files[`/e/${index}.conf`] = `include ${index + 1}.conf`;
    }
    assert.match(
      values(read(files, ['/e/0.conf'])).join(),
      /more than 10 files include each other/u,
    );
  });

  test('is read 500 times at most', () => {
    const twice = 'include a*.conf\ninclude a*.conf\n';
    const files: Record<string, string> = {};
    for (let index = 0; index < 9; index += 1) files[`/e/a${index}.conf`] = twice;
    const found = read(files, ['/e/a0.conf']);
    assert.ok(found.files.length <= 500);
    assert.ok(values(found).includes('More than 500 files'));
  });
});
