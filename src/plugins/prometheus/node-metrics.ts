/** Metrics of the node and of all messages together, with the names that RabbitMQ's dashboards and alerts know. */
import { MESSAGE_SIZE_LIMITS, type PluginContext } from '../plugin-api.ts';
import type { Exposition } from './exposition.ts';

const AMQP = { protocol: 'amqp091' };

export function writeNodeMetrics(out: Exposition, context: PluginContext): void {
  writeIdentity(out, context);
  writeResources(out, context);
  writeChurn(out, context);
  writeGlobals(out, context);
  writeLogins(out, context);
}

/** What dashboards join everything with. */
function writeIdentity(out: Exposition, { about, broker }: PluginContext): void {
  const text = (name: string, fallback: string): string => {
    const value = broker.globalParameters.find(name)?.value;
    return typeof value === 'string' ? value : fallback;
  };
  out.gauge('rabbitmq_identity_info', 'RabbitMQ node & cluster identity info', [
    {
      labels: {
        rabbitmq_node: about.nodeName,
        rabbitmq_cluster: text('cluster_name', about.nodeName),
        rabbitmq_cluster_permanent_id: text('internal_cluster_id', ''),
        rabbitmq_endpoint: 'aggregated',
      },
      value: 1,
    },
  ]);
  out.gauge('rabbitmq_build_info', 'RabbitMQ & Erlang/OTP version info', [
    {
      labels: {
        rabbitmq_version: about.rabbitVersion,
        prometheus_plugin_version: about.version,
        prometheus_client_version: about.version,
        erlang_version: `Node.js ${process.versions.node}`,
        product_name: 'Leveret',
        product_version: about.version,
      },
      value: 1,
    },
  ]);
}

function writeResources(
  out: Exposition,
  { about, broker, runtime, connections }: PluginContext,
): void {
  const { memoryUsed, memoryLimit, diskFree, diskFreeLimit } = about.resources();
  const alarms = broker.alarms.reason ?? '';
  const uptimeMs = runtime.clock.nowMs() - about.startedAtMs;
  out.gauge('rabbitmq_erlang_uptime_seconds', 'Node uptime', Math.floor(uptimeMs / 1000));
  out.gauge('rabbitmq_process_resident_memory_bytes', 'Memory used in bytes', memoryUsed);
  out.gauge('rabbitmq_resident_memory_limit_bytes', 'Memory high watermark in bytes', memoryLimit);
  if (diskFree !== null && diskFreeLimit !== null) {
    out.gauge('rabbitmq_disk_space_available_bytes', 'Disk space available in bytes', diskFree);
    out.gauge(
      'rabbitmq_disk_space_available_limit_bytes',
      'Free disk space low watermark in bytes',
      diskFreeLimit,
    );
  }
  out.gauge(
    'rabbitmq_alarms_memory_used_watermark',
    'is 1 if VM memory watermark alarm is in effect',
    Number(alarms.includes('memory')),
  );
  out.gauge(
    'rabbitmq_alarms_free_disk_space_watermark',
    'is 1 if free disk space watermark alarm is in effect',
    Number(alarms.includes('disk')),
  );
  out.gauge('rabbitmq_process_open_tcp_sockets', 'Open TCP sockets', connections.size);
}

function writeChurn(out: Exposition, { broker }: PluginContext): void {
  const { totals } = broker;
  for (const [name, what, value] of [
    ['connections_opened', 'connections opened', totals.connectionsOpened],
    ['connections_closed', 'connections closed or terminated', totals.connectionsClosed],
    ['channels_opened', 'channels opened', totals.channelsOpened],
    ['channels_closed', 'channels closed', totals.channelsClosed],
    ['queues_declared', 'queues declared', totals.queuesDeclared],
    ['queues_created', 'queues created', totals.queuesCreated],
    ['queues_deleted', 'queues deleted', totals.queuesDeleted],
  ] as const) {
    out.counter(`rabbitmq_${name}_total`, `Total number of ${what}`, value);
  }
}

type Totals = PluginContext['broker']['totals'];

/** Of all messages: what they are counted from, and how many publishes wait for their confirm. */
const GLOBALS: ReadonlyArray<
  readonly [name: string, help: string, valueOf: (totals: Totals, unconfirmed: number) => number]
