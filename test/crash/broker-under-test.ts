// A broker in a process of its own that can be killed at any moment and started again at the same address on the same
// directory: Leveret's command, or RabbitMQ, with which the harness is proven.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { RABBITMQ_SERVER, rabbitmqEnvironment } from '../support/rabbitmq-server.ts';
import { Disconnected } from './channel.ts';
import { Client } from './client.ts';
import type { BrokerPromises } from './ledger.ts';

/** How long a start or an orderly stop may take, in milliseconds. */
const PATIENCE_MS = 60_000;
const ASK_AGAIN_MS = 20;
/** Lines of output that are kept for a report. */
const LINES_KEPT = 60;

interface Facts {
  readonly name: string;
  readonly directory: string;
  readonly port: number;
  readonly promises: BrokerPromises;
  /** It keeps new queues only once it has been stopped in order. */
  readonly needsFirstStop: boolean;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export class BrokerUnderTest implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly uri: string;
  readonly promises: BrokerPromises;
  readonly needsFirstStop: boolean;
  /** What the broker has written lately. */
  readonly lines: string[] = [];
  readonly #facts: Facts;
  #child: ChildProcess | null = null;
  #exit: Promise<void> = Promise.resolve();
  readonly #killAtExit = (): void => {
    this.#child?.kill('SIGKILL');
  };

  constructor(facts: Facts) {
    this.#facts = facts;
    this.name = facts.name;
    this.port = facts.port;
    this.promises = facts.promises;
    this.needsFirstStop = facts.needsFirstStop;
    this.uri = `amqp://guest:guest@127.0.0.1:${facts.port}`;
    process.once('exit', this.#killAtExit);
  }

  /** Starts the process, and does not wait for it. */
  spawn(): void {
    const [file = '', ...args] = this.#facts.command;
    const child = spawn(file, args, {
      env: {
        LEVERET_PLUGINS_MANAGEMENT: 'false',
        LEVERET_PLUGINS_PROMETHEUS: 'false',
        ...process.env,
        ...this.#facts.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#exit = new Promise((resolve) => {
      child.once('close', () => {
        this.#child = null;
        resolve();
      });
      child.once('error', (error) => this.#keep(String(error)));
    });
    child.stdout.on('data', (chunk: Buffer) => this.#keep(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => this.#keep(chunk.toString()));
  }

  /** Waits until clients can log in. */
  async ready(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const client = await Client.open(this.port);
        await client.close();
        return;
      } catch (error) {
        if (!(error instanceof Disconnected)) throw error;
      }
      if (this.#child === null) throw new Error(`the broker ended:\n${this.lines.join('\n')}`);
      if (performance.now() > deadline) {
        throw new Error(`the broker is not ready:\n${this.lines.join('\n')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /** SIGKILL: no farewell. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exit;
  }

  /** SIGTERM, and waits for the end; false when it has to be killed. */
  async stop(): Promise<boolean> {
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), PATIENCE_MS);
    const child = this.#child;
    await this.#exit;
    clearTimeout(timer);
    return child?.signalCode !== 'SIGKILL';
  }

  /** Deletes what a stopped broker kept. */
  async forget(): Promise<void> {
    await rm(this.#facts.directory, { recursive: true, force: true });
    await mkdir(this.#facts.directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    process.removeListener('exit', this.#killAtExit);
    await rm(this.#facts.directory, { recursive: true, force: true });
  }

  #keep(text: string): void {
    this.lines.push(...text.trimEnd().split('\n'));
    this.lines.splice(0, this.lines.length - LINES_KEPT);
  }
}

/** Leveret as a user starts it. */
export async function leveretUnderTest(): Promise<BrokerUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'leveret-crash-'));
  const port = await freePort();
  const start = ['bin/from-source.js', 'start', '--port', String(port), '--data-dir', directory];
  return new BrokerUnderTest({
    name: 'Leveret',
    directory,
    port,
    promises: { closeIsSync: false, keepsRedelivered: true, keepsDeadLetters: true },
    needsFirstStop: false,
    command: [process.execPath, ...start],
    environment: {},
  });
}

/** Debian's RabbitMQ, as a node of its own. It writes settlements down a little later, and dead letters twice. */
export async function rabbitmqUnderTest(): Promise<BrokerUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'rabbitmq-crash-'));
  const port = await freePort();
  const distributionPort = await freePort();
  return new BrokerUnderTest({
    name: 'RabbitMQ',
    directory,
    port,
    promises: { closeIsSync: false, keepsRedelivered: true, keepsDeadLetters: false },
    // A quorum queue of 3.10 that was declared shortly before a kill never has a leader again.
    needsFirstStop: true,
    command: [RABBITMQ_SERVER],
    environment: rabbitmqEnvironment({ directory, port, distributionPort }),
  });
}
