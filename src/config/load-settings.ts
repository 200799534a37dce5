// Makes the settings of what options, variables and files say, in that order of weight, and of the defaults. All that is wrong
// is told together.
import { directoryProblem as systemDirectoryProblem } from '../runtime/directory.ts';
import { escapeUnprintable } from '../runtime/printable.ts';
import { whyUnreadable } from '../runtime/small-file.ts';
import { ConfigFiles, systemFiles, type FileReader, type FilesRead } from './config-files.ts';
import { ConfigurationError } from './configuration-error.ts';
import { crossChecks } from './cross-checks.ts';
import { KnownKeys, VARIABLE_PREFIX } from './known-keys.ts';
import { FOREIGN_KEYS, UNSUPPORTED_KEYS } from './schema/foreign-keys.ts';
import { isPending } from './schema/pending-keys.ts';
import { keysOf, readAll, problemsOf } from './schema/read-schema.ts';
import { SCHEMA } from './schema/schema.ts';
import { logStatements, refusedVariables, variablesWithoutEffect } from './rabbitmq-variables.ts';
import type { Key } from './setting.ts';
import type { Settings } from './settings.ts';
import type { Statement } from './sources.ts';
import { describeOrigin, keyText, rankOf } from './sources.ts';
import { badValue, Statements, type SaidOf } from './statements.ts';

export interface SettingSources {
  /** Values of command-line options, by the key that each stands for; absent where the option was not given. */
  readonly options: Readonly<Record<string, string | undefined>>;
  /** `process.env`. A variable that is set but empty counts as not set, as compose files expect. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files and directories of files; empty or absent: what the variables name, or the default file. */
  readonly files?: readonly string[];
  readonly fileReader?: FileReader;
  /** Looks at the file system: why a path cannot be the data directory, or null. */
  readonly directoryProblem?: (path: string) => string | null;
}

/** The settings, and what is worth telling of where they come from. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** Files that were read. */
  readonly files: readonly string[];
  /** Keys of RabbitMQ's that mean nothing here, with their places. */
  readonly foreign: readonly string[];
  /** Keys that the broker does nothing with yet, with their places. */
  readonly pending: readonly string[];
  /** Variables that look like ours and stand for no key. */
  readonly unknownVariables: readonly string[];
  /** Variables of RabbitMQ's that mean nothing here, with what to use instead. */
  readonly foreignVariables: readonly string[];
  readonly said: readonly SaidOf[];
}

export const KEYS: readonly Key<unknown>[] = keysOf(SCHEMA);

const KNOWN = new KnownKeys(KEYS, FOREIGN_KEYS, UNSUPPORTED_KEYS);

/** @throws ConfigurationError */
export function loadSettings(sources: SettingSources): LoadedSettings {
  const { directoryProblem = systemDirectoryProblem, fileReader = systemFiles } = sources;
  const read = readFiles(sources, fileReader);
  const { statements: fromVariables, unknown } = variableStatements(sources.environment);
  const statements = new Statements(KNOWN, (path, mustBe) =>
    mustBe === 'file' ? whyUnreadable(path) : whyAbsent(fileReader, path),
  );
  statements.addAll(read.entries);
  statements.addAll(
    [...fromVariables, ...optionStatements(sources.options)].filter(isNotOverruled),
  );
  const refused = refusedVariables(sources.environment);
  const problems = [...refused, ...statements.problems, ...problemsOf(SCHEMA, statements)];
  if (problems.length > 0) throw new ConfigurationError([...new Set(problems)]);
  const settings = readAll(SCHEMA, statements);
  const together = crossChecks(settings);
  if (together.length > 0) throw new ConfigurationError(together);
  checkDataDir(settings, statements.said(), directoryProblem);
  return {
    settings,
    files: read.files,
    foreign: statements.foreign,
    pending: pendingOf(statements.said()),
    unknownVariables: unknown,
    foreignVariables: variablesWithoutEffect(sources.environment),
    said: statements.said(),
  };
}

function pendingOf(said: readonly SaidOf[]): readonly string[] {
  return said
    .filter(({ key }) => isPending(key.pattern))
    .map(({ words, origin }) => escapeUnprintable(`${keyText(words)} (${describeOrigin(origin)})`));
}

