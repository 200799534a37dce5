// Reads the settings: a command-line option wins over an environment variable, that over the
// default. Stops at the first bad value with one line that names it.
import { safeParse } from 'valibot';
import { directoryProblem } from '../runtime/directory.ts';
import { escapeUnprintable, quote } from '../runtime/printable.ts';
import { ConfigurationError } from './configuration-error.ts';
import { SETTINGS } from './settings.ts';
import type { Settings } from './settings.ts';

export interface SettingSources {
  /** Values of command-line options by the setting's name; absent where the option was not given. */
  readonly options: { readonly [Name in keyof Settings]?: string | undefined };
  /** `process.env`. A variable that is set but empty counts as not set, as compose files expect. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Looks at the file system: why a path cannot be the data directory, or null. */
  readonly directoryProblem?: (path: string) => string | null;
}

/** Throws ConfigurationError. */
export function loadSettings(sources: SettingSources): Settings {
  const inMemory = readSetting('inMemory', sources);
  const settings: Settings = {
    port: readSetting('port', sources),
    bind: readSetting('bind', sources),
    dataDir: readDataDir(sources, inMemory),
    inMemory,
    memoryWatermark: readSetting('memoryWatermark', sources),
    diskFreeLimit: readSetting('diskFreeLimit', sources),
    sync: readSetting('sync', sources),
    logLevel: readSetting('logLevel', sources),
  };
  if (settings.dataDir !== null) {
    const problem = (sources.directoryProblem ?? directoryProblem)(settings.dataDir);
    if (problem !== null) throw badDirectory(sources, problem);
  }
  return settings;
}

function readDataDir(sources: SettingSources, inMemory: boolean): string | null {
  const { source, text } = givenValue('dataDir', sources);
  if (!inMemory) return readSetting('dataDir', sources);
  if (text === null) return null;
  const { source: other } = givenValue('inMemory', sources);
  throw new ConfigurationError(
    `${source} and ${other} contradict each other: give a directory, or keep all in memory`,
  );
}

function badDirectory(sources: SettingSources, problem: string): ConfigurationError {
  if (givenValue('dataDir', sources).text !== null) return badValue('dataDir', sources, problem);
  const { flag, defaultText } = SETTINGS.dataDir;
  return new ConfigurationError(
    `Cannot keep data in ${defaultText} (${escapeUnprintable(problem)}): choose another directory with ` +
      `${flag}, or keep all in memory with ${SETTINGS.inMemory.flag}`,
  );
}

function readSetting<Name extends keyof Settings>(
  name: Name,
  sources: SettingSources,
): Settings[Name] {
  const { text } = givenValue(name, sources);
  if (text === null) return SETTINGS[name].defaultValue;
  const result = safeParse(SETTINGS[name].schema, text);
  if (!result.success) throw badValue(name, sources, null);
  return result.output;
}

/** The text that counts for a setting, and the option or variable that it came from. */
function givenValue(
  name: keyof Settings,
  sources: SettingSources,
): { readonly source: string; readonly text: string | null } {
  const { flag, variable } = SETTINGS[name];
  const option = sources.options[name];
  if (option !== undefined) return { source: flag, text: option };
  const value = sources.environment[variable] ?? '';
  return { source: variable, text: value === '' ? null : value };
}

function badValue(
  name: keyof Settings,
  sources: SettingSources,
  reason: string | null,
): ConfigurationError {
  const { source, text } = givenValue(name, sources);
  const because = reason === null ? '' : ` (${escapeUnprintable(reason)})`;
  return new ConfigurationError(
    `Bad value ${quote(text ?? '')} for ${source}${because}: expected ${SETTINGS[name].expected}`,
  );
}
