/**
 * Erlang terms as text, as far as queries are made of them: atoms, strings, binaries of a string, tuples and lists. Each
 * knows where it stands, so that who reads on can say what is wrong and where.
 */

/** A place in the text: both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Term = { readonly at: Place } & (
  | { readonly is: 'atom'; readonly name: string }
  /** A string, or a binary with a string in it. */
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'tuple' | 'list'; readonly items: readonly Term[] }
);

/** What is wrong, and where; the message says both. */
export class TermError extends Error {
  override readonly name = 'TermError';

  constructor(message: string, { line, column }: Place) {
    super(`line ${line}, column ${column}: ${message}`);
  }
}

/** In characters. */
const LONGEST_TEXT = 65_536;
/** Tuples and lists within each other. */
const DEEPEST = 64;

/** One term, with or without a dot at its end. @throws TermError */
export function parseTerm(text: string): Term {
  if (text.length > LONGEST_TEXT) {
    throw new TermError(`more than ${LONGEST_TEXT} characters`, { line: 1, column: 1 });
  }
  const parser = new TermParser(text);
  const term = parser.term(0);
  parser.end();
  return term;
}

const ATOM = /[a-z][\w@]*/uy;
const BLANKS = /(?:\s|%[^\n]*)*/uy;
const CLOSING = { tuple: '}', list: ']' } as const;
/** Of one letter, behind a backslash. */
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  d: '\u007f',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  s: ' ',
  t: '\t',
  v: '\v',
};
const NUMERIC_ESCAPE = /([0-7]{1,3})|x(?:\{([\da-fA-F]{1,6})\}|([\da-fA-F]{2}))/uy;
const LAST_CODE_POINT = 0x10_ffff;

class TermParser {
  readonly #text: string;
  #offset = 0;
  /** Of the last place. */
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  term(depth: number): Term {
    this.#skipBlanks();
    const at = this.#place();
    if (depth > DEEPEST) throw new TermError(`more than ${DEEPEST} terms within each other`, at);
    switch (this.#text[this.#offset]) {
      case '{':
        return { is: 'tuple', at, items: this.#items('tuple', depth) };
      case '[':
        return { is: 'list', at, items: this.#items('list', depth) };
      case '"':
        return { is: 'text', at, text: this.#strings() };
      case '<':
        return { is: 'text', at, text: this.#binary() };
      case "'":
        return { is: 'atom', at, name: this.#quoted("'") };
      default:
        return { is: 'atom', at, name: this.#atom(at) };
    }
  }

  /** Nothing but a dot may follow. */
  end(): void {
    this.#skipBlanks();
    if (this.#text[this.#offset] === '.') this.#offset++;
    this.#skipBlanks();
    if (this.#offset < this.#text.length) throw this.#unexpected('the end');
  }

  #items(kind: 'tuple' | 'list', depth: number): readonly Term[] {
    const closing = CLOSING[kind];
    const items: Term[] = [];
    this.#offset++;
    this.#skipBlanks();
    if (this.#takes(closing)) return items;
    for (;;) {
      items.push(this.term(depth + 1));
      this.#skipBlanks();
      if (this.#takes(closing)) return items;
      if (!this.#takes(',')) throw this.#unexpected(`"," or "${closing}"`);
    }
  }

  /** Strings one after the other are one. */
  #strings(): string {
    let text = '';
    while (this.#text[this.#offset] === '"') {
      text += this.#quoted('"');
      this.#skipBlanks();
    }
    return text;
  }

  #binary(): string {
    if (!this.#takes('<<')) throw this.#unexpected('a term');
    this.#skipBlanks();
    if (this.#takes('>>')) return '';
    if (this.#text[this.#offset] !== '"') throw this.#unexpected('a string');
    const text = this.#strings();
    if (this.#takes('/utf8')) this.#skipBlanks();
    if (!this.#takes('>>')) throw this.#unexpected('">>"');
    return text;
  }

  #quoted(quote: string): string {
    const at = this.#place();
    let text = '';
    for (this.#offset++; this.#offset < this.#text.length; ) {
      const character = this.#text[this.#offset] ?? '';
      this.#offset++;
      if (character === quote) return text;
      text += character === '\\' ? this.#escaped() : character;
    }
    throw new TermError('a quote that is not closed', at);
  }

  /** What stands behind a backslash. */
  #escaped(): string {
    NUMERIC_ESCAPE.lastIndex = this.#offset;
    const [all, octal, braced, pair] = NUMERIC_ESCAPE.exec(this.#text) ?? [];
    if (all !== undefined) {
      const code = Number.parseInt(octal ?? braced ?? pair ?? '', octal === undefined ? 16 : 8);
      if (code > LAST_CODE_POINT) throw this.#unexpected('a character');
      this.#offset += all.length;
      return String.fromCodePoint(code);
    }
    const character = this.#text[this.#offset] ?? '';
    this.#offset++;
    return ESCAPES[character] ?? character;
  }

  #atom(at: Place): string {
    ATOM.lastIndex = this.#offset;
    const [name] = ATOM.exec(this.#text) ?? [];
    if (name === undefined) throw this.#unexpected('a term', at);
    this.#offset += name.length;
    return name;
  }

  #takes(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#offset)) return false;
    this.#offset += expected.length;
    return true;
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#offset;
    this.#offset += BLANKS.exec(this.#text)?.[0].length ?? 0;
  }

  #unexpected(expected: string, at: Place = this.#place()): TermError {
    const found = this.#text[this.#offset];
    return new TermError(
      `expected ${expected}, found ${found === undefined ? 'the end' : JSON.stringify(found)}`,
      at,
    );
  }

  /** Goes on from the last place: the parser never goes back. */
  #place(): Place {
    for (;;) {
      const newline = this.#text.indexOf('\n', this.#lineStart);
      if (newline === -1 || newline >= this.#offset) break;
      this.#line++;
      this.#lineStart = newline + 1;
    }
    return { line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }
}
