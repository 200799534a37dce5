/** What the broker is, has and takes: status, cluster_status, alarms, listeners, memory, versions, feature flags. */
import { pathOf } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, EXIT } from '../control-error.ts';
import { listCommand } from '../list-command.ts';
import { section } from '../output/sections.ts';
import { printable } from '../output/text-of.ts';

const group = 'Status';

export interface Listener {
  readonly node: string;
  readonly protocol: string;
  readonly ip_address: string;
  readonly port: number;
}

interface Overview {
  readonly node: string;
  readonly cluster_name: string;
  readonly product_name: string;
  readonly product_version: string;
  readonly rabbitmq_version: string;
  readonly erlang_full_version: string;
  readonly crypto_lib_version: string;
  readonly listeners?: readonly Listener[];
  readonly object_totals: Readonly<Record<string, number>>;
  readonly queue_totals: Readonly<Record<string, number>>;
}

interface Node {
  readonly name: string;
  readonly os_pid: string;
  readonly uptime: number;
  readonly mem_used: number;
  readonly mem_limit: number;
  readonly mem_alarm: boolean;
  readonly disk_free?: number;
  readonly disk_free_limit?: number;
  readonly disk_free_alarm: boolean;
  readonly config_files: readonly string[];
  readonly log_files: readonly string[];
  readonly enabled_plugins: readonly string[];
  readonly db_dir: string;
}

/** What each protocol is for. */
const PURPOSES: Readonly<Record<string, string>> = {
  amqp: 'AMQP 0-9-1',
  'amqp/ssl': 'AMQP 0-9-1 over TLS',
  http: 'HTTP API',
  https: 'HTTP API over TLS',
  'http/ssl': 'HTTP API over TLS',
  'http/prometheus': 'Prometheus metrics',
  'http/prometheus/ssl': 'Prometheus metrics over TLS',
};

export const STATUS_COMMANDS: readonly ControlCommand[] = [
  {
    name: 'status',
    group,
    summary: 'what the broker is, has and takes',
    examples: [
      { words: 'status', does: 'for the eye' },
      { words: 'status --formatter json', does: 'all that the API tells' },
    ],
    run: tellStatus,
  },
  {
    name: 'cluster_status',
    group,
    summary: 'nodes, their versions and alarms: there is one node',
    examples: [{ words: 'cluster_status', does: 'for tools that ask' }],
    run: tellClusterStatus,
  },
  {
    name: 'alarms',
    group,
    summary: 'what is short: memory, disk',
    examples: [{ words: 'alarms', does: 'check_alarms also fails' }],
    async run({ api, output }) {
      await output.say('Asking the broker to report any known resource alarms ...');
      const node = await nodeOf(api);
      const alarms = alarmsOf(node);
      const text = alarms.length === 0 ? 'The broker reported no alarms' : alarms.join('\n');
      await output.tell({ alarms, node: node.name, result: 'ok' }, text);
    },
  },
  {
    name: 'listeners',
    group,
    summary: 'addresses, ports and protocols that are served',
    examples: [{ words: 'listeners', does: 'where clients can connect' }],
    async run({ api, output }) {
      await output.say('Asking the broker to report its protocol listeners ...');
      const { listeners = [], node } = await api.get<Overview>('/overview');
      const told = listeners.map((one) => ({
        interface: one.ip_address,
        node: one.node,
        port: one.port,
        protocol: one.protocol,
        purpose: PURPOSES[one.protocol] ?? one.protocol,
      }));
      const lines = listeners.map(listenerText);
      await output.tell({ listeners: told, node, result: 'ok' }, lines.join('\n'));
    },
  },
  {
    name: 'memory_breakdown',
    group,
    summary: 'what takes memory',
    examples: [{ words: 'memory_breakdown', does: 'as far as the broker tells' }],
    run: tellMemory,
  },
  {
    name: 'server_version',
    group,
    summary: 'the version of the broker; `leveret --version` is that of the command',
    examples: [{ words: 'server_version -q', does: 'for scripts' }],
    async run({ api, output }) {
      await output.say('Asking the broker for its version ...');
      const { product_version: version } = await api.get<Overview>('/overview');
      await output.tell({ version }, version);
    },
  },
  listCommand({
    name: 'list_feature_flags',
    group,
    summary: 'list feature flags: all are enabled',
    examples: [{ words: 'list_feature_flags name state desc', does: 'other columns' }],
    says: () => 'Listing feature flags ...',
    path: () => '/feature-flags',
    columns: {
      name: 'name',
      state: 'state',
      stability: 'stability',
      desc: 'desc',
      doc_url: 'doc_url',
      provided_by: 'provided_by',
    },
    shown: ['name', 'state'],
    hasChoice: true,
  }),
  changeCommand({
    name: 'enable_feature_flag',
    group,
    summary: 'enable a feature flag: all are, for scripts that ask',
    arguments: [{ usage: '<name>', description: 'or all' }],
    examples: [{ words: 'enable_feature_flag all', does: 'nothing' }],
    says: ({ given }) => `Enabling feature flag ${given.text('name')} ...`,
    request: ({ given }) => ({
      method: 'PUT',
      path: pathOf('feature-flags', given.text('name'), 'enable'),
      body: {},
    }),
    missing: ({ given }) =>
      new ControlError(`there is no feature flag ${given.text('name')}`, EXIT.data),
  }),
  listCommand({
    name: 'list_node_auth_attempt_stats',
    group,
    summary: 'how many logins succeeded and failed',
    examples: [{ words: 'list_node_auth_attempt_stats', does: 'since the start' }],
    says: () => 'Listing auth attempts ...',
    path: async ({ api }) => pathOf('auth', 'attempts', (await nodeOf(api)).name),
    columns: {
      protocol: 'protocol',
      auth_attempts: 'auth_attempts',
      auth_attempts_failed: 'auth_attempts_failed',
      auth_attempts_succeeded: 'auth_attempts_succeeded',
    },
    shown: ['protocol', 'auth_attempts', 'auth_attempts_failed', 'auth_attempts_succeeded'],
  }),
];

