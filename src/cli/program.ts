/** The `leveret` command's grammar: its subcommands, their options and help. What they do is given to it. */
import { Command, Option } from 'commander';
import { FILE_VARIABLE, flagOf, KEYS } from '../config/load-settings.ts';
import { variableName } from '../config/known-keys.ts';
import { VERSION } from '../version.ts';
import { createPerfCommand } from './perf/perf-command.ts';

export interface StartOptions {
  /** By the key that an option stands for; absent where not given. */
  readonly options: Readonly<Record<string, string | undefined>>;
  /** Configuration files and directories, in order. */
  readonly files: readonly string[];
}

export interface ProgramActions {
  /** Runs a broker until it is told to stop. */
  start(options: StartOptions): Promise<void>;
}

const START_EXAMPLES = `
Examples:
  leveret start                            on 127.0.0.1:5672, user guest, password guest
  leveret start --port 5673                on another port
  leveret start --data-dir /var/leveret    with another directory for what must survive
  leveret start --bind 0.0.0.0             for clients on other machines
  leveret start --config rabbitmq.conf     with a configuration file, of RabbitMQ's format
  LEVERET_PORT=5673 leveret start          the same as --port by the environment
`;

/** The whole command line. */
export function createProgram(actions: ProgramActions): Command {
  const program = new Command('leveret')
    .description('A fast message broker that speaks AMQP 0-9-1 as RabbitMQ does')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false });
  program.addCommand(createStartCommand(actions));
  return program.addCommand(createPerfCommand());
}

type CommanderOptions = Readonly<Record<string, string | string[] | undefined>>;

function createStartCommand(actions: ProgramActions): Command {
  const start = new Command('start')
    .description('run a broker until it is stopped (SIGTERM or Ctrl-C)')
    .addHelpText('after', START_EXAMPLES)
    .addOption(
      new Option(
        '-c, --config <file...>',
        `configuration files, or directories of them (${FILE_VARIABLE}, default leveret.conf if it is there)`,
      ),
    );
  const names = new Map<string, string>();
  for (const key of KEYS) {
    if (key.option === undefined) continue;
    const fallback = key.fallback === '' || key.option === null ? '' : `, default ${key.fallback}`;
    const grammar = key.option === null ? flagOf(key) : `${flagOf(key)} <${key.option}>`;
    const description = key.description.replace(/\. Short for .*$/u, '');
    const variable = variableName(key.pattern.split('.'));
    const option = new Option(grammar, `${description} (${variable}${fallback})`);
    start.addOption(key.option === null ? option.preset('true') : option);
    names.set(key.pattern, option.attributeName());
  }
  return start.action((given: CommanderOptions) => {
    const options = [...names].map(([pattern, name]) => [pattern, given[name]] as const);
    const { config } = given;
    return actions.start({
      options: Object.fromEntries(options) as StartOptions['options'],
      files: Array.isArray(config) ? config : [],
    });
  });
}
