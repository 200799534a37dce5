/** The `leveret` command's grammar: its subcommands, their options and help. What they do is given to it. */
import { Command, Option } from 'commander';
import { SETTINGS, type Settings } from '../config/settings.ts';
import { VERSION } from '../version.ts';
import { createPerfCommand } from './perf/perf-command.ts';

/** Values of options by the name of the setting; absent where not given. */
export type StartOptions = { readonly [Name in keyof Settings]?: string };

export interface ProgramActions {
  /** Runs a broker until it is told to stop. */
  start(options: StartOptions): Promise<void>;
}

const START_EXAMPLES = `
Examples:
  leveret start                          on 127.0.0.1:5672, user guest, password guest
  leveret start --port 5673              on another port
  leveret start --data-dir /var/leveret  with another directory for what must survive
  leveret start --bind 0.0.0.0           for clients on other machines
  LEVERET_PORT=5673 leveret start        the same by the environment
`;

/** The whole command line. */
export function createProgram(actions: ProgramActions): Command {
  const program = new Command('leveret')
    .description('A fast message broker that speaks AMQP 0-9-1 as RabbitMQ does')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false });
  const start = program
    .command('start')
    .description('run a broker until it is stopped (SIGTERM or Ctrl-C)')
    .addHelpText('after', START_EXAMPLES)
    .action((options: StartOptions) => actions.start(options));
  for (const setting of Object.values(SETTINGS)) {
    const { flag, placeholder, description, variable, defaultText } = setting;
    const fallback = defaultText === '' ? '' : `, default ${defaultText}`;
    const grammar = placeholder === null ? flag : `${flag} <${placeholder}>`;
    const option = new Option(grammar, `${description} (${variable}${fallback})`);
    start.addOption(placeholder === null ? option.preset('true') : option);
  }
  return program.addCommand(createPerfCommand());
}
