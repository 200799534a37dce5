/**
 * Regular expressions that people give: of policies and permissions, searched for in names. RabbitMQ takes those of PCRE.
 * Whatever somebody writes, a test must not hold up the broker: first comes an engine that needs linear time, and for
 * what that one lacks (looking ahead, back references) the language's own, with a time limit where it may take long.
 */
import { createContext, Script, type Context } from 'node:vm';
import { RE2JS } from 're2js';

/** Longer ones are refused. */
const LENGTH_MAX = 4096;
/** How long one test may take, in milliseconds: longer ones count as no match. */
const TEST_TIMEOUT_MS = 20;
/** A pattern that took too long this often matches nothing any more. */
const TIMEOUTS_MAX = 5;
/** With one repetition and no more alternatives than these, no test of a name takes long. */
const HARMLESS_ALTERNATIVES_MAX = 6;

export interface Pattern {
  /** Whether the expression matches anywhere in the name. */
  test(name: string): boolean;
}

/** The text is no regular expression. The message says why, in PCRE's words where it has any. */
export class PatternError extends Error {
  /** Where in the text the error is, in characters. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** @throws PatternError */
export function compilePattern(text: string): Pattern {
  if (text.length > LENGTH_MAX) {
    throw new PatternError('regular expression is too large', LENGTH_MAX);
  }
  try {
    const expression = RE2JS.compile(text);
    return { test: (name) => expression.test(name) };
  } catch {
    return compileNative(text);
  }
}

function compileNative(text: string): Pattern {
  let expression: RegExp;
  try {
    expression = new RegExp(text, 'u');
  } catch {
    try {
      expression = new RegExp(text);
    } catch (error) {
      throw asPatternError(text, error instanceof Error ? error.message : '');
    }
  }
  return isHarmless(text) ? expression : new TimedPattern(expression);
}

/**
 * Whether no test takes long with a name of 255 octets: there is one repetition at most, and none of alternatives, which
 * could split the same text in very many ways.
 */
function isHarmless(text: string): boolean {
  const syntax = text.replaceAll(/\\./gsu, '').replaceAll(/\(\?(?:[=!:]|<[=!])/gu, '(');
  const repetitions = syntax.match(/[*+?{]/gu)?.length ?? 0;
  const alternatives = syntax.match(/\|/gu)?.length ?? 0;
  if (alternatives > 0 && /\)[*+?{]/u.test(syntax)) return false;
  return repetitions <= 1 && alternatives <= HARMLESS_ALTERNATIVES_MAX;
}

/** Only code in a context of its own can be interrupted. */
class TimedPattern implements Pattern {
  static readonly #script = new Script('expression.test(name)');
  readonly #sandbox: { name: string; readonly expression: RegExp };
  readonly #context: Context;
  #timeoutCount = 0;

  constructor(expression: RegExp) {
    this.#sandbox = { name: '', expression };
    this.#context = createContext(this.#sandbox);
  }

  test(name: string): boolean {
    if (this.#timeoutCount >= TIMEOUTS_MAX) return false;
    this.#sandbox.name = name;
    try {
      return (
        TimedPattern.#script.runInContext(this.#context, { timeout: TEST_TIMEOUT_MS }) === true
      );
    } catch {
      this.#timeoutCount++;
      return false;
    }
  }
}

function asPatternError(text: string, message: string): PatternError {
  const end = text.length;
  if (/unterminated group/iu.test(message)) return new PatternError('missing )', end);
  if (/unmatched '\)'/iu.test(message)) {
    return new PatternError('unmatched parentheses', Math.max(0, text.indexOf(')')));
  }
  if (/unterminated character class/iu.test(message)) {
    return new PatternError('missing terminating ] for character class', end);
  }
  if (/nothing to repeat/iu.test(message)) return new PatternError('nothing to repeat', 0);
  const reason = message.slice(message.lastIndexOf(': ') + 2);
  return new PatternError(reason.toLowerCase(), 0);
}
