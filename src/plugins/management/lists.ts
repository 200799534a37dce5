/** Lists as the API answers them: sorted, cut into pages, reduced to columns (behaviour of RabbitMQ's parameters). */
import { setImmediate } from 'node:timers/promises';
import { compilePattern, PatternError, type Eventually } from '../plugin-api.ts';
import { badRequest, ok, Refusal, type Answer, type Request } from './route.ts';

type Item = object;

/** Items that are shown at once. */
const SLICE = 200;
const PAGE_SIZE = 100;
const PAGE_SIZE_MAX = 500;

/** A list of what is there already as objects. @throws Refusal for parameters that make no sense */
export function listAnswer(items: readonly Item[], request: Request): Eventually<Answer> {
  const nameOf = (item: Item): string => {
    const { name } = item as { readonly name?: unknown };
    return typeof name === 'string' ? name : '';
  };
  return listOf(inNaturalOrder(items), { nameOf, show: (item) => item, isOrdered: true }, request);
}

/** What a list is ordered by unless the request says otherwise: whichever of these its items have. */
const IDENTIFYING = [
  'vhost',
  'name',
  'user',
  'source',
  'destination',
  'destination_type',
  'routing_key',
  'properties_key',
  'component',
  'exchange',
] as const;

function inNaturalOrder(items: readonly Item[]): readonly Item[] {
  const keyed = items.map((item) => {
    const fields = item as Readonly<Record<string, unknown>>;
    return { item, key: IDENTIFYING.map((field) => textOf(fields[field] ?? '')).join('\u0000') };
  });
  keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  return keyed.map(({ item }) => item);
}

export interface Shown<T> {
  readonly nameOf: (source: T) => string;
  /** The object that is answered. */
  readonly show: (source: T) => object;
  /** The value of one field, where it is cheaper than all of the object; null where it is not. */
  readonly keyOf?: (path: string) => ((source: T) => unknown) | null;
  /** Sources stay in their order where no other is asked for; left out: they are put in that of their virtual hosts and names. */
  readonly isOrdered?: boolean;
  readonly vhostOf?: (source: T) => string;
}

/**
 * A list of what is shown only where it is on the page: of ten thousand queues that is a hundred, unless they are to be
 * sorted by what they show.
 *
 * @throws Refusal for parameters that make no sense
 */
export function listOf<T>(
  sources: readonly T[],
  shown: Shown<T>,
  { query }: Request,
): Eventually<Answer> {
  const page = readPage(query);
  const named = filterByName(sources, shown, query);
  const sorted = sort(named, shown, query);
  if (page === null && sorted.length > SLICE) return longAnswer(sorted, shown, query);
  if (page === null) return ok(project(sorted.map(shown.show), query));
  return ok(pageOf(sorted, sources.length, page, shown, query));
}

/** Made piece by piece, so that a list of very many things holds up nobody. */
async function longAnswer<T>(
  sources: readonly T[],
  { show }: Shown<T>,
  query: URLSearchParams,
): Promise<Answer> {
  const pieces: string[] = [];
  for (let i = 0; i < sources.length; i += SLICE) {
    const items = project(sources.slice(i, i + SLICE).map(show), query);
    pieces.push(JSON.stringify(items).slice(1, -1));
    // oxlint-disable-next-line no-await-in-loop -- messages go on in between
    await setImmediate();
  }
  return { ...ok(`[${pieces.join(',')}]`), headers: { 'content-type': 'application/json' } };
}

/** One object, reduced to the columns that are asked for. */
export function objectAnswer(item: Item, { query }: Request): Answer {
  return ok(project([item], query)[0]);
}

interface Page {
  readonly number: number;
  readonly size: number;
}

function readPage(query: URLSearchParams): Page | null {
  const page = query.get('page');
  if (page === null) return null;
  const size = query.get('page_size');
  const number = readWhole(page);
  const ofPage = readWhole(size ?? String(PAGE_SIZE));
  if (number >= 1 && ofPage >= 1 && ofPage <= PAGE_SIZE_MAX) return { number, size: ofPage };
  throw new Refusal(
    400,
    'invalid_pagination_parameters',
    `Invalid pagination parameters: page number ${number}, page size ${size ?? 'undefined'}`,
  );
}

function readWhole(text: string): number {
  if (!/^-?\d{1,9}$/u.test(text)) throw badRequest('Pagination parameters are invalid');
  return Number(text);
}

