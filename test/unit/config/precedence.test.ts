// What files say, what counts of it, and what all problems together look like.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ConfigurationError } from '../../../src/config/configuration-error.ts';
import { effectiveKeys, effectiveTable } from '../../../src/config/effective.ts';
import {
  KEYS,
  loadSettings,
  type LoadedSettings,
  type SettingSources,
} from '../../../src/config/load-settings.ts';
import type { Settings } from '../../../src/config/settings.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

interface Said extends Partial<SettingSources> {
  /** Of the configuration file. */
  readonly text?: string;
}

function load(t: TestContext, { text = '', ...sources }: Said): LoadedSettings {
  const file = join(temporaryDirectory(t), 'x.conf');
  writeFileSync(file, text);
  return loadSettings({
    options: {},
    environment: {},
    files: [file],
    directoryProblem: () => null,
    ...sources,
  });
}

function settings(t: TestContext, said: Said): Settings {
  return load(t, said).settings;
}

/** Problems, without the directory of the file. */
function complaints(t: TestContext, said: Said): readonly string[] {
  try {
    load(t, said);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.problems.map((problem) => problem.replaceAll(/\S*\/x\.conf/gu, 'x.conf'));
  }
  return assert.fail('the settings were accepted');
}

describe('what counts', () => {
  test('is an option before a variable, a variable before a file, a file before the default', (t) => {
    const text = 'sync = never\nlog.level = error\ndata_dir = /file';
    const environment = { LEVERET_LOG_LEVEL: 'debug', LEVERET_DATA_DIR: '/variable' };
    const { storage, log, limits } = settings(t, {
      text,
      environment,
      options: { data_dir: '/option' },
    });
    assert.equal(storage.sync, 'never');
    assert.equal(log.console.level, 'debug');
    assert.equal(storage.dataDir, '/option');
    assert.equal(limits.heartbeat, 60);
  });

  test('is the later of two lines', (t) => {
    assert.equal(settings(t, { text: 'heartbeat = 1\nheartbeat = 2' }).limits.heartbeat, 2);
  });

  test('is a variable of ours before one of RabbitMQ', (t) => {
    const environment = { RABBITMQ_DEFAULT_USER: 'r', LEVERET_DEFAULT_USER: 'l' };
    assert.equal(settings(t, { environment }).access.defaultUser, 'l');
  });

  test('is a short form of the same weight before a long one, and one of less weight after it', (t) => {
    const text = 'port = 1\nlisteners.tcp.default = 127.0.0.1:2';
    assert.equal(settings(t, { text }).listeners.tcp[0]?.port, 1);
    const environment = { LEVERET_LISTENERS_TCP_DEFAULT: '3' };
    const { tcp } = settings(t, { text: 'port = 1', environment }).listeners;
    assert.deepEqual(tcp, [{ name: 'default', host: '::', port: 3 }]);
    const relative = { LEVERET_VM_MEMORY_HIGH_WATERMARK_RELATIVE: '0.3' };
    const { memory } = settings(t, {
      text: 'vm_memory_high_watermark.absolute = 1GB\nmemory_watermark = 0.7',
      environment: relative,
    });
    assert.deepEqual(memory.watermark, { share: 0.3 });
  });

  test('is the option for the level of logs before a level of one output in a file', (t) => {
    const { log } = settings(t, {
      text: 'log.console.level = debug\nlog.file.level = warning',
      options: { 'log.level': 'error' },
    });
    assert.deepEqual([log.console.level, log.file.level], ['error', 'error']);
  });
});

