// A logger that keeps its lines, for tests of what is logged.
import type { Logger } from '../../src/runtime/logger.ts';

export class CollectedLog implements Logger {
  readonly lines: string[] = [];
  readonly #fields: string;
  readonly #root: CollectedLog;

  constructor(root: CollectedLog | null = null, fields = '') {
    this.#root = root ?? this;
    this.#fields = fields;
  }

  debug(): void {}

  info(message: string): void {
    this.#add('info', message);
  }

  warn(message: string, { peer }: Readonly<Record<string, unknown>> = {}): void {
    this.#add('warn', typeof peer === 'string' ? `${message} peer=${peer}` : message);
  }

  error(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const error = fields['error'];
    this.#add('error', error instanceof Error ? `${message} ${error.stack ?? ''}` : message);
  }

  child(fields: Readonly<Record<string, unknown>>): Logger {
    return new CollectedLog(this.#root, `${this.#fields}${JSON.stringify(fields)} `);
  }

  #add(level: string, message: string): void {
    this.#root.lines.push(`${level} ${this.#fields}${message}`);
  }

  /** Lines at warn and error. */
  get complaints(): string[] {
    return this.lines.filter((line) => !line.startsWith('info'));
  }
}
