// librabbitmq's command-line tools at work on a queue of the test's own, and a connection of the
// test's own to look at that queue from outside.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { findAmqpTools } from '../support/amqp-tools.ts';
import { Program } from '../support/program.ts';
import { brokerUrl } from './broker-under-test.ts';

export type Tool = 'publish' | 'consume' | 'get' | 'declare-queue' | 'delete-queue';

/** What a tool did: its exit code and what it printed. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const directory = findAmqpTools();

/** Why they cannot run here; with CI=true they run, and fail saying that they are missing. */
export const NO_TOOLS: string | false =
  directory === null && process.env['CI'] !== 'true' ? 'there are no amqp-tools here' : false;

/** The first words of a command. */
export function tool(name: Tool, url: string): string[] {
  if (directory === null) throw new Error('no amqp-tools, and CI=true allows no skipping');
  return [join(directory, `amqp-${name}`), `--url=${url}`];
}

export class ToolBox {
  readonly queue: string = `tools-${randomUUID().slice(0, 8)}`;
  readonly control: Channel;
  readonly #t: TestContext;
  readonly #url: string;

  private constructor(t: TestContext, url: string, control: Channel) {
    this.#t = t;
    this.#url = url;
    this.control = control;
  }

  static async open(t: TestContext): Promise<ToolBox> {
    const url = await brokerUrl(t, 'embedded');
    const connection = await connect(url);
    connection.on('error', () => {});
    const box = new ToolBox(t, url, await connection.createChannel());
    t.after(() => box.#close(connection));
    return box;
  }

  /** Starts a tool. */
  start(name: Tool, ...args: string[]): Program {
    return new Program(this.#t, [...tool(name, this.#url), ...args]);
  }

  /** Runs a tool to its end. */
  async use(name: Tool, ...args: string[]): Promise<Outcome> {
    return outcomeOf(this.start(name, ...args));
  }

  /** Runs a tool to its end that reads what a shell's command prints. */
  async pipe(producer: string, name: Tool, ...args: string[]): Promise<Outcome> {
    const command = [...tool(name, this.#url), ...args];
    return outcomeOf(new Program(this.#t, ['sh', '-c', `${producer} | "$@"`, 'sh', ...command]));
  }

  /** Declares the test's queue and publishes to it, line by line. */
  async fill(...lines: string[]): Promise<void> {
    await this.use('declare-queue', '-d', '-q', this.queue);
    await this.pipe(`printf '%s\\n' ${lines.join(' ')}`, 'publish', '-l', '-r', this.queue);
  }

  async ready(): Promise<number> {
    return (await this.control.checkQueue(this.queue)).messageCount;
  }

  async #close(connection: ChannelModel): Promise<void> {
    try {
      await this.control.deleteQueue(this.queue);
      await connection.close();
    } catch {
      // The broker went first.
    }
  }
}

async function outcomeOf(program: Program): Promise<Outcome> {
  const code = await program.ended();
  return { code, output: program.lines.join('\n'), errors: program.errors.trim() };
}
