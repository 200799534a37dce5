/**
 * The `leveret` command's grammar: its subcommands, their options and help. Only what is named on the command line is loaded
 * and made in full: `leveret ping` is to be quick.
 */
import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { addControlCommands } from './control/control-program.ts';
import type { SettingOptions } from './setting-options.ts';
import { refuseUnknown } from './unknown-command.ts';
import { exitForUsage } from './usage-exit.ts';

export interface ProgramActions {
  /** Runs a broker until it is told to stop. */
  readonly start: (options: SettingOptions) => Promise<void>;
}

const HERE = 'On this machine:';

const HELP = `
Examples:
  leveret start                                       run a broker
  leveret list_queues name messages consumers         how full the queues of a running one are
  leveret add_user shop                               asks for the password
  leveret set_permissions shop '' '^orders$' ''       let them publish to the exchange orders
  leveret --url https://broker.example.org list_connections --user admin
  leveret help set_policy                             what a command takes, with examples

Commands for a running broker use its management API. Their names are those of rabbitmqctl, rabbitmq-diagnostics and
rabbitmqadmin. Exit codes: 0 done, 64 usage, 65 bad data, 67 no such user, 69 not reachable or refused, 70 it is there
already, 75 timeout.
`;

/** A command whose code is loaded when it is named. */
interface LazyCommand {
  readonly name: string;
  readonly summary: string;
  readonly isHidden?: boolean;
  readonly create: (actions: ProgramActions, program: Command) => Promise<Command>;
}

const LAZY_COMMANDS: readonly LazyCommand[] = [
  {
    name: 'start',
    summary: 'run a broker until it is stopped (SIGTERM or Ctrl-C)',
    create: async ({ start }) => (await import('./start-command.ts')).createStartCommand(start),
  },
  {
    name: 'config',
    summary: 'check a configuration, or show what is in effect',
    create: async () => {
      const { createConfigCommand } = await import('./config-command.ts');
      const write = (text: string): void => void process.stdout.write(text);
      return createConfigCommand({ variables: process.env, write });
    },
  },
  {
    name: 'perf',
    summary: 'put load on any AMQP 0-9-1 broker, and measure rates and latency',
    create: async () => (await import('./perf/perf-command.ts')).createPerfCommand(),
  },
  {
    name: 'plugins',
    summary: 'which plugins there are, and what switches them on and off',
    create: async () => (await import('./plugins-command.ts')).createPluginsCommand(),
  },
  {
    name: 'completion',
    summary: 'print a script that completes words in bash, zsh or fish',
    create: async () =>
      (await import('./completion/completion-command.ts')).createCompletionCommand(),
  },
  {
    name: '__complete',
    summary: 'what the scripts of completion ask',
    isHidden: true,
    create: async (_actions, program) =>
      (await import('./completion/completion-command.ts')).createCandidatesCommand(program),
  },
];

/** The whole command line. @param words what it is about to read */
export async function createProgram(
  actions: ProgramActions,
  words: readonly string[],
): Promise<Command> {
  const isNamed = (name: string): boolean => words.includes(name);
  const program = new Command('leveret')
    .description('A fast message broker that speaks AMQP 0-9-1 as RabbitMQ does')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .usage('[options] <command> [arguments]')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false, subcommandTerm: (command) => command.name() })
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .description('tell what a command takes')
        .helpGroup(HERE),
    )
    .addHelpText('after', HELP);
  for (const { name, summary, isHidden = false, create } of LAZY_COMMANDS) {
    // oxlint-disable-next-line no-await-in-loop -- one of them is named at most
    const command = isNamed(name) ? await create(actions, program) : new Command(name);
    program.addCommand(command.description(summary).helpGroup(HERE), { hidden: isHidden });
  }
  program
    .command('version')
    .description('print the version of this command')
    .helpGroup(HERE)
    .action(() => console.log(VERSION));
  addControlCommands(program, isNamed);
  return exitForUsage(refuseUnknown(program));
}
