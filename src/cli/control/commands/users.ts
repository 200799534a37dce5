/** Users: list, add and delete them, their passwords and tags. */
import { pathOf } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, dataError, EXIT } from '../control-error.ts';
import { listCommand } from '../list-command.ts';
import { readSecret } from '../secret-input.ts';

const group = 'Users';

export const USER = { usage: '<user>', description: 'their name', completion: 'users' } as const;

const PASSWORD = {
  usage: '[password]',
  description: 'left out: it is asked for, or read from the standard input',
} as const;

/** As the API has it. */
interface User {
  readonly password_hash: string;
  readonly hashing_algorithm: string;
  readonly tags: readonly string[];
}

export const USER_COMMANDS: readonly ControlCommand[] = [
  listCommand({
    name: 'list_users',
    group,
    summary: 'list users and their tags',
    examples: [{ words: 'list_users', does: 'names and tags' }],
    says: () => 'Listing users ...',
    path: () => '/users',
    columns: { user: 'name', tags: 'tags' },
    shown: ['user', 'tags'],
  }),
  {
    name: 'add_user',
    group,
    summary: 'add a user, who may do nothing yet',
    arguments: [{ usage: '<user>', description: 'their name' }, PASSWORD],
    hasSecret: true,
    examples: [
      { words: 'add_user shop', does: 'asks for the password' },
      { words: 'add_user shop < password.txt', does: 'its first line' },
      { words: "set_permissions shop '' '^orders$' ''", does: 'what the user may do' },
    ],
    async run(invocation) {
      const { api, given, output } = invocation;
      const user = given.text('user');
      await output.say(`Adding user "${user}" ...`);
      if ((await api.find(pathOf('users', user))) !== null) {
        throw new ControlError(
          `User "${user}" already exists: \`leveret change_password\` changes its password`,
          EXIT.software,
        );
      }
      const password = await passwordOf(invocation);
      await api.send({ method: 'PUT', path: pathOf('users', user), body: { password, tags: [] } });
      await output.say(
        "Done. Don't forget to grant the user permissions to some virtual hosts: `leveret help set_permissions` tells how.",
      );
    },
  },
  changeCommand({
    name: 'delete_user',
    group,
    summary: 'delete a user; their connections are closed',
    arguments: [USER],
    examples: [{ words: 'delete_user guest', does: 'when there is another administrator' }],
    says: ({ given }) => `Deleting user "${given.text('user')}" ...`,
    request: ({ given }) => ({ method: 'DELETE', path: pathOf('users', given.text('user')) }),
    missing: missingUser,
  }),
  {
    name: 'change_password',
    group,
    summary: 'give a user another password',
    arguments: [USER, PASSWORD],
    hasSecret: true,
    examples: [{ words: 'change_password shop', does: 'asks for it' }],
    async run(invocation) {
      const { given, output } = invocation;
      await output.say(`Changing password for user "${given.text('user')}" ...`);
      const { tags } = await userOf(invocation);
      await putUser(invocation, { tags, password: await passwordOf(invocation) });
    },
  },
  {
    name: 'clear_password',
    group,
    summary: 'let a user log in with a certificate only',
    arguments: [USER],
    examples: [{ words: 'clear_password shop', does: 'no password is right any more' }],
    async run(invocation) {
      const { given, output } = invocation;
      await output.say(`Clearing password for user "${given.text('user')}" ...`);
      const { tags } = await userOf(invocation);
      await putUser(invocation, { tags, password_hash: '' });
    },
  },
  {
    name: 'authenticate_user',
    group,
    summary: 'try whether a password is right',
    arguments: [USER, PASSWORD],
    hasSecret: true,
    examples: [{ words: 'authenticate_user shop', does: 'code 0: right, 65: wrong' }],
    run: authenticate,
  },
  {
    name: 'set_user_tags',
    group,
    summary: 'say what a user may do over the management API',
    arguments: [
      USER,
      {
        usage: '[tag...]',
        description:
          'administrator, monitoring, policymaker, management, impersonator; none: nothing',
        completion: ['administrator', 'monitoring', 'policymaker', 'management', 'impersonator'],
      },
    ],
    examples: [
      { words: 'set_user_tags jane administrator', does: 'everything' },
      { words: 'set_user_tags shop', does: 'nothing' },
    ],
    async run(invocation) {
      const { given, output } = invocation;
      const tags = given.list('tag').flatMap((tag) => tag.split(','));
      await output.say(`Setting tags for user "${given.text('user')}" to [${tags.join(', ')}] ...`);
      const { password_hash, hashing_algorithm } = await userOf(invocation);
      await putUser(invocation, { tags, password_hash, hashing_algorithm });
    },
  },
  {
    name: 'hash_password',
    group,
    summary: 'the hash of a password, for a file of definitions',
    arguments: [PASSWORD],
    hasSecret: true,
    examples: [{ words: 'hash_password', does: 'asks for the password' }],
    async run(invocation) {
      const { api, output } = invocation;
      await output.say('Will hash the password ...');
      const path = pathOf('auth', 'hash_password', await passwordOf(invocation));
      const { ok } = await api.get<{ readonly ok: string }>(path);
      await output.tell({ hash: ok }, ok);
    },
  },
];

export function missingUser({ given }: Pick<Invocation, 'given'>): ControlError {
  return new ControlError(`User "${given.text('user')}" does not exist`, EXIT.noUser);
}

async function userOf({ api, given }: Invocation): Promise<User> {
  const user = await api.find<User>(pathOf('users', given.text('user')));
  if (user === null) throw missingUser({ given });
  return user;
}

async function putUser({ api, given }: Invocation, body: object): Promise<void> {
  await api.send({ method: 'PUT', path: pathOf('users', given.text('user')), body });
}

async function passwordOf({ given }: Invocation): Promise<string> {
  const password = given.optional('password') ?? (await readSecret('Password: '));
  if (password.trim() === '') throw dataError('a blank password is refused');
  return password;
}

/** Logs in as that user: who is let in but may not use the API has the right password, too. */
async function authenticate(invocation: Invocation): Promise<void> {
  const { api, given, output } = invocation;
  const user = given.text('user');
  await output.say(`Authenticating user "${user}" ...`);
  const password = await passwordOf(invocation);
  const theirs = api.as({ kind: 'password', user, password });
  const { status, octets } = await theirs.ask({ method: 'GET', path: '/whoami' });
  const isRight = status === 200 || octets.includes('Not management user');
  if (!isRight) throw dataError(`failed to authenticate user "${user}"`);
  await output.tell({ user, result: 'ok' }, 'Success');
}
