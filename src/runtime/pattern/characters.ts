// Which characters the short forms of regular expressions mean, as PCRE has them: of ASCII, unless Unicode is asked for.
import type { CharacterTest } from './node.ts';

const BREAK = 10;

function among(ranges: ReadonlyArray<readonly [from: number, to: number]>): CharacterTest {
  return (code) => ranges.some(([from, to]) => code >= from && code <= to);
}

export function not(test: CharacterTest): CharacterTest {
  return (code) => !test(code);
}

export function anyOf(tests: readonly CharacterTest[]): CharacterTest {
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return (code) => tests.some((test) => test(code));
}

export function exactly(wanted: number): CharacterTest {
  return (code) => code === wanted;
}

export function between(from: number, to: number): CharacterTest {
  return (code) => code >= from && code <= to;
}

export const ANY: CharacterTest = () => true;
export const NO_LINE_BREAK: CharacterTest = (code) => code !== BREAK;

const DIGIT = among([[48, 57]]);
const LOWER = among([[97, 122]]);
const UPPER = among([[65, 90]]);
const ALPHA = anyOf([LOWER, UPPER]);
const ALNUM = anyOf([ALPHA, DIGIT]);
export const WORD: CharacterTest = anyOf([ALNUM, exactly(95)]);
const SPACE = among([
  [9, 13],
  [32, 32],
]);
const HORIZONTAL = anyOf([exactly(9), exactly(32), exactly(160)]);
const VERTICAL = anyOf([between(10, 13), exactly(133), between(0x2028, 0x2029)]);

/** What stands for a set, by the letter behind a backslash. */
export const SETS: ReadonlyMap<string, CharacterTest> = new Map([
  ['d', DIGIT],
  ['D', not(DIGIT)],
  ['w', WORD],
  ['W', not(WORD)],
  ['s', SPACE],
  ['S', not(SPACE)],
  ['h', HORIZONTAL],
  ['H', not(HORIZONTAL)],
  ['v', VERTICAL],
  ['V', not(VERTICAL)],
]);

/** By the name between `[:` and `:]`. */
export const POSIX_SETS: ReadonlyMap<string, CharacterTest> = new Map([
  ['alnum', ALNUM],
  ['alpha', ALPHA],
  ['ascii', between(0, 127)],
  ['blank', anyOf([exactly(9), exactly(32)])],
  ['cntrl', anyOf([between(0, 31), exactly(127)])],
  ['digit', DIGIT],
  ['graph', between(33, 126)],
  ['lower', LOWER],
  ['print', between(32, 126)],
  [
    'punct',
    among([
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ]),
  ],
  ['space', SPACE],
  ['upper', UPPER],
  ['word', WORD],
  ['xdigit', anyOf([DIGIT, between(65, 70), between(97, 102)])],
]);

/** What stands for one character, by the letter behind a backslash. */
export const ESCAPED: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['e', 27],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
]);

/** Characters outside of Latin-1 whose answer is remembered for a set; then it starts anew. */
const REMEMBERED_MAX = 1024;

/** The same set, which finds out about a character once: one step of the matcher must not cost what a long class costs. */
export function remembered(test: CharacterTest): CharacterTest {
  const low = new Int8Array(256).fill(-1);
  const high = new Map<number, boolean>();
  return (code) => {
    if (code < low.length) {
      if (low[code] === -1) low[code] = test(code) ? 1 : 0;
      return low[code] === 1;
    }
    const known = high.get(code);
    if (known !== undefined) return known;
    const answer = test(code);
    if (high.size >= REMEMBERED_MAX) high.clear();
    high.set(code, answer);
    return answer;
  };
}

/** A property of Unicode such as `L` or `Greek`; null for one that there is not. */
export function unicodeProperty(name: string): CharacterTest | null {
  for (const source of [`\\p{${name}}`, `\\p{Script=${name}}`]) {
    try {
      const expression = new RegExp(source, 'u');
      return remembered((code) => expression.test(String.fromCodePoint(code)));
    } catch {
      continue;
    }
  }
  return null;
}

/** The same letter in the other case; itself where there is none. */
export function otherCase(code: number): number {
  const text = String.fromCodePoint(code);
  const lower = text.toLowerCase();
  const other = lower === text ? text.toUpperCase() : lower;
  // Where other letters come of it, it has no other case here.
  return other.length === text.length ? (other.codePointAt(0) ?? code) : code;
}

export function ignoringCase(test: CharacterTest): CharacterTest {
  return remembered((code) => test(code) || test(otherCase(code)));
}

export function codePointsOf(text: string): number[] {
  return Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
}
