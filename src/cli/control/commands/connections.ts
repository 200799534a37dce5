/** Connections, channels and consumers: list them, and close connections. */
import { setTimeout as pause } from 'node:timers/promises';
import { pathOf, RefusedError } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, EXIT } from '../control-error.ts';
import { listCommand } from '../list-command.ts';

const group = 'Connections';

const REASON = {
  usage: '[explanation]',
  description: 'told to the client, and logged',
} as const;

/** Where RabbitMQ has the process of a connection, here its name stands: commands that take the one take the other. */
const CONNECTION_COLUMNS = Object.fromEntries([
  ['pid', 'name'],
  ...[
    'name',
    'user',
    'vhost',
    'state',
    'protocol',
    'peer_host',
    'peer_port',
    'host',
    'port',
    'channels',
    'channel_max',
    'frame_max',
    'timeout',
    'connected_at',
    'client_properties',
    'user_provided_name',
    'auth_mechanism',
    'ssl',
    'ssl_protocol',
    'ssl_cipher',
    'ssl_key_exchange',
    'ssl_hash',
    'peer_cert_subject',
    'peer_cert_issuer',
    'peer_cert_validity',
    'recv_oct',
    'recv_cnt',
    'send_oct',
    'send_cnt',
    'send_pend',
    'node',
  ].map((name) => [name, name]),
]) as Readonly<Record<string, string>>;

const CHANNEL_COLUMNS: Readonly<Record<string, string>> = {
  pid: 'name',
  name: 'name',
  number: 'number',
  connection: 'connection_details.name',
  user: 'user',
  vhost: 'vhost',
  state: 'state',
  confirm: 'confirm',
  transactional: 'transactional',
  consumer_count: 'consumer_count',
  prefetch_count: 'prefetch_count',
  global_prefetch_count: 'global_prefetch_count',
  messages_unacknowledged: 'messages_unacknowledged',
  messages_unconfirmed: 'messages_unconfirmed',
  messages_uncommitted: 'messages_uncommitted',
  acks_uncommitted: 'acks_uncommitted',
};

