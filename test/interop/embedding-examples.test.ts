// The examples of an embedded broker are run as their readers would run them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Program } from '../support/program.ts';

test('the example for node:test passes', async (t) => {
  const program = new Program(t, [
    process.execPath,
    '--conditions=leveret-source',
    '--test',
    'examples/embedding/with-node-test.test.ts',
  ]);
  assert.equal(await program.ended(), 0, program.lines.join('\n'));
});

test('the example for vitest passes', async (t) => {
  const program = new Program(t, [
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'examples/embedding/vitest.config.ts',
  ]);
  assert.equal(await program.ended(), 0, program.lines.join('\n') + program.errors);
});
