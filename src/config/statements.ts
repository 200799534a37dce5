// Weighs what was said: which statement of a key counts, whether its value is good, what each key has in the end.
import { safeParse } from 'valibot';
import { escapeUnprintable, quote, withoutPassword } from '../runtime/printable.ts';
import type { Problem } from './config-files.ts';
import type { KnownKeys } from './known-keys.ts';
import { byNumber, type Given, type GivenValues, type Key } from './setting.ts';
import { describeOrigin, keyText, rankOf, type Origin, type Statement } from './sources.ts';

/** Why a path cannot be used, in a few words; null when it can. */
export type PathCheck = (path: string, mustBe: 'file' | 'there') => string | null;

/** A statement that counts. */
interface Counted {
  readonly key: Key<unknown>;
  readonly given: Given<unknown>;
  readonly statement: Statement;
}

/** What a key has, and where from. */
export interface SaidOf {
  readonly key: Key<unknown>;
  readonly words: readonly string[];
  readonly text: string;
  readonly origin: Origin;
}

export class Statements implements GivenValues {
  readonly problems: string[] = [];
  /** Keys of RabbitMQ's that mean nothing here, with their places. */
  readonly foreign: string[] = [];
  readonly #known: KnownKeys;
  readonly #checkPath: PathCheck;
  /** By key, then by the names chosen in it. */
  readonly #counted = new Map<Key<unknown>, Map<string, Counted>>();

  constructor(known: KnownKeys, checkPath: PathCheck) {
    this.#known = known;
    this.#checkPath = checkPath;
  }

  /** @param entries the weightier, and of the same weight the later, after the others */
  addAll(entries: ReadonlyArray<Statement | Problem>): void {
    for (const entry of entries) {
      if ('problem' in entry) this.problems.push(entry.problem);
      else this.#add(entry);
    }
  }

  #add(statement: Statement): void {
    const { words, text, origin } = statement;
    const found = this.#known.find(words);
    const place = describeOrigin(origin);
    const name = escapeUnprintable(keyText(words));
    if (found === null) {
      const nearest = this.#known.nearest(words);
      const hint = nearest === null ? '' : `: did you mean ${escapeUnprintable(nearest)}?`;
      this.problems.push(`${escapeUnprintable(place)}: unknown key ${name}${hint}`);
    } else if (found.kind === 'foreign') {
      this.foreign.push(`${name} (${escapeUnprintable(place)})`);
    } else if (found.kind === 'unsupported') {
      if (text === 'false') this.foreign.push(`${name} (${escapeUnprintable(place)})`);
      else this.problems.push(`${escapeUnprintable(place)}: ${name} is not supported`);
    } else {
      this.#count(found.key, found.names, statement);
    }
  }

  #count(key: Key<unknown>, names: readonly string[], statement: Statement): void {
    const { text, origin } = statement;
    const result = safeParse(key.type.schema, text);
    const pathProblem =
      result.success && key.type.mustBe !== null
        ? this.#checkPath(String(result.output), key.type.mustBe)
        : null;
    const problem =
      result.success && pathProblem === null ? null : badValue(key, statement, pathProblem);
    const byNames = this.#counted.get(key) ?? new Map<string, Counted>();
    this.#counted.set(key, byNames);
    const given = {
      value: result.success ? result.output : null,
      text,
      names,
      rank: rankOf(origin),
      place: placeOf(statement),
    };
    byNames.set(names.join('\0'), { key, given, statement });
    if (problem !== null) this.problems.push(problem);
  }

  one<T>(key: Key<T>): Given<T> | null {
    return this.all(key)[0] ?? null;
  }

  all<T>(key: Key<T>): readonly Given<T>[] {
    const counted = [...(this.#counted.get(key)?.values() ?? [])];
    // Values of a key are of its type: they were parsed by it.
    const given = counted.map((one) => one.given as Given<T>);
    return given.toSorted((one, other) => byNumber(lastName(one), lastName(other)));
  }

  /** All that counts, in the order in which it was said first. */
  said(): readonly SaidOf[] {
    return [...this.#counted.values()].flatMap((byNames) =>
      [...byNames.values()].map(({ key, statement }) => ({ key, ...statement })),
    );
  }
}

function lastName({ names }: { readonly names: readonly string[] }): string {
  return names.at(-1) ?? '';
}

/** How a message about a good value begins: the variable or option says its key by its name. */
function placeOf({ origin, words }: Statement): string {
  return origin.kind === 'file' ? keyText(words) : describeOrigin(origin);
}

export function badValue(key: Key<unknown>, statement: Statement, reason: string | null): string {
  const { origin, words, text } = statement;
  const shown = key.type.isSecret ? '' : ` ${quote(withoutPassword(text))}`;
  const because = reason === null ? '' : ` (${escapeUnprintable(reason)})`;
  const quotes = /^".*"$/u.test(text) ? ', without the double quotes' : '';
  const rest = `${shown} for ${escapeUnprintable(placeOf({ origin, words, text }))}${because}: expected ${key.type.expected}${quotes}`;
  return origin.kind === 'file'
    ? `${escapeUnprintable(describeOrigin(origin))}: bad value${rest}`
    : `Bad value${rest}`;
}
