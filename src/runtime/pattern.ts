/**
 * Regular expressions that operators and users give: permissions, policies, filters of lists. RabbitMQ takes those of PCRE and
 * looks for a match anywhere in a name. None of them may hold the broker up, whatever it is: steps are counted, for a name and for
 * an expression, and who needs too many is given up.
 */
import { PatternError } from './pattern/pattern-error.ts';
import { GAVE_UP, match } from './pattern/matcher.ts';
import { parsePattern } from './pattern/parser.ts';
import { compileProgram, type Program } from './pattern/program.ts';

export { PatternError } from './pattern/pattern-error.ts';

/** Whether a name meets a regular expression. */
export interface Pattern {
  /** The expression as it was given. */
  readonly text: string;
  /** How many steps all names have taken together. */
  readonly steps: number;
  test(name: string): boolean;
}

export interface PatternOptions {
  /** Called when an expression took too long for a name, which counts as no match. */
  readonly onTimeout?: (pattern: string) => void;
}

/** Longer expressions are refused, in characters. */
const PATTERN_LENGTH_MAX = 4096;
/** Longer names match nothing, in characters: those of AMQP have 255 octets. */
const NAME_LENGTH_MAX = 1024;
/** For one name: some milliseconds. */
const STEPS_MAX = 100_000;
/** Names that may need too many steps before the expression is given up. */
const TIMEOUTS_MAX = 5;
/** Names whose answer is remembered for an expression; then it starts anew. */
const ANSWERS_MAX = 4096;

/** @throws PatternError */
export function compilePattern(text: string, options: PatternOptions = {}): Pattern {
  if (text.length > PATTERN_LENGTH_MAX) {
    throw new PatternError(text, 'regular expression is too large', PATTERN_LENGTH_MAX);
  }
  return new CompiledPattern(text, compileProgram(text, parsePattern(text)), options);
}

class CompiledPattern implements Pattern {
  readonly text: string;
  steps = 0;
  readonly #program: Program;
  readonly #options: PatternOptions;
  readonly #answers = new Map<string, boolean>();
  #timeoutCount = 0;

  constructor(text: string, program: Program, options: PatternOptions) {
    this.text = text;
    this.#program = program;
    this.#options = options;
  }

  test(name: string): boolean {
    const known = this.#answers.get(name);
    if (known !== undefined) return known;
    const answer = this.#match(name);
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear();
    this.#answers.set(name, answer);
    return answer;
  }

  #match(name: string): boolean {
    if (name.length > NAME_LENGTH_MAX || this.#timeoutCount >= TIMEOUTS_MAX) return false;
    const { answer, steps } = match(this.#program, name, STEPS_MAX);
    this.steps += steps;
    if (answer !== GAVE_UP) return answer;
    this.#timeoutCount++;
    this.#options.onTimeout?.(this.text);
    return false;
  }
}
