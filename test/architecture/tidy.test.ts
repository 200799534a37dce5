// The tree is tidy, and each rule notices when it is not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkBannedCalls } from './banned-calls.ts';
import { readTree } from './source-tree.ts';
import {
  checkLeftovers,
  checkLength,
  checkLockFile,
  checkMachinePaths,
  checkName,
  checkOpening,
  checkTitle,
} from './tidy-rules.ts';
import type { SourceFile } from './source-tree.ts';

type Rule = (file: SourceFile) => string[];

const RULES: ReadonlyArray<readonly [claim: string, rule: Rule]> = [
  ['uses time, randomness, files and sockets only where it may', checkBannedCalls],
  ['has no file that is too long', checkLength],
  ['has nothing left over from work in progress', checkLeftovers],
  ['opens each source file with a comment', checkOpening],
  ['names files by their content, in kebab-case', checkName],
  ['has one title in each document', checkTitle],
  ['has no path of one machine', checkMachinePaths],
  ['has a lock file that works behind any registry and on any platform', checkLockFile],
];

describe('the tree', () => {
  const files = readTree();
  for (const [claim, rule] of RULES) {
    test(claim, () => assert.deepEqual(files.flatMap(rule), []));
  }
});

/** Tests that the rule finds something in exactly the bad ones of these made-up files. */
function testRule(
  rule: Rule,
  samples: { readonly bad: readonly SourceFile[]; readonly good: readonly SourceFile[] },
): void {
  const name = ({ path, text }: SourceFile): string =>
    `${path} ${JSON.stringify(text.slice(0, 60))}`;
  for (const sample of samples.bad) {
    test(`refuses ${name(sample)}`, () => {
      const [finding, ...others] = rule(sample);
      assert.ok((finding ?? '').startsWith(`${sample.path}:`));
      assert.deepEqual(others, []);
    });
  }
  for (const sample of samples.good) {
    test(`accepts ${name(sample)}`, () => assert.deepEqual(rule(sample), []));
  }
}

/** The same text at one path; for rules about content. */
function at(path: string, ...texts: readonly string[]): SourceFile[] {
  return texts.map((text) => ({ path, text }));
}

/** The same text at several paths; for rules about places. */
function named(text: string, ...paths: readonly string[]): SourceFile[] {
  return paths.map((path) => ({ path, text }));
}

describe('the rule about banned calls', () => {
  testRule(checkBannedCalls, {
    bad: [
      ...at(
        'src/broker/x.ts',
        'const a = Date.now();',
        'const a = new Date();',
        'const a = performance.now();',
        'const a = process.hrtime.bigint();',
        'setTimeout(() => {}, 1);',
        'setInterval(() => {}, 1);',
        'setImmediate(() => {});',
        'const a = Math.random();',
        'const a = crypto.randomUUID();',
        `import { readFileSync } from 'node:fs';`,
        `import { open } from 'node:fs/promises';`,
        `import { createServer } from 'node:net';`,
        `import { setTimeout as sleep } from 'node:timers/promises';`,
        `import { createHash, randomBytes } from 'node:crypto';`,
        `import * as crypto from 'node:crypto';`,
        `const fs = await import('node:fs');`,
      ),
      ...named('Date.now();', 'src/main.ts', 'src/amqp/connection.ts', 'src/plugins/x/y.ts'),
      ...named('Math.random();', 'src/amqp/listener.ts', 'src/cli/perf/x.ts'),
      ...named(`import 'node:fs';`, 'src/amqp/listener.ts', 'src/cli/perf/x.ts'),
    ],
    good: [
      ...at(
        'src/broker/x.ts',
        '// Date.now() and setTimeout are banned',
        `const a = 'Date.now()';`,
        'socket.setTimeout(10);',
        'clock.now();',
        `import type { Socket } from 'node:net';`,
        `import { createHash, timingSafeEqual } from 'node:crypto';`,
      ),
      ...named('Date.now(); Math.random();', 'src/runtime/x.ts', 'test/x.ts', 'scripts/x.ts'),
      ...named(`import 'node:net';`, 'src/amqp/listener.ts', 'src/cli/x.ts', 'src/plugins/x/y.ts'),
      ...named('performance.now();', 'src/amqp/listener.ts', 'src/cli/perf/x.ts'),
    ],
  });
});

