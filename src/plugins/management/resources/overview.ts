/** The broker as a whole: `/overview`, `/extensions`. */
import type { PluginContext, VirtualHost } from '../../plugin-api.ts';
import { objectAnswer } from '../lists.ts';
import type { ManagementContext } from '../management-context.ts';
import { messageCounts, messageStats } from '../message-stats.ts';
import { detailsOfBroker, readRanges, type Ranges } from '../ranges.ts';
import { hasTag, ok, type Request, type Route } from '../route.ts';
import { churnRates, exchangeTypes, webContexts } from '../shown-broker.ts';
import { visibleHosts } from '../virtual-host-of.ts';

export function overviewRoutes(context: ManagementContext): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/overview',
      summary: 'What the broker is and has',
      tag: 'management',
      query: 'object',
      handle: async (request) => objectAnswer(await overview(context, request), request),
    },
    {
      method: 'get',
      path: '/extensions',
      summary: 'Extensions of web pages: there are none',
      tag: 'management',
      handle: () => ok([]),
    },
  ];
}

async function overview(context: ManagementContext, request: Request): Promise<object> {
  const { about, broker, settings } = context;
  const hosts = await visibleHosts(context, request);
  const seesAll = hasTag(request.user, 'monitoring');
  const isSeen = seesAll ? () => true : (name: string) => name === request.user.name;
  return {
    management_version: about.version,
    rates_mode: settings.ratesMode,
    sample_retention_policies: {
      global: [600, 3600, 28_800, 86_400],
      basic: [600, 3600],
      detailed: [600],
    },
    exchange_types: exchangeTypes(context),
    product_version: about.version,
    product_name: 'Leveret',
    rabbitmq_version: about.rabbitVersion,
    cluster_name: broker.globalParameters.find('cluster_name')?.value ?? about.nodeName,
    cluster_tags: broker.globalParameters.find('cluster_tags')?.value ?? {},
    node_tags: about.nodeTags,
    erlang_version: '',
    erlang_full_version: `Node.js ${process.versions.node}`,
    crypto_lib_version: `OpenSSL ${process.versions.openssl}`,
    release_series_support_status: 'supported',
    disable_stats: settings.isStatsDisabled,
    default_queue_type: 'classic',
    is_op_policy_updating_enabled: !settings.isOperatorPolicyReadOnly,
    enable_queue_totals: settings.hasQueueTotals,
    ...(settings.isStatsDisabled ? {} : statistics(context, hosts, readRanges(request.query))),
    object_totals: objectTotals(context, hosts, isSeen),
    statistics_db_event_queue: 0,
    node: about.nodeName,
    ...(seesAll ? places(context) : {}),
  };
}

function statistics(
  context: ManagementContext,
  hosts: readonly VirtualHost[],
  ranges: Ranges,
): object {
  const { totals, rates } = context.broker;
  const details = detailsOfBroker(rates.of(totals), context, ranges.msgRates);
  return {
    message_stats: {},
    ...messageStats(totals, details),
    churn_rates: churnRates(context, ranges.nodeStats),
    queue_totals: queueTotals(hosts, context, ranges),
  };
}

/** Messages in the virtual hosts that the user may see. */
function queueTotals(
  hosts: readonly VirtualHost[],
  context: ManagementContext,
  { lengths }: Ranges,
): object {
  let ready = 0;
  let unacknowledged = 0;
  for (const { queues } of hosts) {
    for (const queue of queues) {
      const { readyCount, unackedCount } = queue.stats();
      ready += readyCount;
      unacknowledged += unackedCount;
    }
  }
  const known = context.broker.rates.messageCountRates;
  return messageCounts(ready, unacknowledged, detailsOfBroker(known, context, lengths));
}

function objectTotals(
  { connections }: PluginContext,
  hosts: readonly VirtualHost[],
  isSeen: (user: string) => boolean,
): object {
  const seen = [...connections].filter(({ user }) => isSeen(user.name));
  const sum = (count: (host: VirtualHost) => number): number =>
    hosts.reduce((total, host) => total + count(host), 0);
  return {
    channels: seen.reduce((total, { channelCount }) => total + channelCount, 0),
    connections: seen.length,
    consumers: sum(({ queues }) =>
      [...queues].reduce((total, { consumerCount }) => total + consumerCount, 0),
    ),
    exchanges: sum(({ exchanges }) => [...exchanges].length),
    queues: sum(({ queues }) => queues.size),
  };
}

/** Where clients are served. */
function places(context: ManagementContext): object {
  const { about } = context;
  const node = about.nodeName;
  return {
    listeners: about.listeners().map(({ protocol, address, port }) => ({
      node,
      protocol,
      ip_address: address,
      port,
      socket_opts: {},
    })),
    contexts: webContexts(context).map((one) => ({ ssl_opts: [], node, ...one })),
  };
}
