/** Permissions of users in virtual hosts, and those for topics. */
import { pathOf, RefusedError } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, EXIT } from '../control-error.ts';
import { listCommand } from '../list-command.ts';
import { missingUser, USER } from './users.ts';

const group = 'Permissions';

const PATTERN = 'a regular expression; empty: nothing';

const COLUMNS = {
  user: 'user',
  vhost: 'vhost',
  configure: 'configure',
  write: 'write',
  read: 'read',
} as const;

const TOPIC_COLUMNS = {
  user: 'user',
  vhost: 'vhost',
  exchange: 'exchange',
  write: 'write',
  read: 'read',
} as const;

const TOPIC_COMMANDS: readonly ControlCommand[] = [
  listCommand({
    name: 'list_topic_permissions',
    group,
    summary: 'list topic permissions in a virtual host',
    examples: [{ words: 'list_topic_permissions', does: 'for which routing keys' }],
    says: ({ vhost }) => `Listing topic permissions for vhost "${vhost}" ...`,
    path: ({ vhost }) => pathOf('vhosts', vhost, 'topic-permissions'),
    columns: TOPIC_COLUMNS,
    shown: ['user', 'exchange', 'write', 'read'],
  }),
  listCommand({
    name: 'list_user_topic_permissions',
    group,
    summary: 'list topic permissions of a user',
    arguments: [USER],
    examples: [{ words: 'list_user_topic_permissions shop', does: 'in all virtual hosts' }],
    says: ({ given }) => `Listing topic permissions for user "${given.text('user')}" ...`,
    path: ({ given }) => pathOf('users', given.text('user'), 'topic-permissions'),
    columns: TOPIC_COLUMNS,
    shown: ['vhost', 'exchange', 'write', 'read'],
    missing: missingUser,
  }),
  changeCommand({
    name: 'set_topic_permissions',
    group,
    summary: 'limit the routing keys of a user at a topic exchange',
    arguments: [
      USER,
      { usage: '<exchange>', description: 'of type topic', completion: 'exchanges' },
      { usage: '<write>', description: `routing keys they may publish with: ${PATTERN}` },
      { usage: '<read>', description: 'binding keys they may bind with' },
    ],
    examples: [
      {
        words: "set_topic_permissions shop amq.topic '^{username}\\..*' '.*'",
        does: 'keys that begin with their name',
      },
    ],
    says: ({ given, vhost }) =>
      `Setting topic permissions on "${given.text('exchange')}" for user "${given.text('user')}" in vhost "${vhost}" ...`,
    request: ({ given, vhost }) => ({
      method: 'PUT',
      path: pathOf('topic-permissions', vhost, given.text('user')),
      body: {
        exchange: given.text('exchange'),
        write: given.text('write'),
        read: given.text('read'),
      },
    }),
    missing: missingUserOrHost,
  }),
  clearCommand(
    {
      name: 'clear_topic_permissions',
      summary: 'let a user use all routing keys again',
      arguments: [
        USER,
        {
          usage: '[exchange]',
          description: 'of this one only; left out: of all',
          completion: 'exchanges',
        },
      ],
      examples: [{ words: 'clear_topic_permissions shop amq.topic', does: 'at this exchange' }],
    },
    {
      says: ({ given, vhost }) =>
        `Clearing topic permissions${given.text('exchange') === '' ? '' : ` on "${given.text('exchange')}"`} for user "${given.text('user')}" in vhost "${vhost}" ...`,
      path({ given, vhost }) {
        const exchange = given.optional('exchange');
        const user = pathOf('topic-permissions', vhost, given.text('user'));
        return exchange === undefined ? user : user + pathOf(exchange);
      },
    },
  ),
];

export const PERMISSION_COMMANDS: readonly ControlCommand[] = [
  listCommand({
    name: 'list_permissions',
    group,
    summary: 'list permissions in a virtual host',
    examples: [{ words: 'list_permissions -p tenant-a', does: 'who may do what there' }],
    says: ({ vhost }) => `Listing permissions for vhost "${vhost}" ...`,
    path: ({ vhost }) => pathOf('vhosts', vhost, 'permissions'),
    columns: COLUMNS,
    shown: ['user', 'configure', 'write', 'read'],
  }),
  listCommand({
    name: 'list_user_permissions',
    group,
    summary: 'list permissions of a user',
    arguments: [USER],
    examples: [{ words: 'list_user_permissions shop', does: 'in all virtual hosts' }],
    says: ({ given }) => `Listing permissions for user "${given.text('user')}" ...`,
    path: ({ given }) => pathOf('users', given.text('user'), 'permissions'),
    columns: COLUMNS,
    shown: ['vhost', 'configure', 'write', 'read'],
    missing: missingUser,
  }),
  changeCommand({
    name: 'set_permissions',
    group,
    summary: 'say what a user may do in a virtual host',
    arguments: [
      USER,
      { usage: '<configure>', description: `what they may declare and delete: ${PATTERN}` },
      { usage: '<write>', description: 'what they may publish to and bind' },
      { usage: '<read>', description: 'what they may consume from' },
    ],
    examples: [
      { words: "set_permissions jane '.*' '.*' '.*'", does: 'everything' },
      { words: "set_permissions shop '' '^orders$' ''", does: 'publish to orders' },
      { words: "set_permissions -p tenant-a tom '^tom-' '^tom-' '.*'", does: 'their own' },
    ],
    says: ({ given, vhost }) =>
      `Setting permissions for user "${given.text('user')}" in vhost "${vhost}" ...`,
    request: ({ given, vhost }) => ({
      method: 'PUT',
      path: pathOf('permissions', vhost, given.text('user')),
      body: {
        configure: given.text('configure'),
        write: given.text('write'),
        read: given.text('read'),
      },
    }),
    missing: missingUserOrHost,
  }),
  clearCommand(
    {
      name: 'clear_permissions',
      summary: 'take the permissions of a user in a virtual host away',
      arguments: [USER],
      examples: [{ words: 'clear_permissions shop', does: 'they cannot even connect to /' }],
    },
    {
      says: ({ given, vhost }) =>
        `Clearing permissions for user "${given.text('user')}" in vhost "${vhost}" ...`,
      path: ({ given, vhost }) => pathOf('permissions', vhost, given.text('user')),
    },
  ),
  ...TOPIC_COMMANDS,
];

/** A user who has none is as they should be. */
function clearCommand(
  row: Pick<ControlCommand, 'name' | 'summary' | 'arguments' | 'examples'>,
  steps: {
    readonly says: (invocation: Invocation) => string;
    readonly path: (invocation: Invocation) => string;
  },
): ControlCommand {
  return {
    ...row,
    group,
    async run(invocation) {
      const { api, given, output } = invocation;
      await output.say(steps.says(invocation));
      try {
        await api.send({ method: 'DELETE', path: steps.path(invocation) });
      } catch (error) {
        if (!(error instanceof RefusedError && error.status === 404)) throw error;
        const isThere = (await api.find(pathOf('users', given.text('user')))) !== null;
        if (!isThere) throw missingUser(invocation);
      }
    },
  };
}

function missingUserOrHost({ given, vhost }: Invocation): ControlError {
  return new ControlError(
    `there is no user "${given.text('user')}", or no virtual host "${vhost}"`,
    EXIT.noUser,
  );
}
