// A broker in a process of its own that can be ended and started again at the same address, for
// clients that come back. It forgets what it holds.
import type { TestContext } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { Program } from '../support/program.ts';

export class BrokerProcess {
  readonly url: string;
  readonly #t: TestContext;
  readonly #port: number;
  #program: Program;

  private constructor(t: TestContext, port: number, program: Program) {
    this.#t = t;
    this.#port = port;
    this.#program = program;
    this.url = `amqp://guest:guest@127.0.0.1:${port}`;
  }

  static async start(t: TestContext): Promise<BrokerProcess> {
    const port = await freePort();
    return new BrokerProcess(t, port, await run(t, port));
  }

  /** Ends it with a signal, and starts it again when it has ended. */
  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.stop(signal);
    await this.startAgain();
  }

  /** Ends it with a signal: nobody listens at its address then. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#program.signal(signal);
    await this.#program.ended();
  }

  async startAgain(): Promise<void> {
    this.#program = await run(this.#t, this.#port);
  }
}

async function run(t: TestContext, port: number): Promise<Program> {
  const command = [process.execPath, 'src/main.ts', 'start', '--in-memory', '--port', String(port)];
  const program = new Program(t, command);
  await program.until('ready', (lines) => lines.some((line) => line.includes('is ready')));
  return program;
}
