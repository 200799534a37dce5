// Runtime parameters and global parameters: what is refused, who is told, and that they are there after a restart.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ParameterError } from '../../../src/broker/parameters.ts';
import { hostOf, Machine } from '../../support/simulated-broker.ts';

const refuses = (reason: string, text: string) => (error: unknown) =>
  error instanceof ParameterError && error.reason === reason && error.message === text;

describe('runtime parameters', () => {
  test('of an unknown component are refused', () => {
    const { parameters } = new Machine().start();
    assert.throws(
      () => void parameters.put('foo', '/', 'n', 1),
      refuses('invalid', 'Validation failed\n\ncomponent foo not found\n'),
    );
  });

  test('that are policies have ways of their own, but for those of operators', () => {
    const { parameters } = new Machine().start();
    assert.throws(
      () => void parameters.put('policy', '/', 'p', {}),
      refuses('invalid', 'policies may not be set using this method'),
    );
    assert.throws(
      () => void parameters.delete('policy', '/', 'p'),
      refuses('invalid', 'policies may not be cleared using this method'),
    );
    const value = { pattern: '.*', priority: 0, definition: { 'max-length': 1 } };
    void parameters.put('operator_policy', '/', 'p', value);
  });

  test('all errors are in one text', () => {
    const { policies } = hostOf(new Machine().start());
    const policy = { name: 'p', pattern: '(', applyTo: 'foo', priority: 0, definition: {} };
    assert.throws(
      () => void policies.put(policy),
      refuses(
        'invalid',
        "Validation failed\n\nno policy provided\napply-to 'foo' unrecognised; should be one of: " +
          "'queues', 'classic_queues',  'quorum_queues', 'streams', 'exchanges', or 'all'\n" +
          'pattern should be regular expression but is invalid: {"missing )",1}\n',
      ),
    );
    assert.equal(policies.size, 0);
  });

  test('that are not there cannot be deleted, and there are none without a virtual host', () => {
    const { parameters } = new Machine().start();
    assert.throws(
      () => void parameters.delete('vhost-limits', '/', 'limits'),
      refuses('missing', 'Parameter does not exist'),
    );
    assert.throws(
      () => void parameters.put('vhost-limits', 'v', 'limits', {}),
      refuses('missing', "Virtual host 'v' does not exist"),
    );
  });

  test('of a component of a plugin are checked by it, which is told of changes', () => {
    const machine = new Machine();
    const { parameters } = machine.start();
    const told: unknown[] = [];
    parameters.register('shovel', {
      validate: (_name, value) => (value === 'bad' ? ['bad is bad'] : []),
      onSet: ({ name, value }) => void told.push(['set', name, value]),
      onDeleted: ({ name }) => void told.push(['deleted', name]),
    });
    assert.throws(
      () => void parameters.put('shovel', '/', 's', 'bad'),
      refuses('invalid', 'Validation failed\n\nbad is bad\n'),
    );
    void parameters.put('shovel', '/', 's', { src: 1 });
    void parameters.put('shovel', '/', 's', { src: 1 });
    assert.deepEqual(told, [['set', 's', { src: 1 }]]);
    const again = machine.start().parameters;
    const expected = { component: 'shovel', vhost: '/', name: 's', value: { src: 1 } };
    assert.deepEqual(again.list(), [expected]);
    assert.deepEqual(again.find('shovel', '/', 's'), expected);
    void parameters.delete('shovel', '/', 's');
    assert.deepEqual(told.at(-1), ['deleted', 's']);
  });

  test('are listed by component and virtual host, policies only when asked for', () => {
    const broker = new Machine().start();
    void broker.createVirtualHost('v');
    const definition = { 'max-length': 1 };
    const policy = { name: 'p', pattern: '.*', applyTo: 'all', priority: 0, definition };
    void hostOf(broker, 'v').policies.put(policy);
    void hostOf(broker, 'v').setLimit('max-queues', 1);
    void hostOf(broker).setLimit('max-queues', 1);
    const { parameters } = broker;
    const names = (found: readonly { component: string; vhost: string }[]): string[] =>
      found.map(({ component, vhost }) => `${component} ${vhost}`).sort();
    assert.deepEqual(names(parameters.list()), ['vhost-limits /', 'vhost-limits v']);
    assert.deepEqual(names(parameters.list('policy')), ['policy v']);
    assert.deepEqual(names(parameters.list('vhost-limits', 'v')), ['vhost-limits v']);
    assert.deepEqual(names(parameters.list(undefined, '/')), ['vhost-limits /']);
  });
});

describe('global parameters', () => {
  test('are kept, replaced and deleted', () => {
    const machine = new Machine();
    const first = machine.start().globalParameters;
    void first.put('cluster_name', 'one');
    void first.put('cluster_name', { any: ['value'] });
    assert.deepEqual(machine.start().globalParameters.find('cluster_name')?.value, {
      any: ['value'],
    });
    void first.delete('cluster_name');
    assert.equal(machine.start().globalParameters.find('cluster_name'), null);
    const isMissing = refuses('missing', 'Parameter does not exist');
    assert.throws(() => void first.delete('cluster_name'), isMissing);
  });

  test('tell a number that the broker has from its first start on', () => {
    const machine = new Machine();
    const id = machine.start().globalParameters.find('internal_cluster_id')?.value;
    assert.match(String(id), /^rabbitmq-cluster-id-[\w-]{22}$/u);
    assert.equal(machine.start().globalParameters.find('internal_cluster_id')?.value, id);
  });

  test('have the name and the tags that are configured', () => {
    const options = { clusterName: 'n', clusterTags: { region: 'eu' } };
    const { globalParameters } = new Machine().start(options);
    assert.equal(globalParameters.find('cluster_name')?.value, 'n');
    assert.deepEqual(globalParameters.find('cluster_tags')?.value, { region: 'eu' });
  });

  test('that the broker keeps for itself are not listed', () => {
    const { globalParameters } = new Machine().start();
    void globalParameters.put('imported_definition_hash_value', 'x');
    assert.deepEqual(
      globalParameters.list().map(({ name }) => name),
      ['internal_cluster_id'],
    );
  });
});
