// Debian's rabbitmqadmin, kept running for many commands against one broker.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { python } from '../python-programs.ts';

const RABBITMQADMIN = '/usr/bin/rabbitmqadmin';
const RUNNER = 'test/interop/beside-rabbitmq/run-rabbitmqadmin.py';

export interface Printed {
  readonly code: number;
  readonly output: string;
}

/** The program, or null. It installs nothing: scripts/provision.ts does. */
export function findRabbitmqadmin(): string | null {
  return existsSync(RABBITMQADMIN) ? RABBITMQADMIN : null;
}

export class Rabbitmqadmin implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #port: number;

  /** @param port of the management API @param home its current directory */
  constructor(port: number, home: string) {
    this.#port = port;
    this.#child = spawn(python(), [RUNNER, RABBITMQADMIN], {
      // What it prints must not depend on whose home this is.
      env: { ...process.env, HOME: home, PYTHONWARNINGS: 'ignore' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout! });
  }

  async run(args: readonly string[], input = ''): Promise<Printed> {
    const line = JSON.stringify({ args: ['-P', String(this.#port), ...args], input });
    const answer = new Promise<string>((resolve, reject) => {
      this.#lines.once('line', resolve);
      this.#child.once('exit', () => reject(new Error('rabbitmqadmin has ended')));
    });
    this.#child.stdin!.write(`${line}\n`);
    return JSON.parse(await answer) as Printed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => {
      this.#child.once('exit', resolve);
    });
    this.#child.stdin!.end();
    await ended;
  }
}
