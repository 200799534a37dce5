/** The `leveret` command's grammar: its subcommands, their options and help. What they do is given to it. */
import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { createConfigCommand } from './config-command.ts';
import { createPerfCommand } from './perf/perf-command.ts';
import {
  addSettingOptions,
  settingOptions,
  type GivenOptions,
  type SettingOptions,
} from './setting-options.ts';

export interface ProgramActions {
  /** Runs a broker until it is told to stop. */
  start(options: SettingOptions): Promise<void>;
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
  const write = (text: string): void => void process.stdout.write(text);
  program.addCommand(createConfigCommand({ variables: process.env, write }));
  return program.addCommand(createPerfCommand());
}

function createStartCommand(actions: ProgramActions): Command {
  return addSettingOptions(new Command('start'))
    .description('run a broker until it is stopped (SIGTERM or Ctrl-C)')
    .addHelpText('after', START_EXAMPLES)
    .action((given: GivenOptions) => actions.start(settingOptions(given)));
}