async function nodeOf(api: Invocation['api']): Promise<Node> {
  const [node] = await api.get<readonly Node[]>('/nodes');
  if (node === undefined) throw new ControlError('the API tells of no node', EXIT.unavailable);
  return node;
}

function alarmsOf({ mem_alarm: memory, disk_free_alarm: disk }: Node): readonly string[] {
  return [
    ...(memory ? ['Memory alarm: publishers wait until less is used'] : []),
    ...(disk ? ['Free disk space alarm: publishers wait until there is more'] : []),
  ];
}

function listenerText({ ip_address: address, port, protocol }: Listener): string {
  const host = address.includes(':') ? `[${address}]` : address;
  const purpose = PURPOSES[protocol] ?? protocol;
  return printable(`Interface: ${host}, port: ${port}, protocol: ${protocol}, purpose: ${purpose}`);
}

async function tellStatus({ api, output }: Invocation): Promise<void> {
  const overview = await api.get<Overview>('/overview');
  const node = await nodeOf(api);
  const hosts = await api.get<readonly unknown[]>('/vhosts?columns=name');
  await output.say(`Status of node ${node.name} ...`);
  const text = [
    section('Runtime', [
      `OS PID: ${node.os_pid}`,
      `Uptime (seconds): ${Math.floor(node.uptime / 1000)}`,
      `${overview.product_name} version: ${overview.product_version}`,
      `RabbitMQ version it stands for: ${overview.rabbitmq_version}`,
      `Node name: ${node.name}`,
      `Runtime: ${overview.erlang_full_version}`,
      `Crypto library: ${overview.crypto_lib_version}`,
    ]),
    section('Plugins', bullets(node.enabled_plugins)),
    section('Data directory', node.db_dir === '' ? [] : [printable(node.db_dir)]),
    section('Config files', bullets(node.config_files)),
    section('Log file(s)', bullets(node.log_files)),
    section('Alarms', alarmsOf(node)),
    section('Memory', [
      `Total memory used: ${gigabytes(node.mem_used)}`,
      `Memory high watermark: ${gigabytes(node.mem_limit)}`,
    ]),
    section('Free Disk Space', [
      ...(node.disk_free_limit === undefined
        ? []
        : [`Low free disk space watermark: ${gigabytes(node.disk_free_limit)}`]),
      ...(node.disk_free === undefined ? [] : [`Free disk space: ${gigabytes(node.disk_free)}`]),
    ]),
    section('Totals', [
      `Connection count: ${overview.object_totals['connections'] ?? 0}`,
      `Queue count: ${overview.object_totals['queues'] ?? 0}`,
      `Message count: ${overview.queue_totals['messages'] ?? 0}`,
      `Virtual host count: ${hosts.length}`,
    ]),
    section('Listeners', (overview.listeners ?? []).map(listenerText)),
  ];
  await output.tell({ overview, node }, text.join('\n\n'));
}

async function tellClusterStatus({ api, output }: Invocation): Promise<void> {
  const { listeners = [], ...overview } = await api.get<Overview>('/overview');
  const node = await nodeOf(api);
  await output.say(`Cluster status of node ${node.name} ...`);
  const version = `${overview.product_name} ${overview.product_version}`;
  const text = [
    section('Basics', [`Cluster name: ${overview.cluster_name}`]),
    section('Disk Nodes', [node.name]),
    section('Running Nodes', [node.name]),
    section('Versions', [`${node.name}: ${version} on ${overview.erlang_full_version}`]),
    section('Alarms', alarmsOf(node)),
    section('Network Partitions', []),
    section(
      'Listeners',
      listeners.map((one) => `Node: ${one.node}, ${listenerText(one).replace(/^I/u, 'i')}`),
    ),
  ];
  const value = {
    alarms: alarmsOf(node),
    cluster_name: overview.cluster_name,
    disk_nodes: [node.name],
    running_nodes: [node.name],
    partitions: {},
    versions: { [node.name]: { [overview.product_name]: overview.product_version } },
    listeners: { [node.name]: listeners },
  };
  await output.tell(value, text.join('\n\n'));
}

interface Memory {
  readonly memory: Readonly<Record<string, unknown>> & {
    readonly total: Readonly<Record<string, number>>;
    readonly strategy: string;
  };
}

/** The parts that the API tells, the largest first; and all together. */
async function tellMemory({ api, output }: Invocation): Promise<void> {
  const node = await nodeOf(api);
  await output.say(`Reporting memory breakdown on node ${node.name}...`);
  const { memory } = await api.get<Memory>(pathOf('nodes', node.name, 'memory'));
  const total = memory.total['rss'] ?? node.mem_used;
  const parts = Object.entries(memory)
    .filter((part): part is [string, number] => typeof part[1] === 'number')
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, octets]) => share(name, octets, total));
  await output.tell(memory, [...parts, share('total', total, total)].join('\n'));
}

function share(name: string, octets: number, total: number): string {
  return `${name}: ${gigabytes(octets)} (${((100 * octets) / Math.max(1, total)).toFixed(2)}%)`;
}

function gigabytes(octets: number): string {
  return `${(octets / 1e9).toFixed(4)} gb`;
}

function bullets(items: readonly string[]): readonly string[] {
  return items.map((item) => ` * ${printable(item)}`);
}
