/** Values as RabbitMQ's error texts show them: as Erlang terms, because programs and people compare these texts. */

/** Wider terms are broken into lines. */
const COLUMNS = 80;

/** A value of JSON as an Erlang term: `<<"text">>`, `1`, `true`, `null`, `[1,2]`, `#{<<"key">> => 1}`. */
export function formatTerm(value: unknown): string {
  if (typeof value === 'string') return `<<${JSON.stringify(value)}>>`;
  if (Array.isArray(value)) return `[${value.map((item) => formatTerm(item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = sorted(value).map(([key, item]) => `${formatTerm(key)} => ${formatTerm(item)}`);
    return `#{${pairs.join(',')}}`;
  }
  return String(value);
}

/** An object as a list of pairs: `[{<<"key">>,1}]`. */
export function formatPairs(value: object): string {
  const pairs = sorted(value).map(([key, item]) => `{${formatTerm(key)},${formatTerm(item)}}`);
  const line = `[${pairs.join(',')}]`;
  return line.length <= COLUMNS ? line : `[${pairs.join(',\n ')}]`;
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
