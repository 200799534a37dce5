/** Which words can stand where the cursor is: commands, options, their values, and names that the running broker knows. */
import type { Command } from 'commander';
import { ApiClient, pathOf } from '../control/api-client.ts';
import { readAddress } from '../control/broker-address.ts';
import { COMMANDS } from '../control/commands.ts';
import type { CommandOption, Completion, ControlCommand } from '../control/control-command.ts';
import { GENERAL_OPTIONS } from '../control/general-options.ts';
import { printable } from '../control/output/text-of.ts';

/** Of a broker that does not answer nobody wants to hear while typing. */
const ASK_MS = 1000;

/** More names than this help nobody. */
const NAMES_MAX = 200;

/** What stands before the cursor, taken apart. */
interface Line {
  readonly current: string;
  readonly command: ControlCommand | null;
  /** Words that are no options, after the command. */
  readonly operands: readonly string[];
  /** Options with their values so far, by their long name without dashes. */
  readonly options: ReadonlyMap<string, string>;
  /** The option whose value stands at the cursor. */
  readonly pending: CommandOption | null;
}

/** A line each: the word, a tab, what it is. @param words those after `leveret`, the last is at the cursor */
export async function candidatesOf(
  words: readonly string[],
  program: Command,
): Promise<readonly string[]> {
  const line = takeApart(words);
  const { current, command, operands, pending } = line;
  if (pending !== null) return completed(pending.completion, line);
  if (current.startsWith('-')) return optionsFor(command).flatMap(optionLines);
  if (command === null && operands.length === 0) return commandLines(program);
  if (command === null) return subcommandLines(program, operands);
  const list = command.arguments ?? [];
  const last = list.at(-1);
  const argument =
    list[operands.length] ?? (last?.usage.includes('...') === true ? last : undefined);
  return completed(argument?.completion, line);
}

function takeApart(words: readonly string[]): Line {
  const current = words.at(-1) ?? '';
  let command: ControlCommand | null = null;
  let pending: CommandOption | null = null;
  const operands: string[] = [];
  const options = new Map<string, string>();
  for (const word of words.slice(0, -1)) {
    if (pending !== null) {
      options.set(longName(pending), word);
      pending = null;
    } else if (word.startsWith('--') && word.includes('=')) {
      options.set(word.slice(2, word.indexOf('=')), word.slice(word.indexOf('=') + 1));
    } else if (word.startsWith('-')) {
      pending = optionsFor(command).find((option) => takesValue(option, word)) ?? null;
    } else if (command === null && operands.length === 0) {
      command = COMMANDS.find(({ name }) => name === word) ?? null;
      if (command === null) operands.push(word);
    } else {
      operands.push(word);
    }
  }
  return { current, command, operands, options, pending };
}

function optionsFor(command: ControlCommand | null): readonly CommandOption[] {
  return [...(command?.options ?? []), ...GENERAL_OPTIONS].filter(
    ({ isHidden = false, flags }) => !isHidden || flags.includes('<'),
  );
}

function takesValue({ flags }: CommandOption, word: string): boolean {
  return flags.includes('<') && flags.replaceAll(',', '').split(' ').includes(word);
}

function longName({ flags }: CommandOption): string {
  return /--([\w-]+)/u.exec(flags)?.[1] ?? flags;
}

function optionLines({ flags, description }: CommandOption): readonly string[] {
  return [`--${longName({ flags, description })}\t${description}`];
}

function commandLines(program: Command): readonly string[] {
  return program.commands
    .filter((command) => command.name() !== '__complete')
    .map((command) => `${command.name()}\t${command.description()}`);
}

/** Of commands that are not in the table. */
function subcommandLines(program: Command, operands: readonly string[]): readonly string[] {
  const [name, ...more] = operands;
  if (more.length > 0) return [];
  if (name === 'help') return commandLines(program);
  if (name === 'completion') return ['bash', 'zsh', 'fish'];
  if (name === 'config') return ['check', 'show'];
  return name === 'plugins' ? ['enable', 'disable', 'set', 'list'] : [];
}

async function completed(
  completion: Completion | undefined,
  line: Line,
): Promise<readonly string[]> {
  if (completion === undefined) return [];
  if (completion === 'files') return [':files'];
  if (typeof completion !== 'string') return completion;
  try {
    const names = await namesOf(completion, line);
    // A name that would reach the terminal as something else is not offered.
    return names.filter((name) => name !== '' && printable(name) === name);
  } catch {
    return [];
  }
}

/** Only as many as help are asked for. */
async function namesOf(
  kind: Exclude<Completion, 'files' | readonly string[]>,
  { current, options }: Line,
): Promise<readonly string[]> {
  const option = (name: string): string | undefined => options.get(name);
  const general = {
    url: option('url'),
    user: option('user'),
    password: option('password'),
    token: option('token'),
    caFile: option('ca-file'),
  };
  const api = new ApiClient(readAddress(general, process.env), ASK_MS);
  const vhost = option('vhost') ?? '/';
  const paths = {
    queues: pathOf('queues', vhost),
    exchanges: pathOf('exchanges', vhost),
    vhosts: '/vhosts',
    users: '/users',
    connections: '/connections',
    policies: pathOf('policies', vhost),
  } as const;
  const query = new URLSearchParams({
    columns: 'name',
    page: '1',
    page_size: String(NAMES_MAX),
    ...(current === '' ? {} : { name: current }),
  });
  const page = await api.get<Names | { readonly items: Names }>(
    `${paths[kind]}?${query.toString()}`,
  );
  return ('items' in page ? page.items : page).map(({ name }) => name);
}

type Names = ReadonlyArray<{ readonly name: string }>;
