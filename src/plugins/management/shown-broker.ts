/** What the overview and the node have in common. */
import type { PluginContext } from '../plugin-api.ts';
import type { ManagementContext } from './management-context.ts';
import { detailsOfBroker, withDetails, type Range } from './ranges.ts';

/** RabbitMQ's names of what comes and goes. */
const CHURN = {
  connection_created: 'connectionsOpened',
  connection_closed: 'connectionsClosed',
  channel_created: 'channelsOpened',
  channel_closed: 'channelsClosed',
  queue_declared: 'queuesDeclared',
  queue_created: 'queuesCreated',
  queue_deleted: 'queuesDeleted',
} as const;

export function churnRates(context: PluginContext, range: Range | null): object {
  const { totals, rates } = context.broker;
  const details = detailsOfBroker(rates.of(totals), context, range);
  const shown = Object.entries(CHURN).map(([name, counter]) =>
    withDetails(name, totals[counter], details(counter)),
  );
  return Object.assign({}, ...shown) as object;
}

export function exchangeTypes({ broker }: PluginContext): object[] {
  return broker.exchangeTypes.names.map((name) => ({
    name,
    description: `AMQP ${name} exchange, as per the AMQP specification`,
    enabled: true,
  }));
}

/** Where the management API is served. */
export function webContexts({ about, settings }: ManagementContext): object[] {
  return about
    .listeners()
    .filter(({ protocol }) => protocol === 'http' || protocol === 'http/ssl')
    .map(({ address, port }) => ({
      description: 'RabbitMQ Management',
      path: `${settings.pathPrefix}/`,
      ip: address,
      port: String(port),
    }));
}
