/**
 * Regular expressions on the engine of JavaScript, for what RE2 lacks. That engine may take for ever, so it is given some
 * milliseconds a name; an expression that needs more too often is not tried any further and matches nothing.
 *
 * PCRE writes some things differently. They are translated where JavaScript has the same, and refused where it has not:
 * JavaScript itself would silently take `\A` for the letter A.
 */
import { createContext, Script } from 'node:vm';

/** For one name, in milliseconds. */
const TIME_LIMIT_MS = 20;
/** How often one name is tried while the machine is busy with something else. */
const ATTEMPTS_MAX = 10;
/** Names that may take too long before the expression is given up. */
const TIMEOUTS_MAX = 5;
/** Longer names match nothing, in characters: those of AMQP have 255 octets. */
const NAME_LENGTH_MAX = 1024;

/** Outside of a class, what begins with a backslash and is the same in both, is translated, or, with null, unknown. */
const ESCAPES: Readonly<Record<string, string | null>> = {
  A: '^',
  z: '$',
  Z: '(?=\\n?$)',
  h: '[ \\t]',
  H: '[^ \\t]',
  R: '(?:\\r\\n|[\\n\\v\\f\\r])',
  N: '[^\\n]',
  a: '\\x07',
  e: '\\x1b',
};
/** Letters whose meaning after a backslash is the same in both. */
const SHARED_ESCAPES = 'bBdDsSwWnrtfvx';
const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/**
 * @param onTimeout called when a name took too long
 * @throws Error when it is no regular expression, or one of PCRE that cannot be translated
 */
export function compileGuarded(text: string, onTimeout: () => void): (name: string) => boolean {
  const { source, flags } = new Translation(text).result();
  const context = createContext({ expression: new RegExp(source, flags), name: '' });
  const script = new Script('expression.test(name)');
  let timeoutCount = 0;
  return (name) => {
    if (name.length > NAME_LENGTH_MAX || timeoutCount >= TIMEOUTS_MAX) return false;
    context['name'] = name;
    const answer = runWithin(() => script.runInContext(context, { timeout: TIME_LIMIT_MS }));
    if (answer !== null) return answer === true;
    timeoutCount++;
    onTimeout();
    return false;
  };
}

/**
 * Null when it took too long. The limit is one of the wall clock: on a busy machine the process may have been held up for
 * all of it, and then it is tried again.
 */
function runWithin(run: () => unknown): unknown {
  for (let attempt = 1; ; attempt++) {
    const before = process.cpuUsage();
    try {
      return run();
    } catch (error) {
      if (!isTimeout(error)) throw error;
      const { user, system } = process.cpuUsage(before);
      const hasRun = (user + system) / 1000 > TIME_LIMIT_MS / 2;
      if (hasRun || attempt === ATTEMPTS_MAX) return null;
    }
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

/** An expression of PCRE as one of JavaScript. */
class Translation {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  result(): { source: string; flags: string } {
    const options = /^\(\?([a-z]+)\)/u.exec(this.#text);
    const flags = options === null ? '' : flagsOf(options[1] ?? '');
    this.#position = options === null ? 0 : options[0].length;
    let source = '';
    while (this.#position < this.#text.length) source += this.#next();
    return { source, flags };
  }

  #next(): string {
    const rest = this.#text.slice(this.#position);
    if (rest.startsWith('\\')) return this.#escape();
    if (rest.startsWith('[')) return this.#class();
    if (rest.startsWith('(?')) return this.#group(rest);
    if (rest.startsWith('(*')) throw new Error(`(* is not supported at offset ${this.#position}`);
    return this.#take(1);
  }

  #take(length: number): string {
    const taken = this.#text.slice(this.#position, this.#position + length);
    this.#position += length;
    return taken;
  }

  #escape(): string {
    const escape = this.#take(2);
    const letter = escape.slice(1);
    if (letter === '') throw new Error(`\\ at end of pattern at offset ${this.#text.length - 1}`);
    if (letter === 'Q') return this.#literal();
    if (letter === 'x') return escape + this.#digits(/^[\da-f]{2}/iu);
    if (letter === 'k') return escape + this.#digits(/^<\w+>/u);
    const translated = ESCAPES[letter];
    if (typeof translated === 'string') return translated;
    if (/[1-9]/u.test(letter) || !/[A-Za-z0]/u.test(letter)) return escape;
    if (SHARED_ESCAPES.includes(letter)) return escape;
    throw new Error(`${escape} is not supported at offset ${this.#position - 2}`);
  }

  #digits(expected: RegExp): string {
    const found = expected.exec(this.#text.slice(this.#position));
    if (found !== null) return this.#take(found[0].length);
    throw new Error(`escape is not supported at offset ${this.#position - 2}`);
  }

  /** `\Q...\E`: as it stands there. */
  #literal(): string {
    const end = this.#text.indexOf('\\E', this.#position);
    const text = this.#take((end === -1 ? this.#text.length : end) - this.#position);
    if (end !== -1) this.#take(2);
    return text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
  }

  /** What opens a group with a question mark. */
  #group(rest: string): string {
    const comment = /^\(\?#[^)]*\)/u.exec(rest);
    if (comment !== null) {
      this.#take(comment[0].length);
      return '';
    }
    const named = /^\(\?(?:P?<(\w+)>|'(\w+)')/u.exec(rest);
    if (named !== null) {
      this.#take(named[0].length);
      return `(?<${named[1] ?? named[2]}>`;
    }
    const same = /^\(\?(?:[:=!]|<[=!]|[ims]*(?:-[ims]+)?:)/u.exec(rest);
    if (same !== null) return this.#take(same[0].length);
    throw new Error(`${rest.slice(0, 3)} is not supported at offset ${this.#position}`);
  }

  #class(): string {
    const start = this.#position;
    let translated = this.#take(this.#text.startsWith('[^', start) ? 2 : 1);
    // A bracket that comes first stands for itself.
    if (this.#text[this.#position] === ']') translated += `\\${this.#take(1)}`;
    for (;;) {
      const rest = this.#text.slice(this.#position);
      if (rest === '') {
        throw new Error(`missing terminating ] for character class at offset ${this.#text.length}`);
      }
      if (rest.startsWith(']')) return translated + this.#take(1);
      translated += this.#classMember(rest);
    }
  }

  #classMember(rest: string): string {
    const posix = /^\[:(\^?)(\w+):\]/u.exec(rest);
    if (posix !== null) {
      const members = POSIX_CLASSES[posix[2] ?? ''];
      if (members === undefined || posix[1] === '^') {
        throw new Error(`unknown POSIX class name at offset ${this.#position}`);
      }
      this.#take(posix[0].length);
      return members;
    }
    if (!rest.startsWith('\\')) return rest.startsWith('[') ? `\\${this.#take(1)}` : this.#take(1);
    if (/^\\[QEAZzRNhH]/u.test(rest)) {
      throw new Error(`${rest.slice(0, 2)} is not supported at offset ${this.#position}`);
    }
    return this.#escape();
  }
}

/** Options at the beginning hold for all of the expression. */
function flagsOf(options: string): string {
  for (const option of options) {
    if (!'ims'.includes(option)) throw new Error(`unrecognized character after (? or (?-`);
  }
  return [...new Set(options)].join('');
}
