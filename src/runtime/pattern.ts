/**
 * Regular expressions that operators give: permissions and policies. RabbitMQ takes those of PCRE and looks for a match
 * anywhere in a name. None of them may hold the broker up, whatever it is: most run on RE2, whose time is linear; what RE2
 * cannot do (lookarounds, backreferences) runs on the engine of JavaScript under a time limit.
 */
import { RE2JS, RE2JSException } from 're2js';
import { compileGuarded } from './guarded-pattern.ts';
import { asPatternError, PatternError } from './pattern-error.ts';

export { PatternError } from './pattern-error.ts';

/** Whether a name meets a regular expression. */
export interface Pattern {
  /** The expression as it was given. */
  readonly text: string;
  test(name: string): boolean;
}

export interface PatternOptions {
  /** Called when an expression took too long for a name, which counts as no match. */
  readonly onTimeout?: (pattern: string) => void;
}

/** Longer expressions are refused, in characters: what RE2 makes of them grows with their length. */
const PATTERN_LENGTH_MAX = 4096;

/** Names whose answer is remembered for an expression; then it starts anew. */
const ANSWERS_MAX = 4096;

/** @throws PatternError */
export function compilePattern(text: string, options: PatternOptions = {}): Pattern {
  if (text.length > PATTERN_LENGTH_MAX) {
    throw new PatternError(text, 'regular expression is too large', PATTERN_LENGTH_MAX);
  }
  return new RememberingPattern(text, compile(text, options));
}

function compile(text: string, options: PatternOptions): (name: string) => boolean {
  const linear = compileLinear(text);
  if (!(linear instanceof Error)) return (name) => linear.test(name);
  try {
    return compileGuarded(text, () => options.onTimeout?.(text));
  } catch (error) {
    throw asPatternError(text, error instanceof Error ? error.message : String(error));
  }
}

function compileLinear(text: string): RE2JS | RE2JSException {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    if (error instanceof RE2JSException) return error;
    throw error;
  }
}

class RememberingPattern implements Pattern {
  readonly text: string;
  readonly #matches: (name: string) => boolean;
  readonly #answers = new Map<string, boolean>();

  constructor(text: string, matches: (name: string) => boolean) {
    this.text = text;
    this.#matches = matches;
  }

  test(name: string): boolean {
    const known = this.#answers.get(name);
    if (known !== undefined) return known;
    const answer = this.#matches(name);
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear();
    this.#answers.set(name, answer);
    return answer;
  }
}