describe('a file for RabbitMQ', () => {
  test('says several listeners, each with its address', (t) => {
    const text = `
listeners.tcp.default = 5672
listeners.tcp.local   = 127.0.0.1:5673
listeners.tcp.six     = ::1:5674
listeners.tcp.seven   = [::1]:5675`;
    const { tcp } = settings(t, { text }).listeners;
    assert.deepEqual(
      tcp.map(({ host, port }) => `${host} ${port}`),
      [':: 5672', '127.0.0.1 5673', '::1 5674', '::1 5675'],
    );
  });

  test('says that nobody connects without TLS, which a port contradicts', (t) => {
    assert.deepEqual(settings(t, { text: 'listeners.tcp = none' }).listeners.tcp, []);
    assert.deepEqual(complaints(t, { text: 'listeners.tcp = none', options: { port: '1' } }), [
      '--port and listeners.tcp = none contradict each other',
    ]);
  });

  test('says who may connect from where, and with which tags', (t) => {
    assert.deepEqual(settings(t, {}).access.loopbackUsers, ['guest']);
    const open = settings(t, { text: 'loopback_users.guest = false' });
    assert.deepEqual(open.access.loopbackUsers, []);
    assert.deepEqual(settings(t, { text: 'loopback_users = none' }).access.loopbackUsers, []);
    const text = 'default_user_tags.administrator = false\ndefault_user_tags.monitoring = true';
    assert.deepEqual(settings(t, { text }).access.defaultUserTags, ['monitoring']);
  });

  test('says the chain of back ends in the order of its numbers', (t) => {
    const text = `
auth_backends.10 = internal
auth_backends.2.authn = rabbit_auth_backend_ldap
auth_backends.2.authz = internal
auth_backends.1 = oauth
auth_ldap.servers.1 = localhost`;
    assert.deepEqual(settings(t, { text }).auth.backends, [
      { authn: 'oauth2', authz: 'oauth2' },
      { authn: 'ldap', authz: 'internal' },
      { authn: 'internal', authz: 'internal' },
    ]);
  });

  test('says queries of LDAP over several lines', (t) => {
    const text = `
auth_ldap.queries.tags = '''
[{administrator, {in_group, "cn=admins,dc=example,dc=org"}},
 {management,    {constant, true}}]
'''
auth_ldap.queries.vhost_access = {constant, true}`;
    const { queries } = settings(t, { text }).auth.ldap;
    assert.match(queries.tags ?? '', /^\[\{administrator.*\n.*\}\]$/u);
    assert.equal(queries.vhostAccess, '{constant, true}');
  });

  test('is told where a query of LDAP is wrong', (t) => {
    const text = "auth_ldap.queries.tags = '''\n[{administrator,\n  {in_grup, \"a\"}}]\n'''";
    assert.throws(
      () => settings(t, { text }),
      /auth_ldap\.queries\.tags: line 2, column 3: expected a query such as/u,
    );
  });

  const incomplete: ReadonlyArray<readonly [text: string, problem: RegExp]> = [
    ['auth_backends.1 = http', /http asks for auth_http\.user_path/u],
    ['auth_backends.1 = ldap', /ldap asks for auth_ldap\.servers\.1/u],
    [
      'auth_backends.1 = cache\nauth_cache.cached_backend = http',
      /http asks for auth_http\.resource_path/u,
    ],
    ['auth_backends.1 = cache\nauth_cache.cached_backend = cache', /cannot keep its own answers/u],
  ];
  for (const [text, problem] of incomplete) {
    test(`is told what a back end lacks: ${JSON.stringify(text)}`, (t) => {
      assert.throws(() => settings(t, { text }), problem);
    });
  }

  test('says limits and policies for what is made later', (t) => {
    const text = `
default_limits.vhosts.a.pattern = ^prod-
default_limits.vhosts.a.max_connections = 10
default_policies.operator.b.vhost_pattern = ^dev-
default_policies.operator.b.message_ttl = 1h
default_policies.operator.b.max_length_bytes = 1MB`;
    const { vhostLimits, operatorPolicies } = settings(t, { text }).defaults;
    assert.deepEqual(vhostLimits, [
      { name: 'a', pattern: '^prod-', maxConnections: 10, maxQueues: -1 },
    ]);
    const [policy] = operatorPolicies;
    assert.equal(policy?.vhostPattern, '^dev-');
    assert.deepEqual(
      { ...policy?.definition },
      { 'message-ttl': 3_600_000, 'max-length-bytes': 2 ** 20 },
    );
  });

  test('says providers and resource servers of OAuth 2', (t) => {
    const text = `
auth_oauth2.resource_server_id = mq
auth_oauth2.issuer = https://one.example.org
auth_oauth2.oauth_providers.two.jwks_uri = https://two.example.org/keys
auth_oauth2.oauth_providers.two.algorithms.2 = RS256
auth_oauth2.oauth_providers.two.algorithms.1 = ES256
auth_oauth2.resource_servers.dev.id = mq-dev
auth_oauth2.resource_servers.dev.scope_aliases.admin = mq.tag:administrator mq.read:*/*
auth_oauth2.scope_aliases.1.alias = api://x
auth_oauth2.scope_aliases.1.scope = mq.read:*/*`;
    const { oauth2 } = settings(t, { text }).auth;
    assert.equal(oauth2.provider.issuer, 'https://one.example.org');
    assert.deepEqual(oauth2.providers['two']?.algorithms, ['ES256', 'RS256']);
    assert.equal(oauth2.providers['two']?.issuer, null);
    assert.equal(oauth2.resourceServers[0]?.id, 'mq-dev');
    assert.deepEqual(oauth2.resourceServers[0]?.scopeAliases['admin'], [
      'mq.tag:administrator',
      'mq.read:*/*',
    ]);
    assert.deepEqual(oauth2.scopeAliases['api://x'], ['mq.read:*/*']);
  });

  test('opens the plugins to where the broker is open, and to nowhere else', (t) => {
    assert.equal(settings(t, {}).management.tcp?.ip, '127.0.0.1');
    const open = settings(t, { text: 'listeners.tcp.default = 5672' });
    assert.deepEqual(open.management.tcp, { port: 15_672, ip: '::' });
    assert.deepEqual(open.prometheus.tcp, { port: 15_692, ip: '::' });
  });

  test('is told which of its keys have no effect', (t) => {
    const { foreign } = load(t, {
      text: 'net_ticktime = 5\nheartbeat = 5\nraft.wal_max_entries = 1',
    });
    assert.equal(foreign.length, 2);
    assert.match(foreign[0] ?? '', /^net_ticktime \(.*x\.conf:1\)$/u);
    assert.match(foreign[1] ?? '', /^raft\.wal_max_entries \(.*x\.conf:3\)$/u);
  });
});

