// What the schema is built of. A setting is made of one key or of several; a key is one line of a file (one variable, one
// option), and may have parts that the operator names: `listeners.tcp.$name`.
import type { ValueType } from './value-types.ts';

/** One key, or a family of keys, as operators write it. */
export interface Key<T> {
  /** Parts that begin with a dollar sign stand for a name of the operator's choice; `$n` for a number. */
  readonly pattern: string;
  readonly type: ValueType<T>;
  /** What it is for; the first words of a sentence, without its full stop. */
  readonly description: string;
  /** As one would write it; empty for none. */
  readonly fallback: string;
  readonly unit: string;
  /** Its value is shown to nobody. */
  readonly isSecret: boolean;
  /** Other names of it, as RabbitMQ has had some. */
  readonly aliases: readonly string[];
  /** Variables that mean it beside the one made of its name, such as RABBITMQ_DEFAULT_USER. */
  readonly variables: readonly string[];
  /** What stands for the value in the help of its command-line option; null for a flag; absent for no option. */
  readonly option?: string | null;
  /** Patterns of keys that this one is short for: the weightier of the two counts, and of the same weight this. */
  readonly shortFor: readonly string[];
}

/** One place where a key has a value. The later and the more particular source is the one that counts. */
export interface Given<T> {
  readonly value: T;
  readonly text: string;
  /** What the operator chose for the parts of the key with a dollar sign. */
  readonly names: readonly string[];
  /** Higher wins over lower where two keys say the same thing: option, variable, file. */
  readonly rank: number;
  /** Where it was said and as what, to begin a message with: `--port`, `a.conf:3: heartbeat`. */
  readonly place: string;
}

/** What was said, by key. */
export interface GivenValues {
  /** Of a key without dollar signs. */
  one<T>(key: Key<T>): Given<T> | null;
  /** Of a family: numbers in order, then names as they came. */
  all<T>(key: Key<T>): readonly Given<T>[];
}

export interface Setting<T> {
  readonly keys: readonly Key<unknown>[];
  /** @throws SettingProblem when what was said cannot be meant */
  readonly read: (given: GivenValues) => T;
}

/** The schema of settings of type T: for each of its fields a setting, or a schema again. */
export type SchemaOf<T> = { readonly [Name in keyof T]: Setting<T[Name]> | SchemaOf<T[Name]> };

/** What was said is of the right form and cannot be all the same. Its message is a line to show. */
export class SettingProblem extends Error {
  override readonly name = 'SettingProblem';
}

export interface KeyDetails {
  readonly description: string;
  readonly fallback?: string;
  readonly unit?: string;
  readonly aliases?: readonly string[];
  readonly variables?: readonly string[];
  readonly option?: string | null;
  readonly shortFor?: readonly string[];
}

export function key<T>(pattern: string, type: ValueType<T>, details: KeyDetails): Key<T> {
  const { description, fallback = '', unit = '', aliases = [] } = details;
  const { variables = [], shortFor = [] } = details;
  const { isSecret } = type;
  const names = { aliases, variables, shortFor };
  const common = { pattern, type, description, fallback, unit, isSecret, ...names };
  return details.option === undefined ? common : { ...common, option: details.option };
}

/** A setting that one key says. Its default is shown as the type shows it unless the details say how. */
export function setting<T, Absent>(
  pattern: string,
  type: ValueType<T>,
  absent: Absent,
  details: KeyDetails,
): Setting<T | Absent> {
  const fallback = details.fallback ?? (absent === null ? '' : showPlainly(absent));
  const only = key(pattern, type, { ...details, fallback });
  return { keys: [only], read: (given) => given.one(only)?.value ?? absent };
}

function showPlainly(value: unknown): string {
  if (value === Number.POSITIVE_INFINITY) return 'infinity';
  return typeof value === 'object' ? '' : `${value as string | number | boolean}`;
}

/** A setting that a family of keys says, one value a key. */
export function list<T>(
  pattern: string,
  type: ValueType<T>,
  absent: readonly T[],
  details: KeyDetails,
): Setting<readonly T[]> {
  const family = key(pattern, type, {
    ...details,
    fallback: details.fallback ?? absent.join(', '),
  });
  return {
    keys: [family],
    read: (given) => {
      const all = given.all(family);
      return all.length === 0 ? absent : all.map(({ value }) => value);
    },
  };
}

/** A setting that a family of keys says: values by name. */
export function record<T>(
  pattern: string,
  type: ValueType<T>,
  details: KeyDetails,
): Setting<Readonly<Record<string, T>>> {
  const family = key(pattern, type, details);
  return {
    keys: [family],
    read: (given) => toRecord(given.all(family).map(({ names, value }) => [names[0] ?? '', value])),
  };
}

/** Without a prototype, since the names are the operator's. */
export function toRecord<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const all: Record<string, T> = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) all[name] = value;
  return all;
}

/** A setting that several keys say together. */
export function combined<T>(
  keys: readonly Key<unknown>[],
  read: (given: GivenValues) => T,
): Setting<T> {
  return { keys, read };
}

/** The names that the operator chose at the first dollar sign of any of these families, in the order of their first use. */
export function namesOf(given: GivenValues, families: readonly Key<unknown>[]): readonly string[] {
  const all = families.flatMap((family) => given.all(family).map(({ names }) => names[0] ?? ''));
  return [...new Set(all)].toSorted(byNumber);
}

/** Numbers first, in their order; what is none of them stays where it was. */
export function byNumber(one: string, other: string): number {
  const isNumber = /^\d{1,15}$/u.test(one);
  const isOtherNumber = /^\d{1,15}$/u.test(other);
  if (isNumber && isOtherNumber) return Number(one) - Number(other);
  return Number(isOtherNumber) - Number(isNumber);
}

/** What a family says for one name. */
export function under<T>(given: GivenValues, family: Key<T>, name: string): T | null {
  return given.all(family).find(({ names }) => names[0] === name)?.value ?? null;
}
