import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { countOpenFiles } from '../../../src/runtime/open-files.ts';

const skip = process.platform === 'linux' ? false : 'only Linux tells';

test('open files are counted, and fewer than there may be', { skip }, async () => {
  const files = Array.from({ length: 100 }, () => openSync('/dev/null', 'r'));
  const { used, limit } = (await countOpenFiles()) ?? { used: 0, limit: 0 };
  for (const file of files) closeSync(file);
  assert.ok(used > 100 && used < limit);
});
