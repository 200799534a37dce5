/** Limits of virtual hosts and of users. */
import { pathOf } from '../api-client.ts';
import { changeCommand, orMissing } from '../change-command.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, EXIT } from '../control-error.ts';
import { missingVirtualHost } from '../list-command.ts';
import { missingUser, USER } from './users.ts';

interface Limits {
  readonly vhost?: string;
  readonly user?: string;
  readonly value: object;
}

/** As a virtual host's runtime parameter, all its limits are set at once. */
const HOST_LIMITS = (vhost: string): string =>
  pathOf('parameters', 'vhost-limits', vhost, 'limits');

const VIRTUAL_HOST_LIMITS: readonly ControlCommand[] = [
  {
    name: 'list_vhost_limits',
    group: 'Virtual hosts',
    summary: 'show the limits of a virtual host, or of all',
    options: [{ flags: '--global', description: 'of all virtual hosts' }],
    examples: [
      { words: 'list_vhost_limits -p tenant-a', does: 'of one, as JSON' },
      { words: 'list_vhost_limits --global', does: 'of all, as a table' },
    ],
    async run(invocation) {
      const { vhost, given } = invocation;
      if (given.has('global')) return tellAll(invocation, 'vhost', 'vhosts');
      await tellOne(
        invocation,
        `vhost "${vhost}"`,
        pathOf('vhost-limits', vhost),
        missingVirtualHost,
      );
    },
  },
  changeCommand({
    name: 'set_vhost_limits',
    group: 'Virtual hosts',
    summary: 'limit the connections or queues of a virtual host',
    arguments: [
      {
        usage: '<definition>',
        description: `a JSON object of max-connections, max-queues; instead of those before`,
      },
    ],
    examples: [
      {
        words: `set_vhost_limits -p tenant-a '{"max-connections": 100, "max-queues": 50}'`,
        does: 'below 0: no limit',
      },
    ],
    says: ({ given, vhost }) =>
      `Setting vhost limits to "${given.text('definition')}" for vhost "${vhost}" ...`,
    request: ({ given, vhost }) => ({
      method: 'PUT',
      path: HOST_LIMITS(vhost),
      body: { value: given.jsonObject('definition') },
    }),
    missing: missingVirtualHost,
  }),
  changeCommand({
    name: 'clear_vhost_limits',
    group: 'Virtual hosts',
    summary: 'remove the limits of a virtual host',
    examples: [{ words: 'clear_vhost_limits -p tenant-a', does: 'all of them' }],
    says: ({ vhost }) => `Clearing vhost "${vhost}" limits ...`,
    request: ({ vhost }) => ({ method: 'DELETE', path: HOST_LIMITS(vhost) }),
    missing: ({ vhost }) =>
      new ControlError(`virtual host '${vhost}' is not there, or has no limits`, EXIT.unavailable),
  }),
];

const USER_LIMITS: readonly ControlCommand[] = [
  {
    name: 'list_user_limits',
    group: 'Users',
    summary: 'show the limits of a user, or of all',
    options: [
      {
        flags: '--user <user>',
        description: 'whose; who asks is said before the command, or with LEVERET_USER',
        completion: 'users',
      },
      { flags: '--global', description: 'of all users' },
    ],
    examples: [
      { words: 'list_user_limits --user shop', does: 'of one, as JSON' },
      { words: 'list_user_limits --global', does: 'of all, as a table' },
    ],
    async run(invocation) {
      const { given } = invocation;
      if (given.has('global')) return tellAll(invocation, 'user', 'users');
      const user = given.optional('user') ?? 'guest';
      await tellOne(
        invocation,
        `user "${user}"`,
        pathOf('user-limits', user),
        () => new ControlError(`User "${user}" does not exist`, EXIT.noUser),
      );
    },
  },
  {
    name: 'set_user_limits',
    group: 'Users',
    summary: 'limit the connections or channels of a user',
    arguments: [
      USER,
      { usage: '<definition>', description: 'a JSON object of max-connections, max-channels' },
    ],
    examples: [
      { words: `set_user_limits shop '{"max-connections": 10}'`, does: 'below 0: no limit' },
    ],
    async run(invocation) {
      const { api, given, output } = invocation;
      const user = given.text('user');
      await output.say(
        `Setting user limits to "${given.text('definition')}" for user "${user}" ...`,
      );
      for (const [limit, value] of Object.entries(given.jsonObject('definition'))) {
        const path = pathOf('user-limits', user, limit);
        // oxlint-disable-next-line no-await-in-loop -- the first that is refused ends it
        await orMissing(missingUser, invocation, async () =>
          api.send({ method: 'PUT', path, body: { value } }),
        );
      }
    },
  },
  {
    name: 'clear_user_limits',
    group: 'Users',
    summary: 'remove limits of a user',
    arguments: [
      USER,
      {
        usage: '<limit>',
        description: 'max-connections, max-channels, or all',
        completion: ['max-connections', 'max-channels', 'all'],
      },
    ],
    examples: [{ words: 'clear_user_limits shop all', does: 'both' }],
    async run(invocation) {
      const { api, given, output } = invocation;
      const [user, limit] = [given.text('user'), given.text('limit')];
      const limits = limit === 'all' ? ['max-connections', 'max-channels'] : [limit];
      const told = limit === 'all' ? 'all limits' : `limit "${limit}"`;
      await output.say(`Clearing ${told} for user "${user}" ...`);
      for (const name of limits) {
        const path = pathOf('user-limits', user, name);
        // oxlint-disable-next-line no-await-in-loop -- there are two
        await orMissing(missingUser, invocation, async () => api.send({ method: 'DELETE', path }));
      }
    },
  },
];

export const LIMIT_COMMANDS: readonly ControlCommand[] = [...VIRTUAL_HOST_LIMITS, ...USER_LIMITS];

async function tellOne(
  invocation: Invocation,
  whose: string,
  path: string,
  missing: (invocation: Invocation) => ControlError,
): Promise<void> {
  const { api, output } = invocation;
  await output.say(`Listing limits for ${whose} ...`);
  const [found] = await orMissing(missing, invocation, async () =>
    api.get<readonly Limits[]>(path),
  );
  const limits = found?.value ?? {};
  await output.tell(limits, JSON.stringify(limits));
}

async function tellAll(
  { api, output }: Invocation,
  whose: 'vhost' | 'user',
  plural: string,
): Promise<void> {
  await output.say(`Listing limits for all ${plural} ...`);
  const all = await api.get<readonly Limits[]>(`/${whose}-limits`);
  const rows = all.map((one) => ({ [whose]: one[whose], limits: JSON.stringify(one.value) }));
  await output.rows([whose, 'limits'], rows);
}
