// Variables of RabbitMQ's server and images: what they say here, and which are told as having no effect.
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../../src/config/configuration-error.ts';
import type { FileReader } from '../../../src/config/config-files.ts';
import { loadSettings, type LoadedSettings } from '../../../src/config/load-settings.ts';

const noFiles: FileReader = {
  read: () => assert.fail('nothing is to be read'),
  kindOf: () => 'absent',
  namesIn: () => [],
};

function load(environment: Readonly<Record<string, string>>): LoadedSettings {
  const sources = { options: {}, environment, fileReader: noFiles, directoryProblem: () => null };
  return loadSettings(sources);
}

describe('a variable of RabbitMQ', () => {
  test('names the node', () => {
    const nameOf = (text: string): string | null =>
      load({ RABBITMQ_NODENAME: text }).settings.node.name;
    assert.equal(nameOf('rabbit@mq-1.example.org'), 'rabbit@mq-1.example.org');
    assert.equal(nameOf('rabbit'), `rabbit@${hostname()}`);
    assert.throws(() => nameOf('not a name'), /expected a name such as leveret@host/u);
  });

  test('says user, password, virtual host, address and port', () => {
    const { access, listeners } = load({
      RABBITMQ_DEFAULT_USER: 'u',
      RABBITMQ_DEFAULT_PASS: 'p',
      RABBITMQ_DEFAULT_VHOST: 'v',
      RABBITMQ_NODE_PORT: '5673',
      RABBITMQ_NODE_IP_ADDRESS: '0.0.0.0',
    }).settings;
    const { defaultUser, defaultPass, defaultVhost } = access;
    assert.deepEqual([defaultUser, defaultPass, defaultVhost], ['u', 'p', 'v']);
    assert.deepEqual(listeners.tcp, [{ name: 'default', host: '0.0.0.0', port: 5673 }]);
  });

  test('says what is logged, for everything and by category', () => {
    const { log } = load({ RABBITMQ_LOG: 'warning,connection=error, -color' }).settings;
    assert.equal(log.console.level, 'warn');
    assert.equal(log.console.useColors, false);
    assert.deepEqual({ ...log.categories }, { connection: 'error' });
  });

  test('with a level that there is not is told', () => {
    assert.throws(() => load({ RABBITMQ_LOG: 'verbose' }), /"verbose" for RABBITMQ_LOG/u);
  });

  test('that has no effect is told, with what to use instead', () => {
    const { foreignVariables } = load({
      RABBITMQ_MNESIA_BASE: '/var/lib/rabbitmq/mnesia',
      RABBITMQ_ERLANG_COOKIE: 'secret',
      RABBITMQ_USE_LONGNAME: '',
      RABBITMQ_URL: 'amqp://elsewhere',
    });
    assert.deepEqual(foreignVariables, [
      'RABBITMQ_ERLANG_COOKIE',
      'RABBITMQ_MNESIA_BASE (use LEVERET_DATA_DIR)',
    ]);
  });

  for (const name of [
    'RABBITMQ_DEFAULT_PASS_FILE',
    'RABBITMQ_DEFAULT_USER_FILE',
    'RABBITMQ_SSL_CERTFILE',
    'RABBITMQ_MANAGEMENT_SSL_KEYFILE',
    'RABBITMQ_VM_MEMORY_HIGH_WATERMARK',
  ]) {
    test(`such as ${name} is refused, as by RabbitMQ's images`, () => {
      assert.throws(() => load({ [name]: 'x' }), ConfigurationError);
    });
  }
});
