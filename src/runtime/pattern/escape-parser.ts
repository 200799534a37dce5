// What begins with a backslash in a regular expression, outside of classes and within.
import { PatternError } from './pattern-error.ts';
import {
  anyOf,
  between,
  codePointsOf,
  ESCAPED,
  exactly,
  ignoringCase,
  NO_LINE_BREAK,
  not,
  SETS,
  unicodeProperty,
} from './characters.ts';
import type { Cursor } from './cursor.ts';
import type { AssertionKind, CharacterTest, Flags, PatternNode } from './node.ts';

const ASSERTIONS: ReadonlyMap<string, AssertionKind> = new Map([
  ['A', 'subject-start'],
  ['G', 'subject-start'],
  ['z', 'subject-end'],
  ['Z', 'subject-end-or-line-break'],
  ['b', 'word-boundary'],
  ['B', 'no-word-boundary'],
]);

const LINE_BREAK: PatternNode = {
  is: 'alternatives',
  parts: [
    {
      is: 'sequence',
      parts: [
        { is: 'character', test: exactly(13) },
        { is: 'character', test: exactly(10) },
      ],
    },
    { is: 'character', test: anyOf([between(10, 13), exactly(133), between(0x2028, 0x2029)]) },
  ],
};

/** A set of characters, or one character of that code. */
export type EscapedCharacter = CharacterTest | number;

export class EscapeParser {
  /** Of the groups that are referred to. */
  highestReference = 0;
  readonly #cursor: Cursor;
  readonly #groupNames: ReadonlyMap<string, number>;
  readonly #groupCount: () => number;

  constructor(cursor: Cursor, groupNames: ReadonlyMap<string, number>, groupCount: () => number) {
    this.#cursor = cursor;
    this.#groupNames = groupNames;
    this.#groupCount = groupCount;
  }

  /** Outside of a class. */
  read(flags: Flags): PatternNode {
    const cursor = this.#cursor;
    const literal = cursor.take(/^\\Q(.*?)(?:\\E|$)/su);
    if (literal !== null) return sequenceOf(literal[1] ?? '', flags);
    if (cursor.skip('\\E')) return { is: 'empty' };
    const assertion = ASSERTIONS.get(cursor.rest(2).slice(1));
    if (assertion !== undefined) {
      cursor.position += 2;
      return { is: 'assertion', kind: assertion };
    }
    if (cursor.skip('\\R')) return LINE_BREAK;
    if (cursor.skip('\\N')) return { is: 'character', test: NO_LINE_BREAK };
    const reference = this.#reference(flags);
    if (reference !== null) return reference;
    const escaped = this.character();
    return characterOf(typeof escaped === 'number' ? exactly(escaped) : escaped, flags);
  }

  /** What stands for characters, there and in a class. */
  character(): EscapedCharacter {
    const cursor = this.#cursor;
    const start = cursor.position;
    cursor.skip('\\');
    if (cursor.isAtEnd) throw new PatternError(cursor.text, '\\ at end of pattern', start);
    const code = this.#numeric();
    if (code !== null) return code;
    const property = cursor.take(/^([pP])(?:\{(\^?)(\w+)\}|([A-Z]))/u);
    if (property !== null) return this.#property(property);
    const letter = String.fromCodePoint(cursor.codePoint());
    const set = SETS.get(letter);
    if (set !== undefined) return set;
    const known = ESCAPED.get(letter);
    if (known !== undefined) return known;
    if (!/[A-Za-z0-9]/u.test(letter)) return letter.codePointAt(0) ?? 0;
    throw new PatternError(cursor.text, `\\${letter} is not supported`, start);
  }

  /** `\x41`, `\x{20ac}`, `\o{101}`, `\0`, `\cA` */
  #numeric(): number | null {
    const cursor = this.#cursor;
    const hex = cursor.take(/^x(?:\{([\da-f]{1,6})\}|([\da-f]{0,2}))/iu);
    if (hex !== null) return this.#checked(Number.parseInt(`0${hex[1] ?? hex[2] ?? ''}`, 16));
    const octal = cursor.take(/^(?:o\{([0-7]{1,7})\}|0([0-7]{0,2}))/u);
    if (octal !== null) return this.#checked(Number.parseInt(`0${octal[1] ?? octal[2] ?? ''}`, 8));
    const control = cursor.take(/^c([\u0020-\u007e])/u);
    return control === null ? null : (control[1] ?? '').toUpperCase().charCodeAt(0) ^ 64;
  }

  #checked(code: number): number {
    if (code <= 0x10ffff) return code;
    throw this.#cursor.error('character value in \\x{} or \\o{} is too large');
  }

  #property([, letter, caret, long, short]: RegExpExecArray): CharacterTest {
    const test = unicodeProperty(long ?? short ?? '');
    if (test === null) throw this.#cursor.error('unknown property name after \\P or \\p');
    return (letter === 'P') === (caret === '^') ? test : not(test);
  }

  #reference(flags: Flags): PatternNode | null {
    const cursor = this.#cursor;
    const named = cursor.take(/^\\(?:k(?:<(\w+)>|\{(\w+)\}|'(\w+)')|g\{([A-Za-z_]\w*)\})/u);
    if (named !== null) return this.named(named.slice(1).find(Boolean) ?? '', flags);
    const relative = cursor.take(/^\\g(?:\{-(\d{1,4})\}|-(\d{1,4}))/u);
    if (relative !== null) {
      return this.#to(this.#groupCount() + 1 - Number(relative[1] ?? relative[2]), flags);
    }
    const numbered = cursor.take(/^\\(?:g\{(\d{1,4})\}|g(\d{1,4})|([1-9]\d{0,2}))/u);
    if (numbered === null) return null;
    return this.#to(Number(numbered.slice(1).find(Boolean)), flags);
  }

  /** A group that has been given that name. */
  named(name: string, flags: Flags): PatternNode {
    return this.#to(this.#groupNames.get(name) ?? 0, flags);
  }

  #to(index: number, { ignoresCase }: Flags): PatternNode {
    if (index < 1) throw this.#cursor.error('reference to non-existent subpattern');
    this.highestReference = Math.max(this.highestReference, index);
    return { is: 'reference', index, ignoresCase };
  }
}

function sequenceOf(text: string, flags: Flags): PatternNode {
  const parts = codePointsOf(text).map((code) => characterOf(exactly(code), flags));
  return { is: 'sequence', parts };
}

function characterOf(test: CharacterTest, { ignoresCase }: Flags): PatternNode {
  return { is: 'character', test: ignoresCase ? ignoringCase(test) : test };
}
