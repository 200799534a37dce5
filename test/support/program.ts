// A program run by a test as a process of its own: its lines are read as they come, its end is awaited, and it never
// outlives the test.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** No wait takes longer, in milliseconds: generous, because only a failing test ever waits so long. */
const PATIENCE_MS = 30_000;

/** A test that does not say otherwise goes without: its port may be another test's. */
const WITHOUT_HTTP = {
  LEVERET_PLUGINS_MANAGEMENT: 'false',
  LEVERET_PLUGINS_PROMETHEUS: 'false',
};

export class Program {
  /** Lines of standard output so far. */
  readonly lines: string[] = [];
  /** Standard error so far. */
  errors = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #onLine: (() => void) | null = null;
  /** Ended, and all its output is read. */
  #hasClosed = false;

  constructor(t: TestContext, command: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const [file = '', ...args] = command;
    this.#child = spawn(file, args, {
      env: { ...WITHOUT_HTTP, ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.#hasClosed = true;
        resolve(code);
        this.#onLine?.();
      });
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.lines.push(line);
      this.#onLine?.();
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    t.after(() => this.kill());
  }

  /** Waits until the lines so far are what is wanted. */
  async until(what: string, isReached: (lines: readonly string[]) => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!isReached(this.lines)) {
      if (this.#hasClosed || Date.now() > deadline) {
        throw new Error(`never: ${what}\n${this.lines.join('\n')}\n${this.errors}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#onLine = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async untilLine(line: string): Promise<void> {
    await this.until(line, (lines) => lines.includes(line));
  }

  /** Waits for the end and returns the exit code; null when a signal ended it. */
  async ended(): Promise<number | null> {
    return this.#exit;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL: no farewell, as when a machine fails. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }
}