function whyAbsent(reader: FileReader, path: string): string | null {
  return reader.kindOf(path) === 'absent' ? `${path} does not exist` : null;
}

/** A variable that an option overrules may say what it likes. */
function isNotOverruled(
  { words, origin }: Statement,
  _: number,
  all: readonly Statement[],
): boolean {
  const isSame = (other: readonly string[]): boolean => other.join('\0') === words.join('\0');
  const rank = rankOf(origin);
  return !all.some((other) => isSame(other.words) && rankOf(other.origin) > rank);
}

function readFiles({ files = [], environment }: SettingSources, reader: FileReader): FilesRead {
  const configFiles = new ConfigFiles(reader);
  const paths = files.length > 0 ? files : filesOfVariables(environment);
  return paths.length > 0 ? configFiles.read(paths) : configFiles.readDefault();
}

export const FILE_VARIABLE: string = `${VARIABLE_PREFIX}CONFIG_FILE`;

function filesOfVariables(environment: SettingSources['environment']): readonly string[] {
  const own = environment[FILE_VARIABLE] ?? '';
  if (own !== '') return [own];
  const { RABBITMQ_CONFIG_FILE: main = '', RABBITMQ_CONFIG_FILES: more = '' } = environment;
  // RabbitMQ writes a directory or `directory/*.conf`.
  return [main, more.replace(/\/\*\.conf$/u, '')].filter((path) => path !== '');
}

/** What container platforms put into the environment for a service that is called leveret. */
const SERVICE_LINK = /_(?:SERVICE_(?:HOST|PORT)(?:_\w+)?|PORT_\d+_(?:TCP|UDP)(?:_\w+)?)$/u;

/** Where commands find a running broker: not for the broker itself. */
const COMMAND_VARIABLES = new Set([
  'LEVERET_URL',
  'LEVERET_USER',
  'LEVERET_PASSWORD',
  'LEVERET_TOKEN',
]);

function variableStatements(environment: SettingSources['environment']): {
  readonly statements: readonly Statement[];
  readonly unknown: readonly string[];
} {
  const statements: Statement[] = [...logStatements(environment)];
  const unknown: string[] = [];
  for (const [name, text = ''] of Object.entries(environment)) {
    if (text === '' || name === FILE_VARIABLE || COMMAND_VARIABLES.has(name)) continue;
    const words = KNOWN.wordsOf(name);
    if (words !== null) statements.push({ words, text, origin: { kind: 'variable', name } });
    else if (name.startsWith(VARIABLE_PREFIX) && !SERVICE_LINK.test(name)) unknown.push(name);
  }
  const byRank = (one: Statement, other: Statement): number =>
    rankOf(one.origin) - rankOf(other.origin);
  return { statements: statements.toSorted(byRank), unknown: unknown.toSorted() };
}

/** The option of a key: `--log-level` for `log.level`. */
export function flagOf({ pattern }: { readonly pattern: string }): string {
  return `--${pattern.replaceAll(/[._]/gu, '-')}`;
}

function optionStatements(options: SettingSources['options']): readonly Statement[] {
  return KEYS.flatMap((key) => {
    const text = options[key.pattern];
    if (text === undefined) return [];
    const origin = { kind: 'option', flag: flagOf(key) } as const;
    return [{ words: key.pattern.split('.'), text, origin }];
  });
}

function checkDataDir(
  { storage: { dataDir } }: Settings,
  said: readonly SaidOf[],
  directoryProblem: (path: string) => string | null,
): void {
  if (dataDir === null) return;
  const problem = directoryProblem(dataDir);
  if (problem === null) return;
  const reason = escapeUnprintable(problem);
  const source = said.find(({ key }) => key.pattern === 'data_dir');
  if (source === undefined) {
    throw new ConfigurationError(
      `Cannot keep data in leveret-data (${reason}): choose another directory with --data-dir, or keep all in memory with --in-memory`,
    );
  }
  throw new ConfigurationError(badValue(source.key, source, problem));
}
