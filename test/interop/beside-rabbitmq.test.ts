// Leveret and RabbitMQ side by side: tools and documents of one with the other, and what both say to the same. RabbitMQ takes
// its time to start, so all of it shares one node.
import { describe, test } from 'node:test';
import { findRabbitmqServer } from '../support/rabbitmq-server.ts';
import { withBothBrokers } from './beside-rabbitmq/both-brokers.ts';
import { testDefinitions } from './beside-rabbitmq/definitions.ts';
import { testMetrics } from './beside-rabbitmq/metrics.ts';
import { testRabbitmqadmin } from './beside-rabbitmq/rabbitmqadmin.ts';
import { findRabbitmqadmin } from './beside-rabbitmq/rabbitmqadmin-program.ts';
import { whyNoPython } from './python-programs.ts';

const isThere = findRabbitmqServer() !== null && findRabbitmqadmin() !== null;
const mustRun = isThere || process.env['CI'] === 'true';
const skip = mustRun ? whyNoPython() : 'there is no rabbitmq-server here';

describe('beside RabbitMQ', { skip }, () => {
  test('Leveret', async (t) => {
    await withBothBrokers(t, async (brokers) => {
      await t.test('makes rabbitmqadmin print the same', async (s) => {
        await testRabbitmqadmin(s, brokers);
      });
      await t.test('exchanges definitions with RabbitMQ', async (s) => {
        await testDefinitions(s, brokers);
      });
      await t.test('has the metrics of RabbitMQ', async (s) => {
        await testMetrics(s, brokers);
      });
    });
  });
});
