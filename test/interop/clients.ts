// The clients that the main job is done with, each unmodified and each through its own programs in examples/.
import type { TestContext } from 'node:test';
import { Program } from '../support/program.ts';
import { findPython } from '../support/python.ts';

export type ExampleName = 'new-task' | 'worker' | 'routing' | 'durable';

export interface Client {
  readonly name: string;
  /** Why its tests cannot run here; false when they can. */
  readonly skip: string | false;
  command(example: ExampleName): string[];
}

const python = findPython();

function nodeClient(name: string): Client {
  return {
    name,
    skip: false,
    command: (example) => [process.execPath, `examples/${name}/${example}.ts`],
  };
}

export const CLIENTS: readonly Client[] = [
  {
    name: 'pika',
    skip: python === null ? 'no Python with Pika' : false,
    command: (example) => [python ?? '', `examples/pika/${example.replace('-', '_')}.py`],
  },
  nodeClient('amqplib'),
  nodeClient('rabbitmq-client'),
  nodeClient('cloudamqp'),
];

/** Dots stand for this much work: enough to be seen, little enough to be quick. */
const SECONDS_PER_DOT = '0.01';

export class Stage {
  readonly #t: TestContext;
  readonly #client: Client;
  readonly #url: string;

  constructor(t: TestContext, client: Client, url: string) {
    this.#t = t;
    this.#client = client;
    this.#url = url;
  }

  run(example: ExampleName, args: readonly string[] = [], environment = {}): Program {
    return new Program(this.#t, [...this.#client.command(example), ...args], {
      AMQP_URL: this.#url,
      SECONDS_PER_DOT,
      ...environment,
    });
  }

  /** Sends tasks and waits until the broker has confirmed them. */
  async send(...tasks: string[]): Promise<void> {
    const program = this.run('new-task', tasks);
    const code = await program.ended();
    if (code !== 0) throw new Error(`new-task ended with ${code}: ${program.errors}`);
  }

  /** Starts a worker and waits until it consumes. */
  async worker(prefetch: number): Promise<Program> {
    const program = this.run('worker', [], { PREFETCH: String(prefetch) });
    await program.untilLine('ready');
    return program;
  }
}

/** The tasks that a worker has done, in its order. */
export function done(worker: Program): string[] {
  return worker.lines.filter((line) => line.startsWith('done ')).map((line) => line.slice(5));
}