describe('the rule about length', () => {
  testRule(checkLength, {
    bad: [
      ...at('src/broker/x.ts', '\n'.repeat(401)),
      ...at('test/unit/x.test.ts', '\n'.repeat(601)),
    ],
    good: [
      ...at('src/broker/x.ts', '\n'.repeat(400)),
      ...at('test/unit/x.test.ts', '\n'.repeat(600)),
      ...named('\n'.repeat(5000), 'src/amqp/wire/generated/methods.ts', 'README.md'),
    ],
  });
});

describe('the rule about leftovers', () => {
  testRule(checkLeftovers, {
    bad: at(
      'test/unit/x.test.ts',
      '// FIXME: later',
      '/* TODO later */',
      '// XXX',
      `test.only('x', () => {});`,
      `describe.skip('x', () => {});`,
      `it.todo('x');`,
    ),
    good: at(
      'test/unit/x.test.ts',
      '// TODO(#12): later',
      `const text = 'FIXME test.only(';`,
      'array.only();',
      `test('x', () => {});`,
    ),
  });
});

describe('the rule about the opening comment', () => {
  testRule(checkOpening, {
    bad: at('src/broker/x.ts', 'const a = 1;', '\n// late', '//', ''),
    good: [
      ...at('src/broker/x.ts', '// What it is.\n', '/**\n * What it is.\n */\n'),
      ...at('src/main.ts', '#!/usr/bin/env node\n// What it is.\n'),
      ...at('scripts/x.ts', 'const a = 1;'),
    ],
  });
});

describe('the rule about names', () => {
  testRule(checkName, {
    bad: named(
      '',
      'src/broker/utils.ts',
      'src/broker/string-util.ts',
      'src/broker/helpers/x.ts',
      'test/support/test-helpers.ts',
      'src/broker/queue-manager.ts',
      'src/broker/queueRef.ts',
      'src/broker/queue_ref.ts',
    ),
    good: named(
      '',
      'src/broker/queue-ref.ts',
      'test/unit/queue-ref.test.ts',
      'src/plugins/management/x.ts',
      'README.md',
    ),
  });
});

describe('the rule about titles', () => {
  testRule(checkTitle, {
    bad: at('docs/x.md', '', 'text\n', '# One\n# Two\n', 'text\n# Late\n', '## Lower\n'),
    good: [
      ...at('docs/x.md', '# One\n## Part\n', '# One\n```\n# a comment\n```\n'),
      ...at('src/x.ts', ''),
    ],
  });
});

describe('the rule about paths of one machine', () => {
  // Composed, so that this file passes the rule.
  const path = (...names: readonly string[]): string => ['', ...names, 'x'].join('/');
  testRule(checkMachinePaths, {
    bad: at(
      'docs/x.md',
      `see ${path('work')}`,
      `see "${path('home', 'ann')}"`,
      `see ${path('root')}`,
      `see ${path('Users', 'ann')}`,
    ),
    good: at('docs/x.md', 'see src/work/x', '/usr/bin/python3', 'https://e.org/work/x'),
  });
});

describe('the rule about the lock file', () => {
  const lock = (packages: object): string => JSON.stringify({ packages });
  const tool = { version: '1.0.0', optionalDependencies: { '@tool/linux-x64': '1.0.0' } };
  testRule(checkLockFile, {
    bad: at(
      'package-lock.json',
      lock({ 'node_modules/x': { resolved: 'https://mirror.example.org/x.tgz' } }),
      lock({ 'node_modules/tool': tool }),
    ),
    good: at(
      'package-lock.json',
      lock({ 'node_modules/x': { integrity: 'sha512-x' } }),
      lock({ 'node_modules/tool': tool, 'node_modules/@tool/linux-x64': { version: '1.0.0' } }),
    ),
  });
});
