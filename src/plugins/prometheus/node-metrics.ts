/** Metrics of the node, with the names that RabbitMQ's dashboards and alerts know. */
import type { Scrape } from './scrape.ts';

const MS_PER_SECOND = 1000;

/**
 * What dashboards join everything with.
 *
 * @param endpoint which of the paths answers, as RabbitMQ calls it
 */
export function identity({ out, context }: Scrape, endpoint: string): void {
  const { about, broker } = context;
  const text = (name: string, fallback: string): string => {
    const value = broker.globalParameters.find(name)?.value;
    return typeof value === 'string' ? value : fallback;
  };
  out.untyped('rabbitmq_identity_info', 'RabbitMQ node & cluster identity info', {
    rabbitmq_node: about.nodeName,
    rabbitmq_cluster: text('cluster_name', about.nodeName),
    rabbitmq_cluster_permanent_id: text('internal_cluster_id', ''),
    rabbitmq_endpoint: endpoint,
  });
  out.untyped('rabbitmq_build_info', 'RabbitMQ & Erlang/OTP version info', {
    rabbitmq_version: about.rabbitVersion,
    prometheus_plugin_version: about.version,
    prometheus_client_version: about.version,
    erlang_version: `Node.js ${process.versions.node}`,
    product_name: 'Leveret',
    product_version: about.version,
  });
}

export function nodeCoarseMetrics(scrape: Scrape): void {
  const { about, connections } = scrape.context;
  const { memoryUsed, diskFree } = about.resources();
  gaugeIfKnown(scrape, 'process_open_fds', 'Open file descriptors', scrape.openFiles?.used ?? null);
  scrape.gauge('process_open_tcp_sockets', 'Open TCP sockets', connections.size);
  scrape.gauge('process_resident_memory_bytes', 'Memory used in bytes', memoryUsed);
  gaugeIfKnown(scrape, 'disk_space_available_bytes', 'Disk space available in bytes', diskFree);
}

export function nodeMetrics(scrape: Scrape): void {
  const { about, runtime } = scrape.context;
  const { memoryLimit, diskFreeLimit } = about.resources();
  const limit = scrape.openFiles?.limit ?? null;
  gaugeIfKnown(scrape, 'process_max_fds', 'Open file descriptors limit', limit);
  // Each socket takes one, and there is no other limit.
  gaugeIfKnown(scrape, 'process_max_tcp_sockets', 'Open TCP sockets limit', limit);
  scrape.gauge('resident_memory_limit_bytes', 'Memory high watermark in bytes', memoryLimit);
  gaugeIfKnown(
    scrape,
    'disk_space_available_limit_bytes',
    'Free disk space low watermark in bytes',
    diskFreeLimit,
  );
  const uptimeMs = runtime.clock.nowMs() - about.startedAtMs;
  scrape.gauge('erlang_uptime_seconds', 'Node uptime', uptimeMs / MS_PER_SECOND);
}

function gaugeIfKnown(scrape: Scrape, name: string, help: string, value: number | null): void {
  if (value !== null) scrape.gauge(name, help, value);
}

export function alarms({ out, context }: Scrape): void {
  const reason = context.broker.alarms.reason ?? '';
  out.untyped(
    'rabbitmq_alarms_memory_used_watermark',
    'is 1 if VM memory watermark alarm is in effect',
    {},
    Number(reason.includes('memory')),
  );
  out.untyped(
    'rabbitmq_alarms_free_disk_space_watermark',
    'is 1 if free disk space watermark alarm is in effect',
    {},
    Number(reason.includes('disk')),
  );
  out.gauge('rabbitmq_unreachable_cluster_peers_count', 'Peers that cannot be reached', 0);
  const startedSeconds = Math.floor(context.about.startedAtMs / MS_PER_SECOND);
  out.gauge('process_start_time_seconds', 'Start time of the process', startedSeconds);
}

export function churnMetrics(scrape: Scrape): void {
  const { totals } = scrape.context.broker;
  for (const [name, what, value] of [
    ['connections_opened', 'connections opened', totals.connectionsOpened],
    ['connections_closed', 'connections closed or terminated', totals.connectionsClosed],
    ['channels_opened', 'channels opened', totals.channelsOpened],
    ['channels_closed', 'channels closed', totals.channelsClosed],
    ['queues_declared', 'queues declared', totals.queuesDeclared],
    ['queues_created', 'queues created', totals.queuesCreated],
    ['queues_deleted', 'queues deleted', totals.queuesDeleted],
  ] as const) {
    scrape.counter(`${name}_total`, `Total number of ${what}`, value);
  }
}

export function loginMetrics(scrape: Scrape): void {
  const byProtocol = [...scrape.context.access.attemptsByProtocol];
  const samples = (valueOf: (attempts: (typeof byProtocol)[number][1]) => number) =>
    byProtocol.map(([protocol, attempts]) => ({ labels: { protocol }, value: valueOf(attempts) }));
  scrape.counter(
    'auth_attempts_total',
    'Total number of authorization attempts',
    samples(({ succeeded, failed }) => succeeded + failed),
  );
  scrape.counter(
    'auth_attempts_succeeded_total',
    'Total number of successful authentication attempts',
    samples(({ succeeded }) => succeeded),
  );
  scrape.counter(
    'auth_attempts_failed_total',
    'Total number of failed authentication attempts',
    samples(({ failed }) => failed),
  );
}
