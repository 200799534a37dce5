// Configuration files with the real command: files made for RabbitMQ start it, and what is wrong with one stops it in a line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { connect } from 'amqplib';
import { Program } from '../support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const MAIN = join(process.cwd(), 'src/main.ts');

interface Run {
  /** A command that runs the command. */
  readonly prefix?: readonly string[];
  readonly args: readonly string[];
  readonly environment?: Record<string, string>;
}

/** Leaves root the rights that a file gives to it, where it may otherwise read every file. */
const WITHOUT_ALL_RIGHTS = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'];

function leveret(t: TestContext, { prefix = [], args, environment = {} }: Run): Program {
  return new Program(t, [...prefix, process.execPath, MAIN, ...args], environment);
}

/** A file of that text in a directory of its own. */
function fileOf(t: TestContext, text: string | Uint8Array, name = 'rabbitmq.conf'): string {
  const file = join(temporaryDirectory(t), name);
  writeFileSync(file, text);
  return file;
}

async function places(program: Program): Promise<readonly string[]> {
  await program.until('ready', (lines) => lines.some((line) => line.includes('is ready')));
  return program.lines.join('\n').match(/amqps?:\/\/[^\s,]+/gu) ?? [];
}

/** As one finds them: comments, several styles of blanks, keys of Erlang and of plugins, Windows line ends here and there. */
const IN_THE_WILD = `
## Production RabbitMQ, managed by Ansible
listeners.tcp.default = 127.0.0.1:0
listeners.tcp.second  = 127.0.0.1:0   # monitoring\r
num_acceptors.tcp = 10
handshake_timeout = 10000
reverse_dns_lookups = false

loopback_users.guest = false
default_vhost = /
default_user = guest
default_pass = guest
default_permissions.configure = .*
default_user_tags.administrator = true

heartbeat = 17
frame_max = 131072
channel_max = 128
tcp_listen_options.backlog = 4096
tcp_listen_options.nodelay = true
tcp_listen_options.linger.on = true
tcp_listen_options.linger.timeout = 0
tcp_listen_options.sndbuf = 196608

vm_memory_high_watermark.relative = 0.4
vm_memory_high_watermark_paging_ratio = 0.75
disk_free_limit.absolute = 10MB
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.classic_config.nodes.1 = rabbit@one
cluster_name = 'prod #1'
queue_master_locator = min-masters
collect_statistics_interval = 10000
management.tcp.port = 0
# management.load_definitions = /etc/rabbitmq/definitions.json
management.rates_mode = basic
mqtt.allow_anonymous = false
log.console = true
log.console.level = info
log.file = false
log.connection.level = warning
`;

