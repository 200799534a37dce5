// The Go client of the management API, github.com/michaelklishin/rabbit-hole, with the program in rabbit-hole/.
import { describe, test } from 'node:test';
import { join } from 'node:path';
import { compileRabbitHole } from '../support/compiled-programs.ts';
import { CLIENTS, SHARED_SCENARIOS, testApiScenarios } from './api-scenarios.ts';
import { compiledClient } from './scenarios.ts';

const rabbitHole = compiledClient(compileRabbitHole(), (directory) => [join(directory, 'client')]);

describe('programs with rabbit-hole', { skip: rabbitHole.skip }, () => {
  test('perform', async (t) => {
    await testApiScenarios(t, rabbitHole, {
      ...SHARED_SCENARIOS,
      parameters: 'set parameters, and the name of the cluster',
      health: 'check the health of the broker',
      definitions: 'export definitions, and import them again',
      ...CLIENTS,
    });
  });
});
