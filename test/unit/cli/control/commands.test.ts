// The table of commands: each is whole, and no name stands for two things.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COMMANDS } from '../../../../src/cli/control/commands.ts';
import { insteadOf } from '../../../../src/cli/control/foreign-commands.ts';
import { GENERAL_OPTIONS } from '../../../../src/cli/control/general-options.ts';

describe('the table of commands', () => {
  const names = COMMANDS.map(({ name }) => name);

  test('has each name once, and none that is said to mean nothing', () => {
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(
      names.filter((name) => insteadOf(name) !== null),
      [],
    );
  });

  test('has an example of each command that begins with a name', () => {
    for (const { name, examples } of COMMANDS) {
      const [first] = examples;
      assert.ok(first !== undefined, name);
      for (const { words } of examples) assert.ok(names.includes(words.split(' ')[0] ?? ''), words);
    }
  });

  test('has summaries of one line without a full stop', () => {
    for (const { summary, name } of COMMANDS) assert.match(summary, /^[^\n]*[^.\n]$/u, name);
  });

  test('has required arguments before those that may be left out', () => {
    for (const command of COMMANDS) {
      const usages = (command.arguments ?? []).map(({ usage }) => usage);
      const firstOptional = usages.findIndex((usage) => usage.startsWith('['));
      const after = firstOptional === -1 ? [] : usages.slice(firstOptional);
      assert.ok(
        after.every((usage) => usage.startsWith('[')),
        command.name,
      );
      assert.ok(
        usages.slice(0, -1).every((usage) => !usage.includes('...')),
        command.name,
      );
    }
  });

  test('has no option with the letter of a general one', () => {
    const letters = new Set(GENERAL_OPTIONS.flatMap(({ flags }) => flags.match(/^-\w/u) ?? []));
    for (const { name, options = [] } of COMMANDS) {
      for (const { flags } of options) {
        assert.equal(letters.has(/^-\w/u.exec(flags)?.[0] ?? ''), false, `${name} ${flags}`);
      }
    }
  });

  test('has what rabbitmqctl and rabbitmq-diagnostics are used for every day', () => {
    const daily =
      'list_queues list_exchanges list_bindings list_connections list_channels list_consumers list_vhosts list_users list_permissions list_user_permissions list_topic_permissions list_policies list_operator_policies list_parameters list_global_parameters list_vhost_limits list_user_limits list_feature_flags add_user delete_user change_password clear_password authenticate_user set_user_tags set_permissions clear_permissions set_topic_permissions clear_topic_permissions add_vhost delete_vhost set_policy clear_policy set_operator_policy clear_operator_policy set_parameter clear_parameter set_global_parameter clear_global_parameter set_vhost_limits clear_vhost_limits set_user_limits clear_user_limits export_definitions import_definitions declare_queue delete_queue purge_queue publish get close_connection close_all_connections status ping check_running check_local_alarms check_port_connectivity check_port_listener check_protocol_listener check_virtual_hosts alarms listeners memory_breakdown hash_password await_startup wait node_health_check cluster_status';
    assert.deepEqual(
      daily.split(' ').filter((name) => !names.includes(name)),
      [],
    );
  });
});
