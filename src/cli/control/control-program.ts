/** The grammar of commands for a running broker, made of their rows. */
import { Argument, Command, Option } from 'commander';
import { COMMANDS } from './commands.ts';
import type { CommandOption, ControlCommand } from './control-command.ts';
import { GENERAL_OPTIONS, type GeneralOptions } from './general-options.ts';
import { Given } from './given.ts';
import { exitForUsage } from '../usage-exit.ts';

const GENERAL_HEADING = 'Options of all commands for a running broker:';

/** @param isNamed whether a word is on the command line: only then are its arguments and options needed */
export function addControlCommands(program: Command, isNamed: (name: string) => boolean): void {
  for (const option of GENERAL_OPTIONS) {
    program.addOption(optionOf(option).helpGroup(GENERAL_HEADING));
  }
  refuseElsewhere(program);
  for (const row of COMMANDS) {
    const command = new Command(row.name).description(row.summary).helpGroup(`${row.group}:`);
    program.addCommand(isNamed(row.name) ? complete(command, row, program) : command);
  }
}

/** Commands without a broker to ask. */
const STARTERS = new Set(['start', 'config', 'perf']);

/** `leveret -p 5673 start` would otherwise start on another port than was meant. */
function refuseElsewhere(program: Command): void {
  program.hook('preSubcommand', (_program, command) => {
    const [name] = saidOptions(program)[0] ?? [];
    if (name === undefined || !STARTERS.has(command.name())) return;
    const option = program.options.find((one) => one.attributeName() === name);
    program.error(
      `leveret: ${option?.flags} is for commands to a running broker, not for ${command.name()}`,
    );
  });
}

function complete(command: Command, row: ControlCommand, program: Command): Command {
  for (const { usage, description } of row.arguments ?? []) {
    command.addArgument(new Argument(usage, description));
  }
  const own = row.options ?? [];
  for (const option of own) command.addOption(optionOf(option));
  const isOwn = ({ flags }: CommandOption): boolean => own.some((one) => one.flags === flags);
  const shared = GENERAL_OPTIONS.filter((option) => !isOwn(option));
  for (const option of shared) command.addOption(optionOf(option).helpGroup(GENERAL_HEADING));
  const isGeneral = new Set(shared.map((option) => optionOf(option).attributeName()));
  return keepSecrets(exitForUsage(command), row)
    .addHelpText('after', examplesOf(row))
    .action(async () => {
      const { runCommand } = await import('./run-command.ts');
      const said = saidOptions(command);
      const isMeant = (wanted: boolean): object =>
        Object.fromEntries(said.filter(([name]) => isGeneral.has(name) === wanted));
      const given = new Given({ ...isMeant(false), ...argumentsOf(command) });
      const before = Object.fromEntries(saidOptions(program)) as GeneralOptions;
      await runCommand(row, given, { ...before, ...isMeant(true) });
    });
}

/** Without defaults: `--no-table-headers` has a value where it is not given, which must not hide the other place. */
function saidOptions(command: Command): ReadonlyArray<readonly [string, string]> {
  const all = Object.entries(command.opts<Record<string, string>>());
  return all.filter(([name]) => command.getOptionValueSource(name) === 'cli');
}

/** Those that were given, by name. */
function argumentsOf(command: Command): Readonly<Record<string, string>> {
  const values = command.processedArgs as ReadonlyArray<string | undefined>;
  return Object.fromEntries(
    command.registeredArguments.flatMap((argument, index) => {
      const value = values[index];
      return value === undefined ? [] : [[argument.name(), value] as const];
    }),
  );
}

/** What is said of mistakes in a command that takes secrets does not repeat its words. */
function keepSecrets(command: Command, { name, hasSecret = false }: ControlCommand): Command {
  command.showSuggestionAfterError().showHelpAfterError(`(\`leveret help ${name}\` tells more)`);
  if (!hasSecret) return command;
  return command.configureOutput({
    outputError(text, write) {
      const isSafe = text.startsWith('error: missing');
      write(isSafe ? text : NOT_UNDERSTOOD);
    },
  });
}

const NOT_UNDERSTOOD =
  'error: the arguments are not understood. A password that begins with a dash goes after --, one with blanks into quotes.\n';

function optionOf({
  flags,
  description,
  isHidden = false,
  isRepeatable = false,
}: CommandOption): Option {
  const option = new Option(flags, description);
  if (isHidden) option.hideHelp();
  if (isRepeatable) {
    option.argParser((value: string, earlier: readonly string[] | undefined) => [
      ...(earlier ?? []),
      value,
    ]);
  }
  return option;
}

function examplesOf({ examples }: ControlCommand): string {
  const widest = Math.max(...examples.map(({ words }) => words.length));
  const lines = examples.map(({ words, does }) => `  leveret ${words.padEnd(widest)}   ${does}`);
  return `\nExamples:\n${lines.join('\n')}\n`;
}
