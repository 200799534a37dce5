// Hop, the Java client of the management API (com.rabbitmq:http-client), with the program in hop/.
import { describe, test } from 'node:test';
import { compileHop } from '../support/compiled-programs.ts';
import { CLIENTS, SHARED_SCENARIOS, testApiScenarios } from './api-scenarios.ts';
import { compiledClient } from './scenarios.ts';

const hop = compiledClient(compileHop(), (directory) => [
  'java',
  // Starts sooner than it would with all optimisations.
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-cp',
  `${directory}/classes:${directory}/lib/*`,
  'Api',
]);

describe('programs with Hop', { skip: hop.skip }, () => {
  test('perform', async (t) => {
    await testApiScenarios(t, hop, { ...SHARED_SCENARIOS, ...CLIENTS });
  });
});
