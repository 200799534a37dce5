// A node of RabbitMQ and a Leveret, both empty, each with its management API and its metrics.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createBroker, type EmbeddedBroker } from 'leveret';
import { RabbitmqServer } from '../../support/rabbitmq-server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

export interface BrokerPorts {
  readonly port: number;
  readonly managementPort: number;
  readonly metricsPort: number;
}

export interface BothBrokers {
  readonly leveret: BrokerPorts;
  readonly rabbitmq: BrokerPorts;
}

/** RabbitMQ's statistics are this old at most, in milliseconds. */
const STATISTICS_MS = 500;

/** Lets both run while `run` does. */
export async function withBothBrokers(
  t: TestContext,
  run: (brokers: BothBrokers) => Promise<void>,
): Promise<void> {
  const settings = [`collect_statistics_interval = ${STATISTICS_MS}`];
  await using rabbitmq = await RabbitmqServer.start(settings, ['rabbitmq_prometheus']);
  await using broker = await createBroker({
    dataDir: temporaryDirectory(t),
    management: { port: 0 },
    prometheus: { port: 0 },
  });
  await rabbitmq.ready();
  await run({ leveret: portsOf(broker), rabbitmq });
}

export function portsOf(broker: EmbeddedBroker): BrokerPorts {
  const portOf = (wanted: string): number => {
    const listener = broker.listeners.find(({ protocol }) => protocol === wanted);
    assert.ok(listener !== undefined);
    return listener.port;
  };
  return {
    port: broker.port,
    managementPort: portOf('http'),
    metricsPort: portOf('http/prometheus'),
  };
}
