/** `leveret config`: whether a configuration is good, and what is in effect. Starts nothing. */
import { Command, Option } from 'commander';
import { effectiveKeys, effectiveTable, type EffectiveKey } from '../config/effective.ts';
import { KEYS, loadSettings, type LoadedSettings } from '../config/load-settings.ts';
import {
  addSettingOptions,
  settingOptions,
  type GivenOptions,
  type SettingOptions,
} from './setting-options.ts';

export interface ConfigEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
}

const CHECK_EXAMPLES = `
Examples:
  leveret config check                      what a start here would read
  leveret config check rabbitmq.conf        another file
  leveret config check a.conf conf.d        several, directories too: later ones count

Exit code 0: it is good. 1: it is not; each problem is told with its file and line.
`;

const SHOW_EXAMPLES = `
Examples:
  leveret config show                       all keys with a value, and where each comes from
  leveret config show --given               those that somebody set
  leveret config show --formatter json      for programs
`;

export function createConfigCommand(environment: ConfigEnvironment): Command {
  const command = new Command('config').description(
    'check a configuration, or show what is in effect',
  );
  command.addCommand(
    new Command('check')
      .description('tell all that is wrong with a configuration')
      .argument('[file...]', 'files, or directories of them')
      .addHelpText('after', CHECK_EXAMPLES)
      .action((files: string[]) => check({ options: {}, files }, environment)),
  );
  const show = addSettingOptions(new Command('show'))
    .description('show what is in effect and where each value comes from')
    .option('--given', 'only what is set, no defaults')
    .addOption(
      new Option('--formatter <form>', 'how to show it')
        .choices(['table', 'json'])
        .default('table'),
    )
    .addHelpText('after', SHOW_EXAMPLES)
    .action((given: GivenOptions) => {
      const { said } = load(settingOptions(given), environment);
      const all = effectiveKeys(KEYS, said);
      const shown = given['given'] === true ? all.filter(({ place }) => place !== null) : all;
      environment.write(given['formatter'] === 'json' ? asJson(shown) : effectiveTable(shown));
    });
  return command.addCommand(show);
}

/** The data directory is for the start to look at: another user perhaps runs it. */
function load(options: SettingOptions, { variables }: ConfigEnvironment): LoadedSettings {
  return loadSettings({ ...options, environment: variables, directoryProblem: () => null });
}

function check(options: SettingOptions, environment: ConfigEnvironment): void {
  const loaded = load(options, environment);
  const { files, foreign, pending, unknownVariables, foreignVariables } = loaded;
  const read = files.length === 0 ? 'there is no file' : files.join(', ');
  const lines = [`The configuration is good (${read}).`];
  if (foreign.length > 0) {
    lines.push('These keys of RabbitMQ have no effect here:', ...foreign.map((key) => `  ${key}`));
  }
  if (pending.length > 0) {
    lines.push('These keys have no effect yet:', ...pending.map((key) => `  ${key}`));
  }
  if (foreignVariables.length > 0) {
    lines.push(`These variables of RabbitMQ have no effect here: ${foreignVariables.join(', ')}`);
  }
  if (unknownVariables.length > 0) {
    lines.push(`These variables stand for no setting: ${unknownVariables.join(', ')}`);
  }
  environment.write(`${lines.join('\n')}\n`);
}

function asJson(keys: readonly EffectiveKey[]): string {
  const rows = keys.map(({ overruledBy, ...row }) => ({ ...row, overruled_by: overruledBy }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