export const CONNECTION_COMMANDS: readonly ControlCommand[] = [
  listCommand({
    name: 'list_connections',
    group,
    summary: 'list connections of clients',
    examples: [
      { words: 'list_connections', does: 'who is there, and from where' },
      { words: 'list_connections name channels client_properties', does: 'other columns' },
    ],
    says: () => 'Listing connections ...',
    path: () => '/connections',
    columns: CONNECTION_COLUMNS,
    shown: ['user', 'peer_host', 'peer_port', 'state'],
    hasChoice: true,
    isLong: true,
  }),
  listCommand({
    name: 'list_channels',
    group,
    summary: 'list channels',
    examples: [
      { words: 'list_channels name consumer_count prefetch_count', does: 'what each is for' },
    ],
    says: () => 'Listing channels ...',
    path: () => '/channels',
    columns: CHANNEL_COLUMNS,
    shown: ['pid', 'user', 'consumer_count', 'messages_unacknowledged'],
    hasChoice: true,
    isLong: true,
  }),
  listCommand({
    name: 'list_consumers',
    group,
    summary: 'list consumers',
    examples: [{ words: 'list_consumers', does: 'who takes from which queue' }],
    says: ({ vhost }) => `Listing consumers in vhost ${vhost} ...`,
    path: ({ vhost }) => pathOf('consumers', vhost),
    columns: {
      queue_name: 'queue.name',
      channel_pid: 'channel_details.name',
      consumer_tag: 'consumer_tag',
      ack_required: 'ack_required',
      prefetch_count: 'prefetch_count',
      active: 'active',
      activity_status: 'activity_status',
      arguments: 'arguments',
    },
    shown: [
      'queue_name',
      'channel_pid',
      'consumer_tag',
      'ack_required',
      'prefetch_count',
      'active',
      'arguments',
    ],
    hasChoice: true,
    isLong: true,
  }),
  changeCommand({
    name: 'close_connection',
    group,
    summary: 'close one connection',
    arguments: [
      {
        usage: '<connection>',
        description: 'its name, as the column pid of list_connections has it',
        completion: 'connections',
      },
      REASON,
    ],
    examples: [
      {
        words: "close_connection '127.0.0.1:48024 -> 127.0.0.1:5672' 'leaks channels'",
        does: 'the client is told why',
      },
    ],
    says: ({ given }) =>
      `Closing connection ${given.text('connection')}, reason: ${given.text('explanation')}...`,
    request: ({ given }) => closing(given.text('connection'), given.text('explanation')),
    missing: ({ given }) =>
      new ControlError(
        `there is no connection '${given.text('connection')}': \`leveret list_connections pid\` tells which there are`,
        EXIT.unavailable,
      ),
  }),
  {
    name: 'close_all_connections',
    group,
    summary: 'close all connections of a virtual host, or all there are',
    arguments: [REASON],
    options: [
      { flags: '--global', description: 'of all virtual hosts' },
      { flags: '--limit <number>', description: 'no more than this' },
      {
        flags: '--per-connection-delay <milliseconds>',
        description: 'wait as long after each, so that clients do not come back all at once',
      },
    ],
    examples: [
      { words: "close_all_connections 'moving'", does: 'in the virtual host /' },
      {
        words: "close_all_connections --global --per-connection-delay 10 'restart'",
        does: 'all there are',
      },
    ],
    run: closeAll,
  },
  changeCommand({
    name: 'close_all_user_connections',
    group,
    summary: 'close all connections of a user',
    arguments: [{ usage: '<user>', description: 'their name', completion: 'users' }, REASON],
    examples: [{ words: "close_all_user_connections shop 'password changed'", does: 'wherever' }],
    says: ({ given }) =>
      `Closing connections of user ${given.text('user')}, reason: ${given.text('explanation')}...`,
    request: ({ given }) => ({
      ...closing(given.text('user'), given.text('explanation')),
      path: pathOf('connections', 'username', given.text('user')),
    }),
    missing: ({ given }) =>
      new ControlError(`user '${given.text('user')}' has no connection`, EXIT.noUser),
  }),
];

function closing(
  name: string,
  reason: string,
): { readonly method: 'DELETE'; readonly path: string; readonly headers: Record<string, string> } {
  // Headers have octets of Latin 1 only.
  const header = reason.replaceAll(/[^\x20-\x7E]/gu, '?');
  return {
    method: 'DELETE',
    path: pathOf('connections', name),
    headers: header === '' ? {} : { 'x-reason': header },
  };
}

async function closeAll({ api, given, output, vhost }: Invocation): Promise<void> {
  const isGlobal = given.has('global');
  const limit = given.integer('limit', 0);
  const reason = given.text('explanation');
  const count = limit > 0 ? `${limit}` : 'all';
  const where = isGlobal ? '' : ` in vhost ${vhost}`;
  await output.say(`Closing ${count} connections${where}, reason: ${reason}...`);
  const names: string[] = [];
  for await (const one of api.list<{ name: string; vhost: string }>('/connections', [
    'name',
    'vhost',
  ])) {
    if (limit > 0 && names.length === limit) break;
    if (isGlobal || one.vhost === vhost) names.push(one.name);
  }
  let closedCount = 0;
  for (const name of names) {
    // oxlint-disable no-await-in-loop -- one after the other, with a pause where that is wanted
    if (await closed(api, name, reason)) closedCount += 1;
    await pause(given.integer('perConnectionDelay', 0));
    // oxlint-enable no-await-in-loop
  }
  await output.say(`Closed ${closedCount} connections`);
}

/** Some close by themselves meanwhile. */
async function closed(api: Invocation['api'], name: string, reason: string): Promise<boolean> {
  try {
    await api.send(closing(name, reason));
    return true;
  } catch (error) {
    if (error instanceof RefusedError && error.status === 404) return false;
    throw error;
  }
}
