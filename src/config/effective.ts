// What every key has in the end and where it was said, to show it. Secrets are not told.
import type { Key } from './setting.ts';
import { describeOrigin, keyText, rankOf, type Origin } from './sources.ts';
import type { SaidOf } from './statements.ts';
import { escapeUnprintable, withoutPassword } from '../runtime/printable.ts';

export interface EffectiveKey {
  readonly key: string;
  readonly value: string;
  readonly source: Origin['kind'] | 'default';
  /** `a.conf:3`, `LEVERET_PORT`, `--port`; null for a default. */
  readonly place: string | null;
  /** The place of what counts instead; null where nothing does. */
  readonly overruledBy: string | null;
}

const REDACTED = '[redacted]';

/** In the order of the schema; keys that nobody said and that have no default are left out. */
export function effectiveKeys(
  keys: readonly Key<unknown>[],
  said: readonly SaidOf[],
): readonly EffectiveKey[] {
  return keys.flatMap((key) => {
    const own = said.filter((one) => one.key === key);
    if (own.length > 0) return own.map((one) => saidKey(one, keys, said));
    const longForms = said.filter((one) => key.shortFor.includes(one.key.pattern));
    if (key.fallback === '' || longForms.length > 0) return [];
    const value = key.isSecret ? REDACTED : key.fallback;
    return [{ key: key.pattern, value, source: 'default', place: null, overruledBy: null }];
  });
}

function saidKey(
  { key, words, text, origin }: SaidOf,
  keys: readonly Key<unknown>[],
  said: readonly SaidOf[],
): EffectiveKey {
  const rank = rankOf(origin);
  const shorts = keys.filter(({ shortFor }) => shortFor.includes(key.pattern));
  const stronger = said.find(
    (one) =>
      (shorts.includes(one.key) && rankOf(one.origin) >= rank) ||
      (key.shortFor.includes(one.key.pattern) && rankOf(one.origin) > rank),
  );
  return {
    key: keyText(words),
    value: key.isSecret ? REDACTED : withoutPassword(text),
    source: origin.kind,
    place: describeOrigin(origin),
    overruledBy: stronger === undefined ? null : describeOrigin(stronger.origin),
  };
}

/** A line for each key: what it is, what it has, where from. */
export function effectiveTable(keys: readonly EffectiveKey[]): string {
  const rows = keys.map(({ key, value, place, overruledBy }) => [
    key,
    value === '' ? "''" : escapeUnprintable(value),
    `${place ?? 'default'}${overruledBy === null ? '' : ` (overruled by ${overruledBy})`}`,
  ]);
  const widthOf = (column: number): number =>
    Math.min(60, Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const [keyWidth, valueWidth] = [widthOf(0), widthOf(1)];
  return rows
    .map(
      ([key = '', value = '', from = '']) =>
        `${key.padEnd(keyWidth)}  ${value.padEnd(valueWidth)}  ${from}\n`,
    )
    .join('');
}
