/** Where a command writes what it has to say: in which form, and how much of it. */
import { once } from 'node:events';
import {
  aligned,
  commaSeparated,
  framed,
  jsonArray,
  tabSeparated,
  type Lines,
  type Row,
} from './row-writers.ts';
import { printable } from './text-of.ts';

/** `table` is the default: for the eye on a terminal, separated by tabs elsewhere, as rabbitmqctl writes it. */
export const FORMS = ['table', 'json', 'csv', 'pretty_table'] as const;

export type Form = (typeof FORMS)[number];

export interface OutputOptions {
  readonly stream: NodeJS.WritableStream;
  readonly isTerminal: boolean;
  readonly form: Form;
  /** What the command does is not told, only its results. */
  readonly isQuiet: boolean;
  readonly hasHeader: boolean;
}

/** Of URIs in what is set: logs of scripts are read by others. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(?<=:\/\/[^\s/:@"]*:)[^\s/@"]+(?=@)/gu, '[secret]');
}

export class Output {
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** What the command does: not told to programs, nor to who wants quiet. */
  async say(text: string): Promise<void> {
    const { form, isQuiet } = this.#options;
    if (isQuiet || form === 'json' || form === 'csv') return;
    const lines = withoutPasswords(text).split('\n').map(printable);
    await this.#write(`${lines.join('\n')}\n`);
  }

  /** A result: as JSON where that is asked for, else these lines. */
  async tell(value: unknown, text: string): Promise<void> {
    const isJson = this.#options.form === 'json';
    await this.#write(isJson ? `${JSON.stringify(value)}\n` : `${text}\n`);
  }

  /** Octets as they are. */
  async raw(octets: Buffer): Promise<void> {
    await this.#write(octets);
  }

  async rows(columns: readonly string[], rows: AsyncIterable<Row> | Iterable<Row>): Promise<void> {
    const { hasHeader } = this.#options;
    for await (const lines of this.#linesOf({ columns, rows, hasHeader })) {
      await this.#write(lines);
    }
  }

  #linesOf(table: Parameters<typeof tabSeparated>[0]): Lines {
    switch (this.#options.form) {
      case 'json':
        return jsonArray(table);
      case 'csv':
        return commaSeparated(table);
      case 'pretty_table':
        return framed(table);
      case 'table':
        return this.#options.isTerminal ? aligned(table) : tabSeparated(table);
    }
  }

  /** Waits for a reader that is slow. */
  async #write(content: string | Buffer): Promise<void> {
    const { stream } = this.#options;
    if (!stream.write(content)) await once(stream, 'drain');
  }
}
