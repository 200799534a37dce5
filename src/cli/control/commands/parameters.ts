/** Runtime parameters of virtual hosts, and global ones. */
import { pathOf } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { ControlCommand } from '../control-command.ts';
import { ControlError, EXIT } from '../control-error.ts';
import { asJson, listCommand, missingVirtualHost } from '../list-command.ts';

const group = 'Parameters';

const COMPONENT = { usage: '<component>', description: 'whose parameter it is' } as const;
const NAME = { usage: '<name>', description: 'of the parameter' } as const;
const VALUE = { usage: '<value>', description: 'JSON' } as const;

const missing = (): ControlError => new ControlError('Parameter does not exist', EXIT.unavailable);

export const PARAMETER_COMMANDS: readonly ControlCommand[] = [
  listCommand({
    name: 'list_parameters',
    group,
    summary: 'list runtime parameters of a virtual host',
    examples: [{ words: 'list_parameters', does: 'policies have a list of their own' }],
    says: ({ vhost }) => `Listing runtime parameters for vhost "${vhost}" ...`,
    path: () => '/parameters',
    columns: { component: 'component', name: 'name', value: asJson('value') },
    shown: ['component', 'name', 'value'],
    isMeant: (item, { vhost }) => item['vhost'] === vhost && item['component'] !== 'policy',
  }),
  changeCommand({
    name: 'set_parameter',
    group,
    summary: 'set a runtime parameter',
    arguments: [COMPONENT, NAME, VALUE],
    examples: [
      {
        words: `set_parameter vhost-limits limits '{"max-queues": 100}'`,
        does: 'what set_vhost_limits does',
      },
    ],
    says: ({ given, vhost }) =>
      `Setting runtime parameter "${given.text('name')}" for component "${given.text('component')}" to "${given.text('value')}" in vhost "${vhost}" ...`,
    request: ({ given, vhost }) => ({
      method: 'PUT',
      path: pathOf('parameters', given.text('component'), vhost, given.text('name')),
      body: { value: given.json('value') },
    }),
    missing: missingVirtualHost,
  }),
  changeCommand({
    name: 'clear_parameter',
    group,
    summary: 'remove a runtime parameter',
    arguments: [COMPONENT, NAME],
    examples: [{ words: 'clear_parameter vhost-limits limits', does: 'no limits any more' }],
    says: ({ given, vhost }) =>
      `Clearing runtime parameter "${given.text('name')}" for component "${given.text('component')}" on vhost "${vhost}" ...`,
    request: ({ given, vhost }) => ({
      method: 'DELETE',
      path: pathOf('parameters', given.text('component'), vhost, given.text('name')),
    }),
    missing,
  }),
  listCommand({
    name: 'list_global_parameters',
    group,
    summary: 'list parameters of the whole broker',
    examples: [{ words: 'list_global_parameters', does: 'names and values' }],
    says: () => 'Listing global runtime parameters ...',
    path: () => '/global-parameters',
    columns: { name: 'name', value: asJson('value') },
    shown: ['name', 'value'],
  }),
  changeCommand({
    name: 'set_global_parameter',
    group,
    summary: 'set a parameter of the whole broker',
    arguments: [NAME, VALUE],
    examples: [{ words: `set_global_parameter cluster_name '"farm"'`, does: 'a text has quotes' }],
    says: ({ given }) =>
      `Setting global runtime parameter "${given.text('name')}" to "${given.text('value')}" ...`,
    request: ({ given }) => ({
      method: 'PUT',
      path: pathOf('global-parameters', given.text('name')),
      body: { value: given.json('value') },
    }),
    missing,
  }),
  changeCommand({
    name: 'clear_global_parameter',
    group,
    summary: 'remove a parameter of the whole broker',
    arguments: [NAME],
    examples: [{ words: 'clear_global_parameter motd', does: 'this one' }],
    says: ({ given }) => `Clearing global runtime parameter "${given.text('name')}" ...`,
    request: ({ given }) => ({
      method: 'DELETE',
      path: pathOf('global-parameters', given.text('name')),
    }),
    missing,
  }),
  changeCommand({
    name: 'set_cluster_name',
    group,
    summary: 'give the broker another name to show',
    arguments: [NAME],
    examples: [{ words: 'set_cluster_name farm', does: 'tools show it' }],
    says: ({ given }) => `Setting cluster name to ${given.text('name')} ...`,
    request: ({ given }) => ({
      method: 'PUT',
      path: '/cluster-name',
      body: { name: given.text('name') },
    }),
    missing,
  }),
];
