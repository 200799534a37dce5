// What one test plays on: a broker, the programs of one client, and a connection of the test's own
// to look at the queue from outside.
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { brokerUrl, type BrokerPlace } from './broker-under-test.ts';
import type { Client, ExampleName } from './clients.ts';
import { ExampleProgram, type ExampleEvent } from './example-program.ts';

/** No wait takes longer, in milliseconds: only a failing test ever waits so long. */
const PATIENCE_MS = 30_000;
const POLL_MS = 20;

export interface WorkerOptions {
  /** How many tasks it holds at once; 0, the default here as in AMQP, is no limit. */
  readonly prefetch?: number;
  /** How hard its work is, for each dot: STUCK for a worker that never ends a task with a dot. */
  readonly secondsPerDot?: number;
}

/** Seconds for a dot: longer than any test lasts. A task without a dot takes no time, as always. */
export const STUCK = 10_000;

interface Setting {
  readonly t: TestContext;
  readonly url: string;
  readonly control: Channel;
  /** The queue of this test. */
  readonly queue: string;
}

export class Stage {
  readonly #client: Client;
  readonly #setting: Setting;

  private constructor(client: Client, setting: Setting) {
    this.#client = client;
    this.#setting = setting;
  }

  static async open(
    t: TestContext,
    client: Client,
    place: BrokerPlace = 'embedded',
  ): Promise<Stage> {
    const url = await brokerUrl(t, place);
    const connection = await connect(url);
    // The broker may be gone before the connection is closed.
    connection.on('error', () => {});
    const control = await connection.createChannel();
    const stage = new Stage(client, { t, url, control, queue: `queue-${randomUUID()}` });
    t.after(() => stage.#close(connection));
    return stage;
  }

  /** The same broker and queue, for the programs of another client. */
  as(client: Client): Stage {
    return new Stage(client, this.#setting);
  }

  /** What the programs know as QUEUE. */
  get queue(): string {
    return this.#setting.queue;
  }

  /** Starts a program. */
  run(example: ExampleName, args: readonly string[] = [], environment = {}): ExampleProgram {
    const { t, url, queue } = this.#setting;
    return new ExampleProgram(t, [...this.#client.command(example), ...args], {
      AMQP_URL: url,
      QUEUE: queue,
      ...environment,
    });
  }

  /** Runs a program that must end well, and returns what it told. */
  async perform(example: ExampleName, ...args: string[]): Promise<ExampleEvent[]> {
    const program = this.run(example, args);
    const code = await program.ended();
    if (code !== 0) throw new Error(`${example} ended with ${code}: ${program.errors}`);
    return program.told();
  }

  /** Sends tasks: they are confirmed when this resolves. */
  async send(...tasks: string[]): Promise<void> {
    await this.perform('new-task', ...tasks);
  }

  /** Starts a program and waits until it is ready. */
  async start(
    example: ExampleName,
    args: readonly string[] = [],
    environment = {},
  ): Promise<ExampleProgram> {
    const program = this.run(example, args, environment);
    await program.untilTold('ready');
    return program;
  }

  /** Starts a worker and waits until it consumes. */
  async worker({ prefetch = 0, secondsPerDot = 0 }: WorkerOptions = {}): Promise<ExampleProgram> {
    return this.start('worker', [], {
      PREFETCH: String(prefetch),
      SECONDS_PER_DOT: String(secondsPerDot),
    });
  }

  /** Waits until the queue has so many messages ready: those that are unacked do not count. */
  async untilReady(messageCount: number): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = (await this.#setting.control.checkQueue(this.queue)).messageCount;
      if (found === messageCount) return;
      if (Date.now() > deadline) throw new Error(`never ${messageCount} ready, but ${found}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Deletes the queue; that it is not there is no error. */
  async deleteQueue(): Promise<void> {
    await this.#setting.control.deleteQueue(this.queue);
  }

  /** Leaves nothing behind in a broker that is not this test's alone. */
  async #close(connection: ChannelModel): Promise<void> {
    try {
      await this.deleteQueue();
      await connection.close();
    } catch {
      // The broker went first.
    }
  }
}