describe('problems', () => {
  test('are told together, in the order of the file', (t) => {
    const text =
      'heartbeet = 1\nheartbeat = soon\nno equals\nssl_options.crl_check = true\nsync = "never"';
    assert.deepEqual(complaints(t, { text, environment: { LEVERET_BIND: 'a b' } }), [
      'x.conf:1: unknown key heartbeet: did you mean heartbeat?',
      'x.conf:2: bad value "soon" for heartbeat: expected a whole number from 0 to 65535',
      'x.conf:3: the line has no "=": expected key = value',
      'x.conf:4: ssl_options.crl_check is not supported',
      'x.conf:5: bad value "\\"never\\"" for sync: expected commit or never, without the double quotes',
      'Bad value "a b" for LEVERET_BIND: expected an IP address or a host name',
    ]);
  });

  test('are a contradiction, a file that is missing, and TLS without a certificate', (t) => {
    const text = 'auth_backends.1 = ldap\nauth_backends.1.authz = internal';
    assert.match(complaints(t, { text }).join(), /^auth_backends\.1 is for both/u);
    assert.deepEqual(complaints(t, { text: 'ssl_options.certfile = /absent.pem' }), [
      'x.conf:1: bad value "/absent.pem" for ssl_options.certfile (does not exist): expected a file that this user can read',
    ]);
    assert.deepEqual(complaints(t, { text: 'listeners.ssl.default = 5671' }), [
      'listeners.ssl asks for ssl_options.certfile and ssl_options.keyfile',
    ]);
  });

  test('are variables that RabbitMQ’s images refuse', (t) => {
    assert.deepEqual(complaints(t, { environment: { RABBITMQ_DEFAULT_PASS_FILE: '/run/p' } }), [
      'RABBITMQ_DEFAULT_PASS_FILE is not supported: use a key of a configuration file',
    ]);
  });

  test('beyond twenty are counted', (t) => {
    const text = Array.from({ length: 50 }, (_, index) => `xyzzy${index} = 1`).join('\n');
    assert.throws(() => load(t, { text }), /^ConfigurationError: 50 problems.*and 30 more$/su);
  });
});

describe('secrets', () => {
  test('are in no message', (t) => {
    const text =
      'default_pass = encrypted:hunter2\ndefault_pas = hunter2\nssl_options.password hunter2';
    const told = complaints(t, { text });
    assert.equal(told.length, 3);
    assert.doesNotMatch(told.join('\n'), /hunter2/u);
  });

  test('are not shown, those in URLs included', (t) => {
    const text = 'default_pass = hunter2\nauth_http.user_path = http://u:hunter2@localhost/u';
    const { said } = load(t, {
      text,
      environment: { LEVERET_DEFAULT_USERS_X_PASSWORD: 'hunter2' },
    });
    const keys = effectiveKeys(KEYS, said);
    const table = effectiveTable(keys);
    assert.doesNotMatch(table + JSON.stringify(keys), /hunter2/u);
    assert.match(table, /^default_pass +\[redacted\] /mu);
    assert.match(table, /^default_users\.x\.password +\[redacted\] /mu);
  });
});

describe('what is shown', () => {
  test('names the place of each value, and what overrules it', (t) => {
    const text = 'listeners.tcp.a = 1\nheartbeat = 5';
    const { said } = load(t, { text, environment: { LEVERET_PORT: '2' } });
    const rows = effectiveKeys(KEYS, said)
      .filter(({ place }) => place !== null)
      .map(({ key, value, source, overruledBy }) => [key, value, source, overruledBy]);
    assert.deepEqual(rows, [
      ['port', '2', 'variable', null],
      ['listeners.tcp.a', '1', 'file', 'LEVERET_PORT'],
      ['heartbeat', '5', 'file', null],
    ]);
  });
});
