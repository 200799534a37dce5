// Makes ready what the tests need beyond npm, where it can, and names what will be skipped where it
// cannot. With CI=true nothing may be skipped, so there a missing thing is an error.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  compileGo,
  compileGoExamples,
  compileHop,
  compileJava,
  compileRabbitHole,
  type Compiled,
} from '../test/support/compiled-programs.ts';
import { findAmqpTools } from '../test/support/amqp-tools.ts';
import { findRabbitmqServer } from '../test/support/rabbitmq-server.ts';
import { makePython, type Python } from '../test/support/python.ts';
import { findSlapd } from '../test/support/slapd.ts';

interface Need {
  readonly name: string;
  /** Where it was found, or null. */
  find(): string | null;
  readonly debianPackages: readonly string[];
  /** Answers to what the packages would ask, as debconf-set-selections takes them. */
  readonly debianAnswers?: string;
  readonly byHand: string;
  readonly skipped: string;
}

const NEEDS: readonly Need[] = [
  {
    name: 'Python with Pika, aio-pika and Celery',
    find: () => placeOf(makePython()),
    debianPackages: ['python3', 'python3-venv', 'ca-certificates'],
    byHand:
      'install Python 3.10 or newer with venv, with access to a package index; or name in ' +
      'LEVERET_PYTHON a Python that has what test/interop/requirements.txt names',
    skipped: 'the tests with Pika, aio-pika and Celery in test/interop/',
  },
  {
    name: "librabbitmq's tools",
    find: findAmqpTools,
    debianPackages: ['amqp-tools'],
    byHand: 'install amqp-publish and its companions from https://github.com/alanxz/rabbitmq-c',
    skipped: 'test/interop/amqp-tools.test.ts',
  },
  {
    name: 'zsh',
    find: () => findCommand('zsh'),
    debianPackages: ['zsh'],
    byHand: 'install zsh',
    skipped: 'a test of test/behaviour/command-line/completion.test.ts',
  },
  {
    name: 'fish',
    find: () => findCommand('fish'),
    debianPackages: ['fish'],
    byHand: 'install fish, 3.0 or newer',
    skipped: 'a test of test/behaviour/command-line/completion.test.ts',
  },
  {
    name: 'slapd, an LDAP server',
    find: findSlapd,
    debianPackages: ['slapd'],
    // A directory of its own is made by the test that needs one: none is set up for the machine.
    debianAnswers: 'slapd slapd/no_configuration boolean true',
    byHand: 'install slapd of OpenLDAP as /usr/sbin/slapd, with its schemas in /etc/ldap/schema',
    skipped: 'most of test/behaviour/ldap-back-end.test.ts',
  },
  {
    name: "Debian's RabbitMQ",
    find: findRabbitmqServer,
    debianPackages: ['rabbitmq-server'],
    byHand: 'install the package rabbitmq-server of Debian 12, and stop the service that it starts',
    skipped: 'test/interop/management-differential.test.ts and beside-rabbitmq.test.ts',
  },
  {
    name: 'Go, and the examples with amqp091-go',
    find: () => placeOf(compileGoExamples()),
    debianPackages: ['golang-go', 'ca-certificates'],
    byHand: 'install Go 1.19 or newer, with access to a Go module proxy',
    skipped: 'the tests with amqp091-go in test/interop/',
  },
  {
    name: 'Go, and the scenarios with amqp091-go',
    find: () => placeOf(compileGo()),
    debianPackages: ['golang-go', 'ca-certificates'],
    byHand: 'install Go 1.19 or newer, with access to a Go module proxy',
    skipped: 'test/interop/go-client.test.ts',
  },
  {
    name: "Java, and the scenarios with RabbitMQ's client",
    find: () => placeOf(compileJava()),
    debianPackages: ['default-jdk-headless', 'maven'],
    byHand: 'install a JDK, 17 or newer, and Maven, with access to a Maven repository',
    skipped: 'test/interop/java-client.test.ts',
  },
  {
    name: 'Go, and the scenarios with rabbit-hole',
    find: () => placeOf(compileRabbitHole()),
    debianPackages: ['golang-go', 'ca-certificates'],
    byHand: 'install Go 1.19 or newer, with access to a Go module proxy',
    skipped: 'test/interop/rabbit-hole.test.ts',
  },
  {
    name: 'Java, and the scenarios with Hop',
    find: () => placeOf(compileHop()),
    debianPackages: ['default-jdk-headless', 'maven'],
    byHand: 'install a JDK, 17 or newer, and Maven, with access to a Maven repository',
    skipped: 'test/interop/hop.test.ts',
  },
];

/** Where packages ask whether they may start what they bring. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

const mustHaveAll = process.env['CI'] === 'true';
let missingCount = 0;
for (const need of NEEDS) {
  if (!provide(need)) missingCount += 1;
}
if (missingCount > 0 && mustHaveAll) {
  console.error('provision: CI=true, so nothing may be missing');
  process.exitCode = 1;
}

/** The path of a command, or null. */
function findCommand(name: string): string | null {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  return directories.map((directory) => join(directory, name)).find(existsSync) ?? null;
}

/** Says on the way why it is not there. */
function placeOf(outcome: Compiled | Python): string | null {
  if (outcome.missing !== null) console.log(`provision: ${outcome.missing}`);
  return 'directory' in outcome ? outcome.directory : outcome.command;
}

/** True when the need is met, if necessary by installing. */
function provide(need: Need): boolean {
  const place = need.find() ?? findAfterInstalling(need);
  if (place !== null) {
    console.log(`provision: ${need.name}: ${place}`);
    return true;
  }
  console.log(`provision: ${need.name} is missing; skipped: ${need.skipped}`);
  console.log(`provision: to have it: ${need.byHand}`);
  return false;
}

function findAfterInstalling(need: Need): string | null {
  const reason = whyNotInstallable();
  if (reason !== null) {
    console.log(`provision: ${need.name} cannot be installed here: ${reason}`);
    return null;
  }
  console.log(`provision: installing ${need.debianPackages.join(', ')} for ${need.name}`);
  // An update may fail for one unreachable source while the rest is good enough.
  apt(['update']);
  if (need.debianAnswers !== undefined) {
    spawnSync('/usr/bin/debconf-set-selections', { input: need.debianAnswers });
  }
  const isInstalled = withoutServices(() =>
    apt(['install', '-y', '--no-install-recommends', ...need.debianPackages]),
  );
  return isInstalled ? need.find() : null;
}

/** Installs what brings services without starting any: tests start what they need by themselves. */
function withoutServices<T>(install: () => T): T {
  // Somebody has said already whether services may start.
  if (existsSync(SERVICE_POLICY)) return install();
  writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(SERVICE_POLICY);
  }
}

function whyNotInstallable(): string | null {
  if (!existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return 'not Debian';
  return process.getuid?.() === 0 ? null : 'not root';
}

/** Runs apt-get without questions, waiting for another apt to end; prints only what goes wrong. */
function apt(commands: readonly string[]): boolean {
  const run = spawnSync('/usr/bin/apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...commands], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 15 * 60 * 1000,
  });
  if (run.status !== 0) {
    console.error(`provision: apt-get ${commands.join(' ')} failed\n${run.stdout}${run.stderr}`);
  }
  return run.status === 0;
}
