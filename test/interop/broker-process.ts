// A broker in a process of its own that can be ended and started again at the same address, for
// clients that come back. It forgets what it holds.
import type { TestContext } from 'node:test';
import { connect as connectSocket } from 'node:net';
import { Program } from '../support/program.ts';

/** Below the ports that systems give to whoever asks for any, so that nobody gets ours meanwhile. */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

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

async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
