/** The options that stand for settings, which several commands take. */
import { type Command, Option } from 'commander';
import { FILE_VARIABLE, flagOf, KEYS } from '../config/load-settings.ts';
import { variableName } from '../config/known-keys.ts';

export interface SettingOptions {
  /** By the key that an option stands for; absent where not given. */
  readonly options: Readonly<Record<string, string | undefined>>;
  /** Configuration files and directories, in order. */
  readonly files: readonly string[];
}

/** Values as the command line has them. */
export type GivenOptions = Readonly<Record<string, string | string[] | boolean | undefined>>;

const CONFIG_OPTION = new Option(
  '-c, --config <file...>',
  `configuration files, or directories of them (${FILE_VARIABLE}, default leveret.conf if it is there)`,
);

const KEY_OPTIONS: ReadonlyMap<string, Option> = new Map(
  KEYS.flatMap(({ option: placeholder, ...key }) => {
    if (placeholder === undefined) return [];
    const fallback = key.fallback === '' || placeholder === null ? '' : `, default ${key.fallback}`;
    const grammar = placeholder === null ? flagOf(key) : `${flagOf(key)} <${placeholder}>`;
    const variable = variableName(key.pattern.split('.'));
    const option = new Option(grammar, `${key.description} (${variable}${fallback})`);
    return [[key.pattern, placeholder === null ? option.preset('true') : option] as const];
  }),
);

export function addSettingOptions(command: Command): Command {
  command.addOption(CONFIG_OPTION);
  for (const option of KEY_OPTIONS.values()) command.addOption(option);
  return command;
}

export function settingOptions(given: GivenOptions): SettingOptions {
  const options = [...KEY_OPTIONS].flatMap(([pattern, option]) => {
    const value = given[option.attributeName()];
    return typeof value === 'string' ? [[pattern, value] as const] : [];
  });
  const { config } = given;
  return { options: Object.fromEntries(options), files: Array.isArray(config) ? config : [] };
}
