// The examples of an embedded broker are run as their readers would run them, and import 'leveret'
// by the package's own name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Program } from '../support/program.ts';

/** Without what tells a child of node:test to report to its parent, or vitest what to name itself. */
const ENVIRONMENT = { NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined, NO_COLOR: '1' };

test('the example for node:test passes', async (t) => {
  const program = new Program(
    t,
    [
      process.execPath,
      '--conditions=leveret-source',
      '--test',
      '--test-reporter=tap',
      'examples/embedding/with-node-test.test.ts',
    ],
    ENVIRONMENT,
  );
  const code = await program.ended();
  const report = program.lines.join('\n');
  assert.equal(code, 0, report);
  assert.match(report, /^# pass 3$/mu);
});

test('the example for vitest passes', async (t) => {
  const program = new Program(
    t,
    [
      process.execPath,
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'examples/embedding/vitest.config.ts',
    ],
    ENVIRONMENT,
  );
  const code = await program.ended();
  const report = program.lines.join('\n');
  assert.equal(code, 0, `${report}\n${program.errors}`);
  assert.match(report, /Tests\s+3 passed \(3\)/u);
});