> = [
  [
    'messages_received',
    'Total number of messages received from publishers',
    ({ publish }) => publish,
  ],
  [
    'messages_received_confirm',
    'Total number of messages received from publishers expecting confirmations',
    ({ confirm }, unconfirmed) => confirm + unconfirmed,
  ],
  [
    'messages_confirmed',
    'Total number of messages confirmed to publishers',
    ({ confirm }) => confirm,
  ],
  [
    'messages_routed',
    'Total number of messages routed to queues or streams',
    ({ publish, dropUnroutable, returnUnroutable }) => publish - dropUnroutable - returnUnroutable,
  ],
  [
    'messages_unroutable_dropped',
    'Total number of messages published as non-mandatory into an exchange and dropped as unroutable',
    ({ dropUnroutable }) => dropUnroutable,
  ],
  [
    'messages_unroutable_returned',
    'Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable',
    ({ returnUnroutable }) => returnUnroutable,
  ],
  [
    'messages_delivered',
    'Total number of messages delivered to consumers',
    ({ deliver, deliverNoAck, get, getNoAck }) => deliver + deliverNoAck + get + getNoAck,
  ],
  [
    'messages_delivered_consume_manual_ack',
    'Total number of messages delivered to consumers using basic.consume with manual acknowledgment',
    ({ deliver }) => deliver,
  ],
  [
    'messages_delivered_consume_auto_ack',
    'Total number of messages delivered to consumers using basic.consume with automatic acknowledgment',
    ({ deliverNoAck }) => deliverNoAck,
  ],
  [
    'messages_delivered_get_manual_ack',
    'Total number of messages delivered to consumers using basic.get with manual acknowledgment',
    ({ get }) => get,
  ],
  [
    'messages_delivered_get_auto_ack',
    'Total number of messages delivered to consumers using basic.get with automatic acknowledgment',
    ({ getNoAck }) => getNoAck,
  ],
  [
    'messages_get_empty',
    'Total number of times basic.get operations fetched no message',
    ({ getEmpty }) => getEmpty,
  ],
  [
    'messages_redelivered',
    'Total number of messages redelivered to consumers',
    ({ redeliver }) => redeliver,
  ],
  ['messages_acknowledged', 'Total number of messages acknowledged by consumers', ({ ack }) => ack],
];

function writeGlobals(out: Exposition, context: PluginContext): void {
  const { totals } = context.broker;
  const channels = [...context.connections].flatMap((connection) => [...connection.channels]);
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const unconfirmed = sum(channels.map(({ unconfirmedCount }) => unconfirmedCount));
  for (const [name, help, valueOf] of GLOBALS) {
    const value = valueOf(totals, unconfirmed);
    out.counter(`rabbitmq_global_${name}_total`, help, [{ labels: AMQP, value }]);
  }
  const publishing = channels.filter(({ counters }) => counters.publish > 0).length;
  const consumers = sum(channels.map(({ consumerCount }) => consumerCount));
  out.gauge('rabbitmq_global_publishers', 'Publishers currently connected', [
    { labels: AMQP, value: publishing },
  ]);
  out.gauge('rabbitmq_global_consumers', 'Consumers currently connected', [
    { labels: AMQP, value: consumers },
  ]);
  for (const [reason, value] of Object.entries(totals.deadLetters)) {
    out.counter(
      `rabbitmq_global_messages_dead_lettered_${reason}_total`,
      `Total number of messages dead-lettered, reason ${reason}`,
      value,
    );
  }
  const { counts, sum: octets } = totals.messageSizes;
  out.histogram('rabbitmq_message_size_bytes', 'Size of messages received from publishers', AMQP, {
    limits: MESSAGE_SIZE_LIMITS,
    counts,
    sum: octets,
  });
}

function writeLogins(out: Exposition, { access }: PluginContext): void {
  const { succeeded, failed } = access.attempts;
  out.counter(
    'rabbitmq_auth_attempts_total',
    'Total number of authorization attempts',
    succeeded + failed,
  );
  out.counter(
    'rabbitmq_auth_attempts_succeeded_total',
    'Total number of successful authentication attempts',
    succeeded,
  );
  out.counter(
    'rabbitmq_auth_attempts_failed_total',
    'Total number of failed authentication attempts',
    failed,
  );
}
