/** Virtual hosts: list, add, change and delete them. */
import { pathOf } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { CommandOption, ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, dataError, EXIT } from '../control-error.ts';
import { listCommand } from '../list-command.ts';

const group = 'Virtual hosts';

const NAME = { usage: '<name>', description: 'its name', completion: 'vhosts' } as const;

const METADATA_OPTIONS: readonly CommandOption[] = [
  { flags: '--description <text>', description: 'what it is for' },
  { flags: '--tags <tags>', description: 'separated by commas' },
  {
    flags: '--default-queue-type <type>',
    description: 'classic, quorum or stream: of queues that do not say one',
    completion: ['classic', 'quorum', 'stream'],
  },
];

export const VIRTUAL_HOST_COMMANDS: readonly ControlCommand[] = [
  listCommand({
    name: 'list_vhosts',
    group,
    summary: 'list virtual hosts',
    examples: [
      { words: 'list_vhosts', does: 'names' },
      { words: 'list_vhosts name description default_queue_type', does: 'other columns' },
    ],
    says: () => 'Listing vhosts ...',
    path: () => '/vhosts',
    columns: {
      name: 'name',
      description: 'description',
      tags: 'tags',
      default_queue_type: 'default_queue_type',
      protected_from_deletion: 'protected_from_deletion',
      tracing: 'tracing',
      cluster_state: 'cluster_state',
    },
    shown: ['name'],
    hasChoice: true,
  }),
  {
    name: 'add_vhost',
    group,
    summary: 'add a virtual host',
    arguments: [{ usage: '<name>', description: 'its name' }],
    options: METADATA_OPTIONS,
    examples: [
      { words: 'add_vhost tenant-a', does: 'users need permissions there' },
      { words: 'add_vhost tenant-b --default-queue-type quorum', does: 'with another default' },
    ],
    async run({ api, given, output }) {
      const name = given.text('name');
      await output.say(`Adding vhost "${name}" ...`);
      const path = pathOf('vhosts', name);
      // As with RabbitMQ, one that is there stays as it is.
      if ((await api.find(path)) !== null) return;
      await api.send({ method: 'PUT', path, body: metadataOf(given) });
    },
  },
  changeCommand({
    name: 'delete_vhost',
    group,
    summary: 'delete a virtual host with all that is in it',
    arguments: [NAME],
    examples: [
      { words: 'delete_vhost tenant-a', does: 'its queues, and the messages in them, too' },
    ],
    says: ({ given }) => `Deleting vhost "${given.text('name')}" ...`,
    request: ({ given }) => ({ method: 'DELETE', path: pathOf('vhosts', given.text('name')) }),
    missing: missingHost,
  }),
  {
    name: 'update_vhost_metadata',
    group,
    summary: 'change the description, tags or default queue type of a virtual host',
    arguments: [NAME],
    options: METADATA_OPTIONS,
    examples: [
      { words: "update_vhost_metadata tenant-a --description 'of the shop'", does: 'only that' },
    ],
    async run(invocation) {
      const { given, output } = invocation;
      await output.say(`Updating metadata of vhost "${given.text('name')}" ...`);
      await change(invocation, metadataOf(given));
    },
  },
  {
    name: 'set_vhost_tags',
    group,
    summary: 'set the tags of a virtual host',
    arguments: [NAME, { usage: '[tag...]', description: 'none: it has no tags' }],
    examples: [{ words: 'set_vhost_tags tenant-a production eu', does: 'these two' }],
    async run(invocation) {
      const { given, output } = invocation;
      const tags = given.list('tag').flatMap((tag) => tag.split(','));
      await output.say(
        `Setting tags for vhost "${given.text('name')}" to [${tags.join(', ')}] ...`,
      );
      await change(invocation, { tags });
    },
  },
  ...(['enable', 'disable'] as const).map((word) =>
    changeCommand({
      name: `${word}_vhost_protection_from_deletion`,
      group,
      summary:
        word === 'enable'
          ? 'refuse to delete a virtual host'
          : 'allow a virtual host to be deleted again',
      arguments: [NAME],
      examples: [
        { words: `${word}_vhost_protection_from_deletion tenant-a`, does: 'it holds at once' },
      ],
      says: ({ given }) =>
        `${word === 'enable' ? 'Enabling' : 'Disabling'} deletion protection for vhost "${given.text('name')}" ...`,
      request: ({ given }) => ({
        method: word === 'enable' ? 'POST' : 'DELETE',
        path: pathOf('vhosts', given.text('name'), 'deletion', 'protection'),
      }),
      missing: missingHost,
    }),
  ),
];

function metadataOf(given: Invocation['given']): object {
  const told = {
    description: given.optional('description'),
    tags: given.optional('tags')?.split(','),
    default_queue_type: given.optional('defaultQueueType'),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

/** A PUT would make one that is not there. */
async function change(invocation: Invocation, body: object): Promise<void> {
  const { api, given } = invocation;
  const path = pathOf('vhosts', given.text('name'));
  if ((await api.find(path)) === null) throw missingHost(invocation);
  if (Object.keys(body).length === 0) throw dataError('nothing is said that should change');
  await api.send({ method: 'PUT', path, body });
}

function missingHost({ given }: Invocation): ControlError {
  return new ControlError(`Virtual host '${given.text('name')}' does not exist`, EXIT.data);
}
