// All keys there are: which of them a text means, which one was meant perhaps, and which variable stands for it.
import { distance } from 'fastest-levenshtein';
import type { Key } from './setting.ts';

export type Found =
  | { readonly kind: 'key'; readonly key: Key<unknown>; readonly names: readonly string[] }
  /** Of RabbitMQ's, and without meaning here. */
  | { readonly kind: 'foreign' }
  /** Of RabbitMQ's, and only `false` can be accepted. */
  | { readonly kind: 'unsupported' };

interface KnownKey {
  readonly words: readonly string[];
  readonly key: Key<unknown> | null;
  readonly kind: Found['kind'];
}

export const VARIABLE_PREFIX = 'LEVERET_';

/** Longer names are not worth a search for the nearest. */
const LONGEST_COMPARED = 200;

export class KnownKeys {
  /** The more particular ones first. */
  readonly #all: readonly KnownKey[];
  readonly #variables = new Map<string, readonly string[]>();
  readonly #variablePatterns: ReadonlyArray<readonly [RegExp, readonly string[]]>;

  constructor(
    keys: readonly Key<unknown>[],
    foreign: readonly string[],
    unsupported: readonly string[],
  ) {
    const own = keys.flatMap((key) =>
      [key.pattern, ...key.aliases].map((pattern) => known(pattern, key, 'key')),
    );
    this.#all = [
      ...own.toSorted((one, other) => choices(one.words) - choices(other.words)),
      ...unsupported.map((pattern) => known(pattern, null, 'unsupported')),
      ...foreign.map((pattern) => known(pattern, null, 'foreign')),
    ];
    this.#variablePatterns = this.#indexVariables(own, keys);
  }

  #indexVariables(
    own: readonly KnownKey[],
    keys: readonly Key<unknown>[],
  ): ReadonlyArray<readonly [RegExp, readonly string[]]> {
    const patterns: Array<readonly [RegExp, readonly string[]]> = [];
    for (const { words } of own) {
      if (choices(words) === 0) this.#variables.set(variableName(words), words);
      else patterns.push([variablePattern(words), words]);
    }
    for (const { pattern, variables } of keys) {
      for (const name of variables) this.#variables.set(name, pattern.split('.'));
    }
    // The more of it is spelled out, the more particular a pattern is.
    const literals = (words: readonly string[]): number =>
      words.filter((word) => !isChoice(word)).join('').length;
    return patterns.toSorted(([, one], [, other]) => literals(other) - literals(one));
  }

  find(words: readonly string[]): Found | null {
    for (const { words: pattern, key, kind } of this.#all) {
      const names = match(pattern, words);
      if (names === null) continue;
      return kind === 'key' && key !== null ? { kind, key, names } : { kind: kind as 'foreign' };
    }
    return null;
  }

  /** The key that is spelled most like it; null when none is like it at all. */
  nearest(words: readonly string[]): string | null {
    const text = words.join('.');
    if (text.length > LONGEST_COMPARED) return null;
    let nearest: string | null = null;
    let least = Math.max(2, Math.floor(text.length / 3)) + 1;
    for (const { words: pattern, kind } of this.#all) {
      if (kind !== 'key') continue;
      // A part that is the operator's choice is taken as they chose it.
      const candidate = pattern
        .map((part, index) => (isChoice(part) ? (words[index] ?? part) : part))
        .join('.');
      if (Math.abs(candidate.length - text.length) >= least) continue;
      const difference = distance(candidate, text);
      if (difference >= least) continue;
      least = difference;
      nearest = candidate;
    }
    return nearest;
  }

  /** The parts of the key that a variable stands for; null for a variable that stands for none. */
  wordsOf(variable: string): readonly string[] | null {
    const exact = this.#variables.get(variable);
    if (exact !== undefined) return exact;
    if (!variable.startsWith(VARIABLE_PREFIX) || variable.length > LONGEST_COMPARED) return null;
    for (const [pattern, words] of this.#variablePatterns) {
      const found = pattern.exec(variable);
      if (found === null) continue;
      const names = found.slice(1).map((name) => name.toLowerCase());
      return words.map((word) => (isChoice(word) ? (names.shift() ?? word) : word));
    }
    return null;
  }
}

/** LEVERET_ and the key in capitals, with underscores for dots and dashes; `<NAME>` for what the operator chooses. */
export function variableName(words: readonly string[]): string {
  const parts = words.map((word) =>
    isChoice(word) ? `<${word.slice(1).toUpperCase()}>` : word.replaceAll('-', '_').toUpperCase(),
  );
  return `${VARIABLE_PREFIX}${parts.join('_')}`;
}

function variablePattern(words: readonly string[]): RegExp {
  const parts = words.map((word) => {
    if (word === '$num') return '(\\d+)';
    return isChoice(word) ? '([A-Z\\d_]+?)' : word.toUpperCase();
  });
  return new RegExp(`^${VARIABLE_PREFIX}${parts.join('_')}$`, 'u');
}

function known(pattern: string, key: Key<unknown> | null, kind: Found['kind']): KnownKey {
  return { words: pattern.split('.'), key, kind };
}

function isChoice(word: string): boolean {
  return word.startsWith('$') || word === '*';
}

function choices(words: readonly string[]): number {
  return words.filter(isChoice).length;
}

/** What the choices of the pattern are; null when it does not match. */
function match(pattern: readonly string[], words: readonly string[]): readonly string[] | null {
  const names: string[] = [];
  for (const [index, part] of pattern.entries()) {
    if (part === '**') return names;
    const word = words[index];
    if (word === undefined) return null;
    if (!isChoice(part)) {
      if (part !== word) return null;
    } else if (part === '$num' && !/^\d{1,9}$/u.test(word)) {
      return null;
    } else {
      names.push(word);
    }
  }
  return pattern.length === words.length ? names : null;
}
