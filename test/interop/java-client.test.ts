// RabbitMQ's Java client, com.rabbitmq:amqp-client, with the program in java/.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileJava } from '../support/compiled-programs.ts';
import { ENDINGS, NO_RESTART, runThroughRestart } from './restarts.ts';
import { compiledClient, errorScenario, SCENARIOS, testScenarios } from './scenarios.ts';

const java = compiledClient(compileJava(), (directory) => [
  'java',
  // Starts sooner than it would with all optimisations.
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-cp',
  `${directory}/classes:${directory}/lib/*`,
  'Client',
]);

describe('the Java client', { skip: java.skip, concurrency: true }, () => {
  test('performs', async (t) => {
    const login = 'Login was refused using authentication mechanism PLAIN';
    const errors = errorScenario(`ACCESS_REFUSED - ${login}. For details see the broker logfile.`);
    await testScenarios(t, java, [...SCENARIOS, errors]);
  });

  for (const [what, signal] of ENDINGS) {
    const skip = java.skip === false ? NO_RESTART : java.skip;

    test(`recovers with all that it declared when the broker ${what}`, { skip }, async (t) => {
      const program = await runThroughRestart(t, java, 'recover', signal);
      const [closed] = program.told('closed');
      const isStop = signal === 'SIGTERM';
      assert.equal(closed?.['code'], isStop ? 320 : 0);
      assert.match(String(closed?.['text']), isStop ? /^CONNECTION_FORCED - /u : /EOF|reset/u);
      // The queue that the broker named has another name now, and the messages of its binding.
      assert.deepEqual(
        program.told('queue').map(({ renamed }) => renamed),
        [false, true],
      );
      await program.untilTold('received too', 2);
    });
  }
});
