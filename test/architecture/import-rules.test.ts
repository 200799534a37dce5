// The import table holds for the tree, and the check of it notices when it does not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { checkImports, findCycles, importsOf, ROOM_NAMES } from './import-rules.ts';
import { readTree } from './source-tree.ts';

/** What the checker says about one file with one import line. */
function verdict(path: string, imported: string): string[] {
  return checkImports([{ path, text: `import type { X } from '${imported}';` }]);
}

describe('the tree', () => {
  const files = readTree();

  test('has no import that the table forbids', () => {
    assert.deepEqual(checkImports(files), []);
  });

  test('has its rooms, and no others, in the table of CONTRIBUTING.md', () => {
    const guide = readFileSync('CONTRIBUTING.md', 'utf8');
    const [, table = ''] = /\| room \| may import \|\n(.*?)\n\n/su.exec(guide) ?? [];
    const told = table
      .split('\n')
      .slice(1)
      .flatMap((row) => row.split('|')[1]?.match(/(?<=`)[\w<>/-]+(?=`)/gu) ?? []);
    assert.deepEqual(told.toSorted(), [...new Set(ROOM_NAMES)].toSorted());
  });

  test('has no cycle of imports', () => {
    assert.deepEqual(findCycles(files), []);
  });
});

describe('the import check', () => {
  const forbidden: ReadonlyArray<readonly [from: string, imported: string]> = [
    ['src/runtime/clock.ts', '../config/settings.ts'],
    ['src/amqp/wire/frame.ts', '../../runtime/clock.ts'],
    ['src/amqp/wire/frame.ts', '../listener.ts'],
    ['src/amqp/channel.ts', '../store/journal.ts'],
    ['src/amqp/channel.ts', '../config/settings.ts'],
    ['src/broker/message.ts', '../amqp/channel.ts'],
    ['src/broker/message.ts', '../amqp/wire/frame.ts'],
    ['src/broker/message.ts', '../amqp/wire/generated/methods.ts'],
    ['src/broker/queue/queue.ts', '../../store/memory/memory-journal.ts'],
    ['src/store/journal.ts', '../broker/message.ts'],
    ['src/store/journal.ts', './memory/memory-journal.ts'],
    ['src/store/local/wal.ts', '../memory/memory-journal.ts'],
    ['src/access/users.ts', '../broker/vhost.ts'],
    ['src/config/settings.ts', '../broker/limits.ts'],
    ['src/cli/perf/run.ts', '../../broker/vhost.ts'],
    ['src/cli/start.ts', '../main.ts'],
    ['src/broker/vhost.ts', '../version.ts'],
    ['src/cluster/lease.ts', '../amqp/channel.ts'],
    ['src/plugins/management/index.ts', '../../broker/vhost.ts'],
    ['src/plugins/management/index.ts', '../shovel/shovel.ts'],
    ['src/broker/vhost.ts', '../../test/support/broker.ts'],
    ['examples/embedding.test.ts', '../src/index.ts'],
  ];
  for (const [from, imported] of forbidden) {
    test(`refuses ${imported} in ${from}`, () => {
      const [complaint, ...others] = verdict(from, imported);
      assert.match(complaint ?? '', /:1: .* may not import /u);
      assert.deepEqual(others, []);
    });
  }

  const allowed: ReadonlyArray<readonly [from: string, imported: string]> = [
    ['src/main.ts', './broker/vhost.ts'],
    ['src/amqp/channel.ts', './wire/generated/methods.ts'],
    ['src/amqp/channel.ts', '../broker/vhost.ts'],
    ['src/broker/message.ts', '../amqp/wire/field-table.ts'],
    ['src/broker/message.ts', '../amqp/wire/generated/properties.ts'],
    ['src/broker/queue/queue.ts', '../../store/journal.ts'],
    ['src/store/memory/memory-journal.ts', '../journal.ts'],
    ['src/cli/perf/run.ts', '../../amqp/wire/frame.ts'],
    ['src/cli/start.ts', '../version.ts'],
    ['src/cluster/lease.ts', '../store/jetstream/journal.ts'],
    ['src/plugins/management/index.ts', '../plugin-api.ts'],
    ['src/broker/vhost.ts', 'node:assert'],
    ['examples/embedding.test.ts', 'leveret'],
  ];
  for (const [from, imported] of allowed) {
    test(`accepts ${imported} in ${from}`, () => {
      assert.deepEqual(verdict(from, imported), []);
    });
  }

  test('refuses a file outside the rooms', () => {
    assert.deepEqual(checkImports([{ path: 'src/misplaced/file.ts', text: '' }]), [
      'src/misplaced/file.ts: belongs to no room of the import table',
    ]);
  });

  test('sees imports of every form, with their lines, and none in comments and strings', () => {
    const text = [
      `// import './in-comment.ts';`,
      `import './effect.ts';`,
      `import {`,
      `  type A,`,
      `} from './static.ts';`,
      `import type { B } from '../up.ts';`,
      `export * from './all.ts';`,
      `export type { C } from './named.ts';`,
      `export const text = "import './in-string.ts'";`,
      `export const loaded = await import('./dynamic.ts');`,
      `export type D = import('./in-type.ts').D;`,
      `import fs from 'node:fs';`,
    ].join('\n');
    const found = importsOf({ path: 'src/broker/x.ts', text }).map(({ to, place }) => [to, place]);
    assert.deepEqual(Object.fromEntries(found), {
      'src/broker/effect.ts': 'src/broker/x.ts:2',
      'src/broker/static.ts': 'src/broker/x.ts:5',
      'src/up.ts': 'src/broker/x.ts:6',
      'src/broker/all.ts': 'src/broker/x.ts:7',
      'src/broker/named.ts': 'src/broker/x.ts:8',
      'src/broker/dynamic.ts': 'src/broker/x.ts:10',
      'src/broker/in-type.ts': 'src/broker/x.ts:11',
      'node:fs': 'src/broker/x.ts:12',
    });
  });
});

describe('the cycle check', () => {
  test('finds a cycle, type-only imports included', () => {
    const cycles = findCycles([
      { path: 'src/a.ts', text: `import { b } from './b.ts';` },
      { path: 'src/b.ts', text: `import type { C } from './c/c.ts';` },
      { path: 'src/c/c.ts', text: `export * from '../a.ts';` },
    ]);
    assert.deepEqual(cycles, ['src/a.ts -> src/b.ts -> src/c/c.ts -> src/a.ts']);
  });

  test('finds a file that imports itself', () => {
    assert.deepEqual(findCycles([{ path: 'src/a.ts', text: `import './a.ts';` }]), [
      'src/a.ts -> src/a.ts',
    ]);
  });

  test('has nothing against two ways to one file', () => {
    const cycles = findCycles([
      { path: 'src/a.ts', text: `import './b.ts'; import './c.ts';` },
      { path: 'src/b.ts', text: `import './d.ts';` },
      { path: 'src/c.ts', text: `import './d.ts';` },
      { path: 'src/d.ts', text: '' },
    ]);
    assert.deepEqual(cycles, []);
  });
});
