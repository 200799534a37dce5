/** Lists as the API answers them: sorted, cut into pages, reduced to columns (behaviour of RabbitMQ's parameters). */
import { compilePattern, PatternError } from '../plugin-api.ts';
import { badRequest, ok, Refusal, type Answer, type Request } from './route.ts';

type Item = object;

const PAGE_SIZE = 100;
const PAGE_SIZE_MAX = 500;

/** A list of what is there already as objects. @throws Refusal for parameters that make no sense */
export function listAnswer(items: readonly Item[], request: Request): Answer {
  const nameOf = (item: Item): string => {
    const { name } = item as { readonly name?: unknown };
    return typeof name === 'string' ? name : '';
  };
  return listOf(items, { nameOf, show: (item) => item }, request);
}

export interface Shown<T> {
  readonly nameOf: (source: T) => string;
  /** The object that is answered. */
  readonly show: (source: T) => object;
}

/**
 * A list of what is shown only where it is on the page: of ten thousand queues that is a hundred, unless they are to be
 * sorted by what they show.
 *
 * @throws Refusal for parameters that make no sense
 */
export function listOf<T>(sources: readonly T[], shown: Shown<T>, { query }: Request): Answer {
  const page = readPage(query);
  const named = filterByName(sources, shown, query);
  const sorted = sort(named, shown, query);
  if (page === null) return ok(project(sorted.map(shown.show), query));
  return ok(pageOf(sorted, sources.length, page, shown, query));
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
  const number = readPositive('page', page);
  const size = readPositive('page_size', query.get('page_size') ?? String(PAGE_SIZE));
  if (size > PAGE_SIZE_MAX) throw invalidPagination('page_size', String(size));
  return { number, size };
}

function readPositive(name: string, text: string): number {
  if (!/^\d{1,9}$/u.test(text) || Number(text) < 1) throw invalidPagination(name, text);
  return Number(text);
}

function invalidPagination(name: string, value: string): Refusal {
  return new Refusal(400, 'invalid_pagination_parameters', `Invalid ${name}: ${value}`);
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
    throw badRequest(`invalid regular expression: ${error.message}`);
  }
}

/** What is missing sorts first. */
function sort<T>(
  sources: readonly T[],
  { nameOf, show }: Shown<T>,
  query: URLSearchParams,
): readonly T[] {
  const path = query.get('sort');
  if (path === null || path === '') return sources;
  const direction = query.get('sort_reverse') === 'true' ? -1 : 1;
  const keyOf = path === 'name' ? nameOf : (source: T): unknown => valueAt(show(source), path);
  const keyed = sources.map((source) => ({ source, key: keyOf(source) }));
  keyed.sort((a, b) => direction * compare(a.key, b.key));
  return keyed.map(({ source }) => source);
}

function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [textOf(a), textOf(b)];
  return left < right ? -1 : Number(left > right);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function valueAt(item: Item, path: string): unknown {
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
