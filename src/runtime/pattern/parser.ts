// Reads a regular expression of PCRE (https://www.pcre.org/original/doc/html/pcrepattern.html). What it cannot be is told in
// PCRE's words where it has some.
import { PatternError } from './pattern-error.ts';
import { ANY, exactly, ignoringCase, NO_LINE_BREAK } from './characters.ts';
import { ClassParser } from './class-parser.ts';
import { Cursor } from './cursor.ts';
import { EscapeParser } from './escape-parser.ts';
import type { Flags, ParsedPattern, PatternNode } from './node.ts';

/** Groups within each other. */
const DEPTH_MAX = 250;
/** Of a repetition in braces. */
const REPEAT_MAX = 65_535;

const NO_FLAGS: Flags = {
  ignoresCase: false,
  isMultiline: false,
  dotMatchesAll: false,
  isExtended: false,
};

const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoresCase',
  m: 'isMultiline',
  s: 'dotMatchesAll',
  x: 'isExtended',
};

/** @throws PatternError */
export function parsePattern(text: string): ParsedPattern {
  return new PatternParser(text).parse();
}

class PatternParser {
  readonly #cursor: Cursor;
  readonly #escapes: EscapeParser;
  readonly #classes: ClassParser;
  #groupCount = 0;
  readonly #groupNames = new Map<string, number>();
  #depth = 0;
  #flags: Flags = NO_FLAGS;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
    this.#escapes = new EscapeParser(this.#cursor, this.#groupNames, () => this.#groupCount);
    this.#classes = new ClassParser(this.#cursor, this.#escapes);
  }

  parse(): ParsedPattern {
    const cursor = this.#cursor;
    const root = this.#alternatives();
    if (!cursor.isAtEnd) throw cursor.error('unmatched parentheses');
    const { highestReference } = this.#escapes;
    if (highestReference > this.#groupCount) {
      throw new PatternError(cursor.text, 'reference to non-existent subpattern', cursor.position);
    }
    return { root, groupCount: this.#groupCount, hasReferences: highestReference > 0 };
  }

  /** Up to the end of the group. */
  #alternatives(): PatternNode {
    const cursor = this.#cursor;
    this.#depth++;
    if (this.#depth > DEPTH_MAX) throw cursor.error('parentheses are too deeply nested');
    const flags = this.#flags;
    const parts = [this.#sequence()];
    while (cursor.skip('|')) parts.push(this.#sequence());
    this.#flags = flags;
    this.#depth--;
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { is: 'alternatives', parts };
  }

  #sequence(): PatternNode {
    const cursor = this.#cursor;
    const parts: PatternNode[] = [];
    for (;;) {
      if (this.#flags.isExtended) cursor.skipAll(/^(?:\s+|#[^\n]*)+/u);
      if (cursor.isAtEnd || cursor.isAt('|') || cursor.isAt(')')) break;
      const start = cursor.position;
      const atom = this.#atom();
      if (atom !== null) parts.push(this.#repeated(atom, start));
    }
    return parts.length === 0 ? { is: 'empty' } : { is: 'sequence', parts };
  }

  /** Null for what matches nothing at all, such as options and comments. */
  #atom(): PatternNode | null {
    const cursor = this.#cursor;
    if (cursor.isAt('(')) return this.#group();
    if (cursor.isAt('[')) return this.#character(this.#classes.read());
    if (cursor.isAt('\\')) return this.#escapes.read(this.#flags);
    if (/^[*+?]/u.test(cursor.rest(1)) || cursor.matches(/^\{\d+(?:,\d*)?\}/u)) {
      throw cursor.error('nothing to repeat');
    }
    const { isMultiline, dotMatchesAll } = this.#flags;
    if (cursor.skip('.')) return { is: 'character', test: dotMatchesAll ? ANY : NO_LINE_BREAK };
    if (cursor.skip('^')) {
      return { is: 'assertion', kind: isMultiline ? 'line-start' : 'subject-start' };
    }
    if (cursor.skip('$')) {
      return { is: 'assertion', kind: isMultiline ? 'line-end' : 'subject-end-or-line-break' };
    }
    return this.#character(exactly(cursor.codePoint()));
  }

  #character(test: (code: number) => boolean): PatternNode {
    return { is: 'character', test: this.#flags.ignoresCase ? ignoringCase(test) : test };
  }

  #repeated(atom: PatternNode, start: number): PatternNode {
    const cursor = this.#cursor;
    let node = atom;
    for (;;) {
      const bounds = this.#bounds();
      if (bounds === null) return node;
      if (node !== atom) throw new PatternError(cursor.text, 'nothing to repeat', start);
      const isLazy = cursor.skip('?');
      const repeat: PatternNode = { is: 'repeat', part: atom, ...bounds, isLazy };
      node = !isLazy && cursor.skip('+') ? { is: 'atomic', part: repeat } : repeat;
    }
  }

  /** How often what stands before is repeated; null where nothing says so. */
  #bounds(): { min: number; max: number } | null {
    const cursor = this.#cursor;
    const unlimited = Number.POSITIVE_INFINITY;
    if (cursor.skip('*')) return { min: 0, max: unlimited };
    if (cursor.skip('+')) return { min: 1, max: unlimited };
    if (cursor.skip('?')) return { min: 0, max: 1 };
    const found = cursor.take(/^\{(\d+)(,?)(\d*)\}/u);
    if (found === null) return null;
    const [, least = '', comma = '', most = ''] = found;
    const min = Number(least);
    const max = comma === '' ? min : most === '' ? unlimited : Number(most);
    if (min > REPEAT_MAX || (max !== unlimited && max > REPEAT_MAX)) {
      throw cursor.error('number too big in {} quantifier');
    }
    if (max < min) throw cursor.error('numbers out of order in {} quantifier');
    return { min, max };
  }

  #group(): PatternNode | null {
    const cursor = this.#cursor;
    if (cursor.isAt('(*')) throw cursor.error('(* is not supported');
    if (cursor.take(/^\(\?#[^)]*\)/u) !== null) return null;
    const options = cursor.take(/^\(\?([a-z]*)(?:-([a-z]+))?(\)|:)/u);
    if (options !== null) return this.#withOptions(options);
    const named = cursor.take(/^\(\?(?:P?<(\w+)>|'(\w+)')/u);
    if (named !== null) return this.#numbered(named[1] ?? named[2] ?? null);
    const reference = cursor.take(/^\(\?P=(\w+)\)/u);
    if (reference !== null) return this.#escapes.named(reference[1] ?? '', this.#flags);
    const look = cursor.take(/^\(\?(<?)([=!])/u);
    if (look !== null) {
      const [, behind = '', sign = ''] = look;
      const part = this.#inner();
      return { is: 'look', isBehind: behind !== '', isNegated: sign === '!', part };
    }
    if (cursor.skip('(?>')) return { is: 'atomic', part: this.#inner() };
    if (cursor.isAt('(?')) throw cursor.error(`${cursor.rest(3)} is not supported`);
    cursor.skip('(');
    return this.#numbered(null);
  }

  #withOptions([, on = '', off = '', end = '']: RegExpExecArray): PatternNode | null {
    const before = this.#flags;
    const flags: Record<keyof Flags, boolean> = { ...before };
    for (const letter of on) flags[this.#flagOf(letter)] = true;
    for (const letter of off) flags[this.#flagOf(letter)] = false;
    this.#flags = flags;
    if (end === ')') return null;
    const part = this.#inner();
    this.#flags = before;
    return part;
  }

  #flagOf(letter: string): keyof Flags {
    const flag = FLAG_NAMES[letter];
    if (flag !== undefined) return flag;
    throw this.#cursor.error('unrecognized character after (? or (?-');
  }

  #numbered(name: string | null): PatternNode {
    const index = ++this.#groupCount;
    if (name !== null) this.#groupNames.set(name, index);
    return { is: 'group', part: this.#inner(), index };
  }

  /** What is in a group, whose beginning is read. */
  #inner(): PatternNode {
    const cursor = this.#cursor;
    const node = this.#alternatives();
    if (!cursor.skip(')')) throw cursor.error('missing )');
    return node;
  }
}