describe('leveret start with a configuration file', { concurrency: true }, () => {
  test('starts with one that was made for RabbitMQ, and tells once what has no effect', async (t) => {
    const file = fileOf(t, IN_THE_WILD);
    const program = leveret(t, { args: ['start', '--in-memory', '--config', file] });
    const [first = '', second = ''] = await places(program);
    assert.notEqual(first, second);
    const told = program.lines.filter((line) => line.includes('have no effect here'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /num_acceptors\.tcp \(.*:5\).*mqtt\.allow_anonymous/u);
    const connection = await connect(second);
    const { serverProperties } = connection.connection;
    assert.equal(serverProperties['cluster_name'], 'prod #1');
    await connection.close();
  });

  test('gives clients the limits of the file', async (t) => {
    const file = fileOf(t, 'port = 0\nheartbeat = 33\nchannel_max = 5\nframe_max = 64KB\n');
    const program = leveret(t, { args: ['start', '--in-memory', '--config', file] });
    const connection = await connect((await places(program))[0] ?? '');
    const tuned = connection.connection as unknown as Record<string, number>;
    assert.deepEqual([tuned['heartbeat'], tuned['channelMax'], tuned['frameMax']], [33, 5, 65_536]);
    await connection.close();
  });

  test('reads leveret.conf in the working directory and conf.d beside it', async (t) => {
    const directory = temporaryDirectory(t);
    mkdirSync(join(directory, 'conf.d'));
    writeFileSync(join(directory, 'leveret.conf'), 'port = 1\nin_memory = true\n');
    writeFileSync(join(directory, 'conf.d/10-port.conf'), 'port = 0\n');
    const script = `cd '${directory}' && exec '${process.execPath}' '${MAIN}' start`;
    const program = new Program(t, ['/bin/sh', '-c', script]);
    assert.match((await places(program))[0] ?? '', /^amqp:\/\/127\.0\.0\.1:\d+$/u);
    assert.match(
      program.lines.join('\n'),
      /configuration is read files="leveret\.conf, conf\.d\/10-port\.conf"/u,
    );
  });

  test('takes the variables of RabbitMQ’s images', async (t) => {
    const file = fileOf(t, 'in_memory = true\n');
    const environment = {
      RABBITMQ_CONFIG_FILE: file.replace(/\.conf$/u, ''),
      RABBITMQ_NODE_PORT: '0',
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_LOGS: '-',
    };
    const program = leveret(t, { args: ['start'], environment });
    assert.match((await places(program))[0] ?? '', /^amqp:\/\/127\.0\.0\.1:\d+$/u);
  });

  test('tells with a line of RabbitMQ’s that it has started, and which variables have no effect', async (t) => {
    const environment = {
      RABBITMQ_NODENAME: 'rabbit@mq-1',
      RABBITMQ_MNESIA_BASE: '/var/lib/rabbitmq/mnesia',
      LEVERET_PORT: '0',
      LEVERET_PLUGINS_MANAGEMENT: 'true',
      LEVERET_PLUGINS_PROMETHEUS: 'true',
      LEVERET_MANAGEMENT_TCP_PORT: '0',
      LEVERET_PROMETHEUS_TCP_PORT: '0',
    };
    const program = leveret(t, { args: ['start', '--in-memory'], environment });
    const [place = ''] = await places(program);
    await program.until('started', (lines) => lines.some((line) => line.includes('startup')));
    const log = program.lines.join('\n');
    assert.match(log, /\[info\] Server startup complete; 2 plugins started\.$/mu);
    assert.match(log, /no effect here variables="RABBITMQ_MNESIA_BASE \(use LEVERET_DATA_DIR\)"/u);
    const connection = await connect(place);
    const { serverProperties } = connection.connection;
    assert.equal(serverProperties['cluster_name'], 'rabbit@mq-1');
    await connection.close();
    const [, metrics = ''] =
      /http:\/\/127\.0\.0\.1:\d+, http:\/\/127\.0\.0\.1:(\d+)/u.exec(log) ?? [];
    const answer = await fetch(`http://127.0.0.1:${metrics}/metrics`);
    assert.match(await answer.text(), /rabbitmq_identity_info\{rabbitmq_node="rabbit@mq-1"/u);
  });

  test('logs of a category what its level lets through', async (t) => {
    const log = join(temporaryDirectory(t), 'leveret.log');
    const text = `port = 0\nlog.file = ${log}\nlog.file.level = none\nlog.connection.level = info\n`;
    const program = leveret(t, { args: ['start', '--in-memory', '--config', fileOf(t, text)] });
    const connection = await connect((await places(program))[0] ?? '');
    await connection.close();
    program.signal('SIGTERM');
    assert.equal(await program.ended(), 0);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    assert.ok(
      lines.length >= 2 && lines.every((line) => line.includes('connection=')),
      lines.join(),
    );
  });

  test('logs to a file, as JSON, and goes on in a new one at SIGHUP', async (t) => {
    const log = join(temporaryDirectory(t), 'logs/leveret.log');
    const file = fileOf(t, `port = 0\nlog.file = ${log}\nlog.file.formatter = json\n`);
    const program = leveret(t, { args: ['start', '--in-memory', '--config', file] });
    await places(program);
    const [first = ''] = readFileSync(log, 'utf8').split('\n');
    assert.equal((JSON.parse(first) as { msg: string }).msg, 'configuration is read');
    renameSync(log, `${log}.old`);
    program.signal('SIGHUP');
    const deadline = Date.now() + 30_000;
    while (!existsSync(log) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    program.signal('SIGTERM');
    assert.equal(await program.ended(), 0);
    assert.match(readFileSync(log, 'utf8'), /"msg":"stopped"\}\n$/u);
  });

  test('begins with the user of the file, who may come from where the file says', async (t) => {
    const text = 'port = 0\ndefault_user = me\ndefault_pass = "x\ndefault_vhost = v\n';
    const program = leveret(t, { args: ['start', '--in-memory', '--config', fileOf(t, text)] });
    const { port } = new URL((await places(program))[0] ?? '');
    const connection = await connect(`amqp://me:%22x@127.0.0.1:${port}/v`);
    await connection.close();
    await assert.rejects(connect(`amqp://guest:guest@127.0.0.1:${port}/v`), /403|ACCESS_REFUSED/u);
  });

  test('starts with the example', async (t) => {
    const example = 'examples/configuration/leveret.conf';
    const program = leveret(t, {
      args: ['start', '--in-memory', '--port', '0', '--config', example],
    });
    assert.equal((await places(program)).length, 1);
  });
});

describe('a configuration that is wrong stops the start', { concurrency: true }, () => {
  async function errorsOf(t: TestContext, run: Run): Promise<string> {
    const program = leveret(t, run);
    assert.equal(await program.ended(), 1);
    return program.errors;
  }

  test('with the file, the line and the nearest key of an unknown one', async (t) => {
    const file = fileOf(t, '# a\n\nlistners.tcp.default = 5672\n');
    assert.equal(
      await errorsOf(t, { args: ['start', '--config', file] }),
      `leveret: ${file}:3: unknown key listners.tcp.default: did you mean listeners.tcp.default?\n`,
    );
  });

  test('with a back end that nobody has said enough of', async (t) => {
    const file = fileOf(t, 'auth_backends.1 = ldap\nport = 0\n');
    assert.equal(
      await errorsOf(t, { args: ['start', '--in-memory', '--config', file] }),
      'leveret: auth_backends: the back end ldap asks for auth_ldap.servers.1\n',
    );
  });

  test('with all problems at once, and no secret among them', async (t) => {
    const file = fileOf(t, 'heartbeat = x\ndefault_pas = hunter2\ndefault_pass hunter2\n');
    const errors = await errorsOf(t, { args: ['start', '--config', file] });
    assert.match(errors, /^leveret: 3 problems in the configuration:\n(?: {2}.*:\d: .*\n){3}$/u);
    assert.doesNotMatch(errors, /hunter2/u);
  });

  for (const [what, make, expected] of [
    ['is absent', (): string => '/absent/x.conf', 'does not exist'],
    [
      'is binary',
      (t): string => fileOf(t, readFileSync(process.execPath).subarray(0, 4096)),
      'is not text',
    ],
    [
      'has a line of 100 MB',
      (t): string => {
        const file = fileOf(t, 'a = ');
        truncateSync(file, 100_000_000);
        return file;
      },
      'is larger than 1024 KiB',
    ],
    [
      'is a pipe',
      (t): string => {
        const pipe = join(temporaryDirectory(t), 'pipe.conf');
        execFileSync('mkfifo', [pipe]);
        return pipe;
      },
      'is not a file',
    ],
    ['includes itself', (t): string => fileOf(t, 'include rabbitmq.conf\n'), 'includes itself'],
    ['is of RabbitMQ’s other format', (t): string => fileOf(t, '[{rabbit, []}].\n'), 'has no "="'],
  ] as const satisfies ReadonlyArray<readonly [string, (t: TestContext) => string, string]>) {
    test(`when its file ${what}`, async (t) => {
      const errors = await errorsOf(t, { args: ['start', '--in-memory', '--config', make(t)] });
      assert.match(errors, /^leveret: /u);
      assert.match(errors, new RegExp(expected, 'u'));
      assert.doesNotMatch(errors, /\n {4}at /u);
      assert.ok(errors.split('\n').length <= 24, errors);
    });
  }

  test('when its file may not be read', async (t) => {
    const file = fileOf(t, 'port = 0\n');
    chmodSync(file, 0o000);
    const args = ['start', '--config', file];
    assert.equal(
      await errorsOf(t, { args, prefix: process.getuid?.() === 0 ? WITHOUT_ALL_RIGHTS : [] }),
      `leveret: ${file} is not readable for this user\n`,
    );
  });
});

describe('leveret config', { concurrency: true }, () => {
  test('check says with code 0 that a file is good, and what has no effect', async (t) => {
    const file = fileOf(t, IN_THE_WILD);
    const program = leveret(t, { args: ['config', 'check', file] });
    assert.equal(await program.ended(), 0);
    assert.equal(program.lines[0], `The configuration is good (${file}).`);
    const line = IN_THE_WILD.split('cluster_partition_handling')[0]?.split('\n').length;
    assert.ok(program.lines.includes(`  cluster_partition_handling (${file}:${line})`));
  });

  test('check tells every problem of several files, with code 1', async (t) => {
    const [one, other] = [fileOf(t, 'heartbeet = 1\n'), fileOf(t, '\nport = 70000\n')];
    const program = leveret(t, { args: ['config', 'check', one, other] });
    assert.equal(await program.ended(), 1);
    assert.match(program.errors, /^leveret: 2 problems in the configuration:\n/u);
    assert.ok(program.errors.includes(`  ${one}:1: unknown key heartbeet`));
    assert.ok(program.errors.includes(`  ${other}:2: bad value "70000" for port`));
  });

  test('show tells where each value comes from, and no secret', async (t) => {
    const file = fileOf(t, 'heartbeat = 5\ndefault_pass = hunter2\n');
    const args = ['config', 'show', '--config', file, '--sync', 'never', '--formatter', 'json'];
    const environment = { LEVERET_CHANNEL_MAX: '7' };
    const program = leveret(t, { args, environment });
    assert.equal(await program.ended(), 0);
    const text = program.lines.join('\n');
    assert.doesNotMatch(text, /hunter2/u);
    const rows = JSON.parse(text) as Array<Record<string, string | null>>;
    const placeOf = (key: string): unknown => {
      const row = rows.find((one) => one['key'] === key);
      return [row?.['value'], row?.['source'], row?.['place']];
    };
    assert.deepEqual(placeOf('heartbeat'), ['5', 'file', `${file}:1`]);
    assert.deepEqual(placeOf('default_pass'), ['[redacted]', 'file', `${file}:2`]);
    assert.deepEqual(placeOf('channel_max'), ['7', 'variable', 'LEVERET_CHANNEL_MAX']);
    assert.deepEqual(placeOf('sync'), ['never', 'option', '--sync']);
    assert.deepEqual(placeOf('frame_max'), ['131072', 'default', null]);
  });
});
