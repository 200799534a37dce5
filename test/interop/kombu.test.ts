// kombu, which Celery is built on, with the program in kombu/.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { python, whyNoPython } from './python-programs.ts';
import { ENDINGS, NO_RESTART, runThroughRestart } from './restarts.ts';
import { errorScenario, SCENARIOS, testScenarios } from './scenarios.ts';

const kombu = {
  skip: whyNoPython(),
  command: () => [python(), 'test/interop/kombu/client.py'],
};

describe('kombu', { skip: kombu.skip, concurrency: true }, () => {
  test('performs', async (t) => {
    const login = 'Login was refused using authentication mechanism PLAIN';
    const errors = errorScenario(`ACCESS_REFUSED - ${login}. For details see the broker logfile.`);
    await testScenarios(t, kombu, [...SCENARIOS, errors]);
  });

  for (const [what, signal] of ENDINGS) {
    const skip = kombu.skip === false ? NO_RESTART : kombu.skip;

    test(`declares and consumes again when the broker ${what}`, { skip }, async (t) => {
      const program = await runThroughRestart(t, kombu, 'recover', signal);
      assert.equal(program.told('revived').length, 2);
    });
  }
});
