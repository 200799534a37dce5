// Compares two answers field by field: which there are, of which types, with which values.
import { isDeepStrictEqual } from 'node:util';

export type DifferenceKind = 'only Leveret' | 'only RabbitMQ' | 'type' | 'value';

/** A field that is not the same in both. */
export interface Difference {
  /** Such as `queue.message_stats.publish`, with `[]` for the items of an array. */
  readonly field: string;
  readonly kind: DifferenceKind;
  /** What both have, for a report. */
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** What identifies an item of a list; what is not there counts as nothing. */
const IDENTITY = [
  'vhost',
  'name',
  'user',
  'exchange',
  'component',
  'consumer_tag',
  'source',
  'destination',
  'destination_type',
  'routing_key',
  'protocol',
] as const;

type JsonRecord = Readonly<Record<string, unknown>>;

/** @param field - what the answers are, such as `queue` */
export function compare(field: string, ours: unknown, theirs: unknown): readonly Difference[] {
  const kinds = [kindOf(ours), kindOf(theirs)];
  if (kinds[0] !== kinds[1]) return [{ field, kind: 'type', ours, theirs }];
  if (Array.isArray(ours) && Array.isArray(theirs)) return compareLists(field, ours, theirs);
  if (kinds[0] === 'object') return compareRecords(field, ours as JsonRecord, theirs as JsonRecord);
  return ours === theirs ? [] : [{ field, kind: 'value', ours, theirs }];
}

function compareRecords(field: string, ours: JsonRecord, theirs: JsonRecord): Difference[] {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...names].flatMap((name): readonly Difference[] => {
    const inner = `${field}.${name}`;
    const [our, their] = [ours[name], theirs[name]];
    if (!Object.hasOwn(theirs, name)) {
      return [{ field: inner, kind: 'only Leveret', ours: our, theirs: their }];
    }
    if (!Object.hasOwn(ours, name)) {
      return [{ field: inner, kind: 'only RabbitMQ', ours: our, theirs: their }];
    }
    return compare(inner, our, their);
  });
}

/** Items are matched by what identifies them, in whatever order they are. */
function compareLists(
  field: string,
  ours: readonly unknown[],
  theirs: readonly unknown[],
): readonly Difference[] {
  const inner = `${field}[]`;
  if (![...ours, ...theirs].every((item) => kindOf(item) === 'object')) {
    return isDeepStrictEqual(ours, theirs) ? [] : [{ field: inner, kind: 'value', ours, theirs }];
  }
  const all = [ours, theirs] as readonly (readonly JsonRecord[])[];
  // What one side does not tell cannot identify.
  const names = IDENTITY.filter((name) => all.every((items) => items.some((item) => name in item)));
  const [our, their] = [byIdentity(all[0]!, names), byIdentity(all[1]!, names)];
  const keys = new Set([...our.keys(), ...their.keys()]);
  return [...keys].flatMap((key): readonly Difference[] => {
    const [one, other] = [our.get(key), their.get(key)];
    if (other === undefined) {
      return [{ field: inner, kind: 'only Leveret', ours: key, theirs: undefined }];
    }
    if (one === undefined) {
      return [{ field: inner, kind: 'only RabbitMQ', ours: undefined, theirs: key }];
    }
    return compareRecords(inner, one, other);
  });
}

function byIdentity(
  items: readonly JsonRecord[],
  names: readonly string[],
): Map<string, JsonRecord> {
  const known = new Map<string, JsonRecord>();
  for (const item of items) {
    const key = names.map((name) => JSON.stringify(item[name]) ?? '').join(' ');
    let unique = key;
    for (let i = 2; known.has(unique); i++) {
      unique = `${key} (${i})`;
    }
    known.set(unique, item);
  }
  return known;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** What is of one broker by its nature, as words that are the same in both. */
export function withoutPlace(text: string, names: ReadonlyMap<string, string>): unknown {
  let changed = text;
  for (const [name, word] of names) {
    changed = changed.replaceAll(JSON.stringify(name).slice(1, -1), word);
  }
  return JSON.parse(changed) as unknown;
}
