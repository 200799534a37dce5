/** Parameters after the question mark, for the OpenAPI document. */
import type { Route } from './route.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'query';
  readonly description: string;
  readonly schema: object;
}

const TEXT = { type: 'string' } as const;
const BOOLEAN = { type: 'boolean' } as const;

const COLUMNS = parameter(
  'columns',
  'fields that are wanted, such as `name,message_stats.ack`',
  TEXT,
);

const LIST: readonly Parameter[] = [
  parameter('page', 'the page that is wanted: the answer is an object with `items` then', {
    type: 'integer',
    minimum: 1,
  }),
  parameter('page_size', 'items of a page; 100 when left out', {
    type: 'integer',
    minimum: 1,
    maximum: 500,
  }),
  parameter('name', 'only what has this in its name', TEXT),
  parameter('use_regex', 'the name is a regular expression', BOOLEAN),
  parameter('sort', 'the field to sort by, such as `messages` or `message_stats.ack`', TEXT),
  parameter('sort_reverse', 'the last first', BOOLEAN),
  COLUMNS,
];

/** Where rates are told, by the first part of the path. */
const RATED: ReadonlySet<string> = new Set([
  'overview',
  'nodes',
  'queues',
  'exchanges',
  'connections',
  'channels',
  'vhosts',
]);

const RANGES: readonly Parameter[] = ['lengths', 'msg_rates', 'data_rates', 'node_stats'].flatMap(
  (prefix) => {
    const seconds = { type: 'integer', minimum: 1 };
    return [
      parameter(`${prefix}_age`, 'samples of so many seconds, with `_incr`', seconds),
      parameter(`${prefix}_incr`, 'seconds between two samples', seconds),
    ];
  },
);

const STATISTICS: readonly Parameter[] = [
  parameter('disable_stats', 'nothing that is counted', BOOLEAN),
  parameter('enable_queue_totals', 'with that: numbers of messages all the same', BOOLEAN),
];

export function queryParameters({ path, query }: Route): readonly Parameter[] {
  if (query === undefined) return [];
  const [, group = ''] = path.split('/');
  const isRated = RATED.has(group) && !/bindings|permissions/u.test(path);
  if (typeof query === 'object') {
    return Object.entries(query).map(([name, description]) => parameter(name, description, TEXT));
  }
  return [
    ...(query === 'list' ? LIST : [COLUMNS]),
    ...(isRated ? RANGES : []),
    ...(group === 'queues' && isRated ? STATISTICS : []),
  ];
}

function parameter(name: string, description: string, schema: object): Parameter {
  return { name, in: 'query', description, schema };
}
