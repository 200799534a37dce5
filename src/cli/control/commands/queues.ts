/** Queues: list, declare, delete and purge them. */
import { pathOf } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, EXIT } from '../control-error.ts';
import { listCommand, missingVirtualHost, type Column } from '../list-command.ts';

const group = 'Queues';

/** RabbitMQ's columns; a process is named by what it serves here, a node has one name. */
const COLUMNS: Readonly<Record<string, Column>> = {
  name: 'name',
  vhost: 'vhost',
  type: 'type',
  durable: 'durable',
  auto_delete: 'auto_delete',
  exclusive: 'exclusive',
  arguments: 'arguments',
  policy: 'policy',
  operator_policy: 'operator_policy',
  effective_policy_definition: 'effective_policy_definition',
  state: 'state',
  node: 'node',
  pid: 'node',
  leader: 'leader',
  members: 'members',
  online: 'online',
  messages: 'messages',
  messages_ready: 'messages_ready',
  messages_unacknowledged: 'messages_unacknowledged',
  messages_ram: 'messages_ram',
  messages_ready_ram: 'messages_ready_ram',
  messages_unacknowledged_ram: 'messages_unacknowledged_ram',
  messages_persistent: 'messages_persistent',
  message_bytes: 'message_bytes',
  message_bytes_ready: 'message_bytes_ready',
  message_bytes_unacknowledged: 'message_bytes_unacknowledged',
  message_bytes_ram: 'message_bytes_ram',
  message_bytes_persistent: 'message_bytes_persistent',
  head_message_timestamp: 'head_message_timestamp',
  consumers: 'consumers',
  consumer_capacity: 'consumer_capacity',
  consumer_utilisation: 'consumer_utilisation',
  single_active_consumer_tag: 'single_active_consumer_tag',
  exclusive_consumer_tag: 'exclusive_consumer_tag',
  owner_pid: 'owner_pid_details.name',
  idle_since: 'idle_since',
  memory: 'memory',
  disk_reads: 'message_stats.disk_reads',
  disk_writes: 'message_stats.disk_writes',
  publish_rate: 'message_stats.publish_details.rate',
  deliver_rate: 'message_stats.deliver_get_details.rate',
};

/** RabbitMQ's ways to leave out queues of other nodes: there is one node, and it answers. */
const NODE_OPTIONS = ['--online', '--local'].map((flags) => ({
  flags,
  description: 'accepted, as all queues are',
  isHidden: true,
}));

const QUEUE = { usage: '<queue>', description: 'its name', completion: 'queues' } as const;

export function missingQueue(exitCode: number): (invocation: Invocation) => ControlError {
  return ({ given, vhost }) =>
    new ControlError(
      `there is no queue '${given.text('queue')}' in virtual host '${vhost}': \`leveret list_queues\` tells which there are`,
      exitCode,
    );
}

export const QUEUE_COMMANDS: readonly ControlCommand[] = [
  listCommand({
    name: 'list_queues',
    group,
    summary: 'list queues, with the columns you name',
    examples: [
      { words: 'list_queues', does: 'names, and how many messages each has' },
      {
        words: 'list_queues name messages_ready messages_unacknowledged consumers',
        does: 'what waits, what is being worked on, by how many',
      },
      { words: 'list_queues -p tenant-a name policy arguments', does: 'of another virtual host' },
      { words: 'list_queues --formatter json name messages', does: 'for programs' },
    ],
    says: ({ timeoutSeconds, vhost }) =>
      `Timeout: ${timeoutSeconds.toFixed(1)} seconds ...\nListing queues for vhost ${vhost} ...`,
    path: ({ vhost }) => pathOf('queues', vhost),
    columns: COLUMNS,
    shown: ['name', 'messages'],
    hasChoice: true,
    isLong: true,
    options: NODE_OPTIONS,
  }),
  changeCommand({
    name: 'declare_queue',
    group,
    summary: 'declare a queue',
    arguments: [{ usage: '<queue>', description: 'its name' }],
    options: [
      {
        flags: '--type <type>',
        description: 'classic, quorum or stream; default: that of the virtual host',
        completion: ['classic', 'quorum', 'stream'],
      },
      {
        flags: '--durable <boolean>',
        description: 'whether it survives a restart; default: true',
        completion: ['true', 'false'],
      },
      { flags: '--auto-delete', description: 'it goes with its last consumer' },
      {
        flags: '--argument <name=value>',
        description: 'as x-max-length=1000; may be repeated',
        isRepeatable: true,
      },
      { flags: '--arguments <json>', description: 'several of them, as a JSON object' },
    ],
    examples: [
      { words: 'declare_queue tasks', does: 'a durable queue' },
      { words: 'declare_queue orders --type quorum', does: 'a quorum queue' },
      {
        words: 'declare_queue logs --argument x-max-length=1000 --argument x-overflow=drop-head',
        does: 'one that holds the newest 1,000 messages',
      },
    ],
    says: ({ given, vhost }) => `Declaring queue '${given.text('queue')}' in vhost '${vhost}' ...`,
    request: ({ given, vhost }) => ({
      method: 'PUT',
      path: pathOf('queues', vhost, given.text('queue')),
      body: {
        durable: given.boolean('durable', true),
        auto_delete: given.has('autoDelete'),
        arguments: {
          ...(given.optional('type') === undefined ? {} : { 'x-queue-type': given.text('type') }),
          ...(given.optional('arguments') === undefined ? {} : given.jsonObject('arguments')),
          ...given.pairs('argument'),
        },
      },
    }),
    missing: missingVirtualHost,
  }),
  changeCommand({
    name: 'delete_queue',
    group,
    summary: 'delete a queue and the messages in it',
    arguments: [QUEUE],
    options: [
      { flags: '-e, --if-empty', description: 'only when no message is ready in it' },
      { flags: '-u, --if-unused', description: 'only when it has no consumer' },
    ],
    examples: [
      { words: 'delete_queue tasks', does: 'with all that is in it' },
      { words: 'delete_queue tasks --if-empty --if-unused', does: 'only when nobody misses it' },
    ],
    says: ({ given, vhost }) => {
      const conditions = [
        ...(given.has('ifEmpty') ? ['if queue is empty'] : []),
        ...(given.has('ifUnused') ? ['if queue is unused'] : []),
      ].join(' and ');
      return `Deleting queue '${given.text('queue')}' on vhost '${vhost}' ${conditions === '' ? '' : `${conditions} `}...`;
    },
    request: ({ given, vhost }) => {
      const conditions = new URLSearchParams({
        ...(given.has('ifEmpty') ? { 'if-empty': 'true' } : {}),
        ...(given.has('ifUnused') ? { 'if-unused': 'true' } : {}),
      });
      const path = pathOf('queues', vhost, given.text('queue'));
      return { method: 'DELETE', path: `${path}?${conditions.toString()}` };
    },
    missing: missingQueue(EXIT.usage),
    done: () => 'Queue was successfully deleted',
  }),
  changeCommand({
    name: 'purge_queue',
    group,
    summary: 'remove all messages that are ready in a queue',
    arguments: [QUEUE],
    examples: [{ words: 'purge_queue tasks', does: 'what is unacknowledged stays' }],
    says: ({ given, vhost }) => `Purging queue '${given.text('queue')}' in vhost '${vhost}' ...`,
    request: ({ given, vhost }) => ({
      method: 'DELETE',
      path: pathOf('queues', vhost, given.text('queue'), 'contents'),
    }),
    missing: missingQueue(EXIT.unavailable),
  }),
];
