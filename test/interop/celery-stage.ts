// The Celery application in celery/ on a broker: workers, clients and Celery's own command line.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { connect } from 'amqplib';
import type { Program } from '../support/program.ts';
import { brokerUrl } from './broker-under-test.ts';
import { ExampleProgram } from './example-program.ts';
import { python } from './python-programs.ts';
import { ownPrefix } from './scenarios.ts';

const FOLDER = 'test/interop/celery';

/** Where results go: `rpc` is over AMQP and knows no chords, `sqlite` is a file of a database. */
export type Results = 'rpc' | 'sqlite';

export interface ApplicationOptions {
  readonly results?: Results;
  readonly queueType?: 'classic' | 'quorum';
  /** The broker, if it is not the one under test. */
  readonly url?: string;
}

export class CeleryStage {
  readonly #t: TestContext;
  readonly #prefix: string = ownPrefix();
  readonly #environment: NodeJS.ProcessEnv;
  readonly #programs: Program[] = [];

  private constructor(t: TestContext, url: string, queueType: string, results: string) {
    this.#t = t;
    this.#environment = {
      AMQP_URL: url,
      PREFIX: this.#prefix,
      QUEUE_TYPE: queueType,
      RESULTS: results,
    };
  }

  static async open(t: TestContext, options: ApplicationOptions = {}): Promise<CeleryStage> {
    const { results = 'rpc', queueType = 'classic' } = options;
    const url = options.url ?? (await brokerUrl(t, 'embedded'));
    const place = results === 'rpc' ? 'rpc://' : await sqlite(t);
    const stage = new CeleryStage(t, url, queueType, place);
    const isOthers = (process.env['AMQP_URI'] ?? '') !== '';
    if (isOthers) t.after(() => stage.#sweep(url, queueType));
    return stage;
  }

  /** What the application calls something. */
  named(name: string): string {
    return `${this.#prefix}.${name}`;
  }

  /** Starts a worker, and waits until it is ready. */
  async worker(name: string, ...options: string[]): Promise<ExampleProgram> {
    const command = ['worker', '--loglevel=WARNING', `--hostname=${name}@%h`, ...options];
    const program = this.#run(celery(...command));
    await program.untilTold('ready');
    return program;
  }

  /** Starts a client that performs scenarios. */
  client(...scenarios: string[]): ExampleProgram {
    return this.#run([python(), `${FOLDER}/client.py`, ...scenarios]);
  }

  /** Runs a command of Celery's own to its end, and returns its exit code. */
  async command(...args: string[]): Promise<number | null> {
    return this.#run(celery(...args)).ended();
  }

  #run(command: readonly string[]): ExampleProgram {
    const program = new ExampleProgram(this.#t, command, this.#environment);
    this.#programs.push(program);
    return program;
  }

  /** Leaves nothing behind in a broker that is not ours. All that is exclusive goes by itself. */
  async #sweep(url: string, queueType: string): Promise<void> {
    // They would declare things again.
    for (const program of this.#programs) await program.kill();
    const own = ['tasks', 'urgent', 'held'].map((name) => this.named(name));
    const mailboxes = [`${this.named('control')}.pidbox`, `reply.${this.named('control')}.pidbox`];
    // Their names are Celery's choice, and the same for all applications.
    const levels = Array.from({ length: 28 }, (_, level) => `celery_delayed_${level}`);
    const delayed = queueType === 'quorum' ? [...levels, 'celery_delayed_delivery'] : [];
    const connection = await connect(url);
    const channel = await connection.createChannel();
    for (const queue of [...own, ...delayed]) await channel.deleteQueue(queue);
    for (const exchange of [...own, ...mailboxes, this.named('events'), ...delayed]) {
      await channel.deleteExchange(exchange);
    }
    await connection.close();
  }
}

function celery(...args: string[]): string[] {
  return [python(), '-m', 'celery', '--quiet', `--workdir=${FOLDER}`, '--app=tasks', ...args];
}

/** A database in a file, which lasts as long as the test. */
async function sqlite(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'leveret-celery-'));
  t.after(() => rm(directory, { recursive: true }));
  return `db+sqlite:///${directory}/results.sqlite`;
}
