/** Commands that list things: which columns there are, where the API has them, and how they are shown. */
import { closest, distance } from 'fastest-levenshtein';
import { RefusedError } from './api-client.ts';
import type {
  CommandOption,
  ControlCommand,
  Example,
  Group,
  Invocation,
} from './control-command.ts';
import { ControlError, EXIT, usageError } from './control-error.ts';
import type { Row } from './output/row-writers.ts';

/** Where the API has a column, as a dotted path; or, with `show`, what is made of it. */
export type Column = string | { readonly from: string; readonly show: (value: unknown) => unknown };

type Item = Readonly<Record<string, unknown>>;

export interface ListRow {
  readonly name: string;
  readonly group: Group;
  readonly summary: string;
  readonly examples: readonly Example[];
  /** What the command says first. */
  readonly says: (invocation: Invocation) => string;
  /** Of the API. */
  readonly path: (invocation: Invocation) => string | Promise<string>;
  readonly columns: Readonly<Record<string, Column>>;
  /** Those that are shown where none are asked for. */
  readonly shown: readonly string[];
  /** The user names columns. */
  readonly hasChoice?: boolean;
  /** There may be very many: they are fetched a page at a time. */
  readonly isLong?: boolean;
  readonly arguments?: ControlCommand['arguments'];
  readonly options?: readonly CommandOption[];
  /** Items that are not meant are left out. */
  readonly isMeant?: (item: Item, invocation: Invocation) => boolean;
  /** What is not there when the API says so; left out: the virtual host. */
  readonly missing?: (invocation: Invocation) => ControlError;
}

export function listCommand(list: ListRow): ControlCommand {
  const { name, group, summary, examples, options = [], hasChoice = false } = list;
  const chosen = {
    usage: '[column...]',
    description: `of ${Object.keys(list.columns).join(', ')}; default: ${list.shown.join(' ')}`,
    completion: Object.keys(list.columns),
  };
  return {
    name,
    group,
    summary,
    examples,
    arguments: [...(list.arguments ?? []), ...(hasChoice ? [chosen] : [])],
    options,
    async run(invocation) {
      const columns = readColumns(list, invocation);
      await invocation.output.say(list.says(invocation));
      await writeRows(list, columns, invocation);
    },
  };
}

/** Names of columns, separated by blanks or commas. @throws ControlError for one that there is not */
function readColumns({ columns, shown }: ListRow, { given }: Invocation): readonly string[] {
  const named = given
    .list('column')
    .flatMap((word) => word.split(','))
    .filter((word) => word !== '');
  if (named.length === 0) return shown;
  for (const name of named) {
    if (Object.hasOwn(columns, name)) continue;
    const known = Object.keys(columns);
    const nearest = closest(name, known);
    const isNear = distance(name, nearest) <= Math.max(2, name.length / 3);
    const hint = isNear ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`;
    throw usageError(`there is no column ${name}: ${hint}`);
  }
  return named;
}

async function writeRows(
  list: ListRow,
  columns: readonly string[],
  invocation: Invocation,
): Promise<void> {
  const sources = columns.map((name) => [name, sourceOf(list.columns[name] ?? name)] as const);
  async function* rows(): AsyncGenerator<Row> {
    for await (const item of itemsOf(list, sources, invocation)) {
      if (list.isMeant?.(item, invocation) === false) continue;
      yield Object.fromEntries(
        sources.map(([name, { from, show }]) => [name, show(valueAt(item, from))]),
      );
    }
  }
  try {
    await invocation.output.rows(columns, rows());
  } catch (error) {
    const isMissing = error instanceof RefusedError && error.status === 404;
    throw isMissing ? (list.missing ?? missingVirtualHost)(invocation) : error;
  }
}

type Source = readonly [name: string, Exclude<Column, string>];

function sourceOf(column: Column): Exclude<Column, string> {
  return typeof column === 'string' ? { from: column, show: (value) => value } : column;
}

async function* itemsOf(
  { path, isLong = false }: ListRow,
  sources: readonly Source[],
  invocation: Invocation,
): AsyncGenerator<Item> {
  const { api } = invocation;
  const listPath = await path(invocation);
  if (!isLong) return yield* await api.get<readonly Item[]>(listPath);
  const needed = [...new Set(sources.map(([, { from }]) => from))];
  yield* api.list<Item>(listPath, needed);
}

export function missingVirtualHost({ vhost }: { readonly vhost: string }): ControlError {
  return new ControlError(
    `there is no virtual host '${vhost}': \`leveret list_vhosts\` tells which there are`,
    EXIT.data,
  );
}

function valueAt(item: Item, path: string): unknown {
  let value: unknown = item;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Item)[part];
  }
  return value;
}

/** Shown as JSON: definitions of policies, values of parameters. */
export function asJson(from: string): Column {
  return { from, show: (value) => JSON.stringify(value) };
}
