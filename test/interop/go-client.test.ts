// The Go client of RabbitMQ's team, github.com/rabbitmq/amqp091-go, with the program in go/.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { join } from 'node:path';
import { compileGo } from '../support/compiled-programs.ts';
import { ENDINGS, NO_RESTART, runThroughRestart } from './restarts.ts';
import { compiledClient, errorScenario, SCENARIOS, testScenarios } from './scenarios.ts';

const go = compiledClient(compileGo(), (directory) => [join(directory, 'client')]);
const CHANGES = [
  { event: 'changed', from: 'open', to: 'reconnecting' },
  { event: 'changed', from: 'reconnecting', to: 'open' },
];

describe('the Go client', { skip: go.skip, concurrency: true }, () => {
  test('performs', async (t) => {
    // The text is the client's own. It does not say that it understands a closing with 403, so the
    // broker is silent for three seconds, and closes the socket.
    const errors = errorScenario('username or password not allowed');
    await testScenarios(t, go, [...SCENARIOS, errors]);
  });

  for (const [what, signal] of ENDINGS) {
    const skip = go.skip === false ? NO_RESTART : go.skip;

    test(`hears by NotifyClose that the broker ${what}, dials again and goes on`, {
      skip,
    }, async (t) => {
      const program = await runThroughRestart(t, go, 'reconnect', signal);
      const [closed] = program.told('closed');
      const { text, ...rest } = closed ?? { text: null };
      const isStop = signal === 'SIGTERM';
      assert.deepEqual(rest, { event: 'closed', code: isStop ? 320 : 501, byServer: isStop });
      assert.match(String(text), isStop ? /^CONNECTION_FORCED - broker forced/u : /EOF|reset/u);
    });

    test(`recovers with all that it declared by itself when the broker ${what}`, {
      skip,
    }, async (t) => {
      const program = await runThroughRestart(t, go, 'recover', signal);
      assert.deepEqual(program.told('changed'), CHANGES);
    });
  }
});
