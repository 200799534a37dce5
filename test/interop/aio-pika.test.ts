// aio-pika, the client for Python's asyncio, with the program in aio-pika/.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { python, whyNoPython } from './python-programs.ts';
import { ENDINGS, NO_RESTART, runThroughRestart } from './restarts.ts';
import { errorScenario, SCENARIOS, testScenarios, type Scenario } from './scenarios.ts';

const aioPika = {
  skip: whyNoPython(),
  command: () => [python(), 'test/interop/aio-pika/client.py'],
};

/** What it tells where the library does not tell what others do. */
function asAioPikaTells(scenario: Scenario): Scenario {
  const { name, told } = scenario;
  if (name === 'return') {
    // It takes the returned message for the confirm, or raises an error, as its user wants.
    return { ...scenario, told: [told[0]!, { event: 'raised', code: 312 }] };
  }
  if (name === 'errors') {
    // It does not expect to be refused here.
    const when = 'missing virtual host';
    const own = { event: 'error', when, other: 'InvalidFrameError' };
    return { ...scenario, told: told.map((event) => (event['when'] === when ? own : event)) };
  }
  return scenario;
}

describe('aio-pika', { skip: aioPika.skip, concurrency: true }, () => {
  test('performs', async (t) => {
    const login = 'Login was refused using authentication mechanism PLAIN';
    const refusal = `ACCESS_REFUSED - ${login}. For details see the broker logfile.`;
    const scenarios = [...SCENARIOS, errorScenario(refusal, 'byte')];
    await testScenarios(t, aioPika, scenarios.map(asAioPikaTells));
  });

  for (const [what, signal] of ENDINGS) {
    const skip = aioPika.skip === false ? NO_RESTART : aioPika.skip;

    test(`recovers with all that it declared when the broker ${what}`, { skip }, async (t) => {
      const program = await runThroughRestart(t, aioPika, 'recover', signal);
      const [closed] = program.told('closed');
      const isStop = signal === 'SIGTERM';
      assert.match(String(closed?.['text']), isStop ? /CONNECTION_FORCED/u : /reset|closed/u);
    });
  }
});
