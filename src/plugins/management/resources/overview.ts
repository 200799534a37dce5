/** The broker as a whole: `/overview`, `/nodes`, `/extensions`. */
import type { PluginContext, VirtualHost } from '../../plugin-api.ts';
import { messageStats, withRate } from '../message-stats.ts';
import { listAnswer, objectAnswer } from '../lists.ts';
import { hasTag, notFound, ok, type Request, type Route } from '../route.ts';
import { visibleHosts } from '../virtual-host-of.ts';

export function overviewRoutes(context: PluginContext): readonly Route[] {
  const { about } = context;
  const requireNode = ({ params }: Request): void => {
    if (params['node'] !== about.nodeName) throw notFound();
  };
  return [
    {
      method: 'get',
      path: '/overview',
      summary: 'What the broker is and has',
      tag: 'management',
      handle: async (request) => objectAnswer(await overview(context, request), request),
    },
    {
      method: 'get',
      path: '/nodes',
      summary: 'The nodes: there is one',
      tag: 'monitoring',
      handle: (request) => listAnswer([node(context)], request),
    },
    {
      method: 'get',
      path: '/nodes/{node}',
      summary: 'A node',
      tag: 'monitoring',
      handle(request) {
        requireNode(request);
        return objectAnswer(node(context), request);
      },
    },
    {
      method: 'get',
      path: '/nodes/{node}/memory',
      summary: 'What a node takes of memory',
      tag: 'monitoring',
      handle(request) {
        requireNode(request);
        const { memoryUsed } = about.resources();
        const total = { rss: memoryUsed, erlang: memoryUsed, allocated: memoryUsed };
        return ok({ memory: { total, strategy: 'rss' } });
      },
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

async function overview(context: PluginContext, request: Request): Promise<object> {
  const { about, broker } = context;
  const hosts = await visibleHosts(context, request);
  const seesAll = hasTag(request.user, 'monitoring');
  const isSeen = seesAll ? () => true : (name: string) => name === request.user.name;
  return {
    management_version: about.version,
    rates_mode: 'basic',
    sample_retention_policies: { global: [600], basic: [600], detailed: [600] },
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
    disable_stats: false,
    default_queue_type: 'classic',
    is_op_policy_updating_enabled: true,
    enable_queue_totals: false,
    ...messageStats(broker.totals, context),
    churn_rates: churnRates(context),
    queue_totals: queueTotals(hosts, context),
    object_totals: objectTotals(context, hosts, isSeen),
    statistics_db_event_queue: 0,
    node: about.nodeName,
    ...(seesAll ? { listeners: listeners(context), contexts: [] } : {}),
  };
}

/** Messages in the virtual hosts that the user may see. */
function queueTotals(hosts: readonly VirtualHost[], { broker }: PluginContext): object {
  const rates = broker.rates.messageCountRates;
  let ready = 0;
  let unacknowledged = 0;
  for (const { queues } of hosts) {
    for (const queue of queues) {
      const { readyCount, unackedCount } = queue.stats();
      ready += readyCount;
      unacknowledged += unackedCount;
    }
  }
  return {
    ...withRate('messages', ready + unacknowledged, rates?.['messages'] ?? 0),
    ...withRate('messages_ready', ready, rates?.['messagesReady'] ?? 0),
    ...withRate('messages_unacknowledged', unacknowledged, rates?.['messagesUnacked'] ?? 0),
  };
}

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

function churnRates({ broker }: PluginContext): object {
  const { totals } = broker;
  const rates = broker.rates.of(totals);
  const shown = Object.entries(CHURN).map(([name, counter]) =>
    withRate(name, totals[counter], rates?.[counter] ?? 0),
  );
  return Object.assign({}, ...shown) as object;
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

function exchangeTypes({ broker }: PluginContext): object[] {
  return broker.exchangeTypes.names.map((name) => ({
    name,
    description: `AMQP ${name} exchange, as per the AMQP specification`,
    enabled: true,
  }));
}

function listeners({ about }: PluginContext): object[] {
  return about.listeners().map(({ protocol, address, port }) => ({
    node: about.nodeName,
    protocol,
    ip_address: address,
    port,
    socket_opts: {},
  }));
}

function node(context: PluginContext): object {
  const { about, broker, connections, runtime } = context;
  const { memoryUsed, memoryLimit, diskFree, diskFreeLimit } = about.resources();
  const alarms = broker.alarms.reason ?? '';
  return {
    name: about.nodeName,
    type: 'disc',
    running: true,
    being_drained: false,
    uptime: Math.floor(runtime.clock.nowMs() - about.startedAtMs),
    os_pid: String(process.pid),
    processors: 1,
    run_queue: 0,
    rates_mode: 'basic',
    mem_used: memoryUsed,
    mem_limit: Math.floor(memoryLimit),
    mem_alarm: alarms.includes('memory'),
    mem_calculation_strategy: 'rss',
    ...(diskFree === null ? {} : { disk_free: diskFree }),
    ...(diskFreeLimit === null ? {} : { disk_free_limit: Math.floor(diskFreeLimit) }),
    disk_free_alarm: alarms.includes('disk'),
    sockets_used: connections.size,
    partitions: [],
    cluster_links: [],
    enabled_plugins: [],
    applications: [{ name: 'leveret', description: 'Leveret', version: about.version }],
    exchange_types: exchangeTypes(context),
    auth_mechanisms: [],
    contexts: [],
    config_files: [],
    log_files: [],
    db_dir: '',
    net_ticktime: 60,
  };
}
