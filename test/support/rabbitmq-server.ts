// Debian's RabbitMQ as a node of its own: on loopback, on free ports, with all of its files in one directory.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export const RABBITMQ_SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** How long it may take to start, in milliseconds: on an idle machine it takes eight seconds. */
const START_MS = 60_000;
const POLL_MS = 50;

/** The server, or null. It installs nothing: scripts/provision.ts does. */
export function findRabbitmqServer(): string | null {
  return existsSync(RABBITMQ_SERVER) ? RABBITMQ_SERVER : null;
}

interface NodePlace {
  readonly directory: string;
  readonly port: number;
  readonly distributionPort: number;
}

/** The environment of a node that meets no other. */
export function rabbitmqEnvironment({
  directory,
  port,
  distributionPort,
}: NodePlace): Record<string, string> {
  return {
    RABBITMQ_NODENAME: `test-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: join(directory, 'db'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'plugins'),
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    HOME: directory,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    // Its script then becomes the broker instead of a parent that outlives it.
    RUNNING_UNDER_SYSTEMD: 'true',
    NOTIFY_SOCKET: '',
  };
}

/** A node with the management plugin, and others that are asked for. */
export class RabbitmqServer {
  readonly port: number;
  readonly managementPort: number;
  readonly metricsPort: number;
  readonly #directory: string;
  readonly #epmdPort: number;
  readonly #child: ChildProcess;
  readonly #killAtExit = (): void => void this.#child.kill('SIGKILL');

  private constructor(
    place: NodePlace & {
      readonly managementPort: number;
      readonly metricsPort: number;
      readonly epmdPort: number;
    },
  ) {
    this.port = place.port;
    this.managementPort = place.managementPort;
    this.metricsPort = place.metricsPort;
    this.#directory = place.directory;
    this.#epmdPort = place.epmdPort;
    this.#child = spawn(RABBITMQ_SERVER, {
      env: {
        ...process.env,
        ...rabbitmqEnvironment(place),
        ERL_EPMD_PORT: String(place.epmdPort),
      },
      stdio: 'ignore',
    });
    process.once('exit', this.#killAtExit);
  }

  /** Resolves when it is asked for, not when it is ready. @param settings lines of its rabbitmq.conf */
  static async start(
    settings: readonly string[],
    plugins: readonly string[] = [],
  ): Promise<RabbitmqServer> {
    const directory = await mkdtemp(join(tmpdir(), 'rabbitmq-'));
    const place = {
      directory,
      port: await freePort(),
      distributionPort: await freePort(),
      managementPort: await freePort(),
      metricsPort: await freePort(),
      epmdPort: await freePort(),
    };
    const lines = [
      `management.tcp.port = ${place.managementPort}`,
      'management.tcp.ip = 127.0.0.1',
      ...(plugins.includes('rabbitmq_prometheus') ? metricsAt(place.metricsPort) : []),
      ...settings,
    ];
    await writeFile(join(directory, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
    await writeFile(
      join(directory, 'plugins'),
      `[${['rabbitmq_management', ...plugins].join()}].\n`,
    );
    return new RabbitmqServer(place);
  }

  /** @throws Error with the end of its log when it does not come */
  async ready(): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await this.#answers())) {
      if (Date.now() > deadline || this.#child.exitCode !== null) {
        throw new Error(`RabbitMQ does not start\n${await this.#log()}`);
      }
      await new Promise<void>((resolve) => {
        setTimeout(resolve, POLL_MS);
      });
    }
  }

  /** Of the last check that it does before it says that it is ready. */
  async #answers(): Promise<boolean> {
    try {
      const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
      const url = `http://127.0.0.1:${this.managementPort}/api/health/checks/port-listener/${this.port}`;
      return (await fetch(url, { headers: { authorization } })).status === 200;
    } catch {
      return false;
    }
  }

  async #log(): Promise<string> {
    const { port } = this;
    const file = join(this.#directory, 'log', `test-${port}@localhost.log`);
    return readFile(file, 'utf8').catch(() => 'it has written no log');
  }

  /** Nothing of it is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await new Promise<void>((resolve) => {
        this.#child.once('exit', () => resolve());
        this.#child.kill('SIGKILL');
      });
    }
    process.removeListener('exit', this.#killAtExit);
    try {
      execFileSync('epmd', ['-port', String(this.#epmdPort), '-kill'], { stdio: 'ignore' });
    } catch {
      // It was not there yet.
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function metricsAt(port: number): readonly string[] {
  return [`prometheus.tcp.port = ${port}`, 'prometheus.tcp.ip = 127.0.0.1'];
}
