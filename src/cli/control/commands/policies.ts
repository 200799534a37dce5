/** Policies of users, and of operators. */
import { pathOf } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, EXIT } from '../control-error.ts';
import { asJson, listCommand, missingVirtualHost } from '../list-command.ts';

const group = 'Policies';

const APPLY_TO = ['all', 'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges'];

/** What differs between the two kinds. */
interface Kind {
  /** In names of commands. */
  readonly word: 'policy' | 'operator_policy';
  readonly plural: 'policies' | 'operator_policies';
  readonly path: 'policies' | 'operator-policies';
  /** What the commands say of one, and of all. */
  readonly told: string;
  readonly toldAll: string;
}

const KINDS: readonly Kind[] = [
  { word: 'policy', plural: 'policies', path: 'policies', told: 'policy', toldAll: 'policies' },
  {
    word: 'operator_policy',
    plural: 'operator_policies',
    path: 'operator-policies',
    told: 'operator policy override',
    toldAll: 'operator policy overrides',
  },
];

export const POLICY_COMMANDS: readonly ControlCommand[] = KINDS.flatMap((kind) => [
  listOf(kind),
  setOf(kind),
  clearOf(kind),
]);

function listOf({ plural, path, toldAll }: Kind): ControlCommand {
  return listCommand({
    name: `list_${plural}`,
    group,
    summary: `list ${toldAll} of a virtual host`,
    examples: [{ words: `list_${plural}`, does: 'what holds for which names' }],
    says: ({ vhost }) => `Listing ${toldAll} for vhost "${vhost}" ...`,
    path: ({ vhost }) => pathOf(path, vhost),
    columns: {
      vhost: 'vhost',
      name: 'name',
      pattern: 'pattern',
      'apply-to': 'apply-to',
      definition: asJson('definition'),
      priority: 'priority',
    },
    shown: ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
  });
}

function setOf({ word, path, told }: Kind): ControlCommand {
  return changeCommand({
    name: `set_${word}`,
    group,
    summary: `set ${word === 'policy' ? 'a policy' : 'limits that users cannot exceed'}, for all queues or exchanges whose names match`,
    arguments: [
      { usage: '<name>', description: 'of the policy', completion: 'policies' },
      { usage: '<pattern>', description: "a regular expression for names, as '^orders'" },
      { usage: '<definition>', description: `a JSON object, as '{"max-length": 1000}'` },
    ],
    options: [
      { flags: '--priority <number>', description: 'of several the highest applies; default: 0' },
      {
        flags: '--apply-to <what>',
        description: `${APPLY_TO.join(', ')}; default: all`,
        completion: APPLY_TO,
      },
    ],
    examples: [
      {
        words: `set_${word} short '^logs' '{"max-length": 1000}' --apply-to queues`,
        does: 'the newest 1,000 messages',
      },
      {
        words: `set_${word} old '.*' '{"message-ttl": 86400000}' --priority 1`,
        does: 'nothing waits longer than a day',
      },
    ],
    says: ({ given, vhost }) =>
      `Setting ${told} "${given.text('name')}" for pattern "${given.text('pattern')}" to "${given.text('definition')}" with priority "${given.text('priority') === '' ? '0' : given.text('priority')}" for vhost "${vhost}" ...`,
    request: ({ given, vhost }) => ({
      method: 'PUT',
      path: pathOf(path, vhost, given.text('name')),
      body: {
        pattern: given.text('pattern'),
        definition: given.jsonObject('definition'),
        priority: given.integer('priority', 0),
        'apply-to': given.optional('applyTo') ?? 'all',
      },
    }),
    missing: missingVirtualHost,
  });
}

function clearOf({ word, path, told, plural }: Kind): ControlCommand {
  return changeCommand({
    name: `clear_${word}`,
    group,
    summary: `remove ${word === 'policy' ? 'a policy' : 'an operator policy'}; what it did holds no longer`,
    arguments: [{ usage: '<name>', description: 'of the policy', completion: 'policies' }],
    examples: [{ words: `clear_${word} short`, does: 'queues are longer again' }],
    says: ({ given, vhost }) =>
      `Clearing ${told.replace(' override', '')} "${given.text('name')}" on vhost "${vhost}" ...`,
    request: ({ given, vhost }) => ({
      method: 'DELETE',
      path: pathOf(path, vhost, given.text('name')),
    }),
    missing: ({ given, vhost }: Invocation) =>
      new ControlError(
        `there is no ${told} '${given.text('name')}' in virtual host '${vhost}': \`leveret list_${plural}\` tells which there are`,
        EXIT.unavailable,
      ),
  });
}