function pageOf<T>(
  sources: readonly T[],
  totalCount: number,
  page: Page,
  { show }: Shown<T>,
  query: URLSearchParams,
): object {
  const { number, size } = page;
  const from = (number - 1) * size;
  if (from > 0 && from >= sources.length) {
    const reason = `Page out of range, page: ${number} page size: ${size}, len: ${sources.length}`;
    throw new Refusal(400, 'page_out_of_range', reason);
  }
  const items = project(sources.slice(from, from + size).map(show), query);
  return {
    filtered_count: sources.length,
    item_count: items.length,
    items,
    page: number,
    page_count: Math.max(1, Math.ceil(sources.length / size)),
    page_size: size,
    total_count: totalCount,
  };
}

function filterByName<T>(
  sources: readonly T[],
  { nameOf }: Shown<T>,
  query: URLSearchParams,
): readonly T[] {
  const wanted = query.get('name') ?? '';
  if (wanted === '') return sources;
  const isMatch = nameTest(wanted, query.get('use_regex') === 'true');
  return sources.filter((source) => isMatch(nameOf(source)));
}

/** What a regular expression may need for all names of a list, which are looked at in one go: about 0.1 s. */
const FILTER_STEPS_MAX = 3_000_000;

/** The answer throws a Refusal where that takes too long. @throws Refusal for what is no regular expression */
function nameTest(wanted: string, isExpression: boolean): (name: string) => boolean {
  if (!isExpression) {
    const lower = wanted.toLowerCase();
    return (name) => name.toLowerCase().includes(lower);
  }
  try {
    const pattern = compilePattern(wanted);
    return (name) => {
      if (pattern.steps > FILTER_STEPS_MAX) {
        throw badRequest('the regular expression takes too long for so many names');
      }
      return pattern.test(name);
    };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw badRequest(`name: invalid regular expression: ${error.message}`);
  }
}

/** What is missing sorts first. */
function sort<T>(sources: readonly T[], shown: Shown<T>, query: URLSearchParams): readonly T[] {
  const path = query.get('sort');
  const ordered = shown.isOrdered === true || path === '' ? sources : inOrder(sources, shown);
  if (path === null || path === '') return ordered;
  const keyOf = keyFor(path, shown);
  const keyed = ordered.map((source) => ({ source, key: keyOf(source) }));
  keyed.sort((a, b) => compare(a.key, b.key));
  // What is equal changes its order, too, as in RabbitMQ.
  if (query.get('sort_reverse') === 'true') keyed.reverse();
  return keyed.map(({ source }) => source);
}

function keyFor<T>(path: string, { nameOf, show, keyOf }: Shown<T>): (source: T) => unknown {
  if (path === 'name') return nameOf;
  return keyOf?.(path) ?? ((source) => valueAt(show(source), path));
}

/** By virtual host and name. */
function inOrder<T>(sources: readonly T[], { nameOf, vhostOf }: Shown<T>): readonly T[] {
  return sources.toSorted((a, b) => {
    const byHost = vhostOf === undefined ? 0 : compareTexts(vhostOf(a), vhostOf(b));
    return byHost === 0 ? compareTexts(nameOf(a), nameOf(b)) : byHost;
  });
}

function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareTexts(textOf(a), textOf(b));
}

/** The order of texts by their UTF-16 code units. */
export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `a.b` is a field within a field. */
export function valueAt(item: Item, path: string): unknown {
  let value: unknown = item;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** Only the columns that are asked for; `a.b` is a field within a field. */
function project(items: readonly Item[], query: URLSearchParams): readonly Item[] {
  const columns = query.get('columns');
  if (columns === null || columns === '') return items;
  const paths = columns.split(',').map((column) => column.split('.'));
  return items.map((item) => pick(item as Record<string, unknown>, paths));
}

function pick(item: Record<string, unknown>, paths: readonly (readonly string[])[]): Item {
  const picked: Record<string, unknown> = {};
  for (const [first = '', ...rest] of paths) {
    const value = Object.hasOwn(item, first) ? item[first] : undefined;
    if (value === undefined) continue;
    if (rest.length === 0) picked[first] = value;
    else if (typeof value === 'object' && value !== null) {
      const inner = pick(value as Record<string, unknown>, [rest]);
      if (Object.keys(inner).length === 0) continue;
      picked[first] = { ...(picked[first] as object | undefined), ...inner };
    }
  }
  return picked;
}
