// A class of characters in a regular expression: what stands between brackets.
import {
  anyOf,
  between,
  codePointsOf,
  exactly,
  not,
  POSIX_SETS,
  remembered,
} from './characters.ts';
import type { Cursor } from './cursor.ts';
import type { EscapedCharacter, EscapeParser } from './escape-parser.ts';
import type { CharacterTest } from './node.ts';

const BACKSPACE = 8;

export class ClassParser {
  readonly #cursor: Cursor;
  readonly #escapes: EscapeParser;

  constructor(cursor: Cursor, escapes: EscapeParser) {
    this.#cursor = cursor;
    this.#escapes = escapes;
  }

  /** The cursor is at the opening bracket. */
  read(): CharacterTest {
    const cursor = this.#cursor;
    cursor.skip('[');
    const isNegated = cursor.skip('^');
    const members: CharacterTest[] = [];
    // A bracket that comes first stands for itself.
    if (cursor.isAt(']')) members.push(this.#range(cursor.codePoint()));
    while (!cursor.skip(']')) {
      if (cursor.isAtEnd) throw cursor.error('missing terminating ] for character class');
      members.push(this.#member());
    }
    const all = anyOf(members);
    return remembered(isNegated ? not(all) : all);
  }

  #member(): CharacterTest {
    const cursor = this.#cursor;
    const posix = cursor.take(/^\[:(\^?)(\w+):\]/u);
    if (posix !== null) {
      const [, caret = '', name = ''] = posix;
      const set = POSIX_SETS.get(name);
      if (set === undefined) throw cursor.error('unknown POSIX class name');
      return caret === '' ? set : not(set);
    }
    const literal = cursor.take(/^\\Q(.*?)(?:\\E|$)/su);
    if (literal !== null) {
      return anyOf(codePointsOf(literal[1] ?? '').map(exactly));
    }
    const first = this.#single();
    return typeof first === 'number' ? this.#range(first) : first;
  }

  /** One character, or all from it to another. */
  #range(from: number): CharacterTest {
    const cursor = this.#cursor;
    if (!cursor.matches(/^-[^\]]/su)) return exactly(from);
    cursor.skip('-');
    const to = this.#single();
    // `[a-\d]`: the dash stands for itself.
    if (typeof to !== 'number') return anyOf([exactly(from), exactly(45), to]);
    if (to < from) throw cursor.error('range out of order in character class');
    return between(from, to);
  }

  #single(): EscapedCharacter {
    const cursor = this.#cursor;
    if (!cursor.isAt('\\')) return cursor.codePoint();
    return cursor.skip('\\b') ? BACKSPACE : this.#escapes.character();
  }
}
