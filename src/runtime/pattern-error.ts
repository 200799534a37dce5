/** What is given as a regular expression is none: why, in PCRE's words where it has any, and where. */

export class PatternError extends Error {
  /** As it was given. */
  readonly pattern: string;
  /** Where in the pattern the error is, in characters. */
  readonly position: number;

  constructor(pattern: string, reason: string, position: number) {
    super(reason);
    this.pattern = pattern;
    this.position = position;
  }
}

/** @param message of the engine of JavaScript, or of a translation from PCRE, which ends in `at offset N` */
export function asPatternError(pattern: string, message: string): PatternError {
  const [, reason, offset] = /^(.*) at offset (\d+)$/su.exec(message) ?? [];
  if (reason !== undefined) return new PatternError(pattern, reason, Number(offset));
  const end = pattern.length;
  if (/unterminated group/iu.test(message)) return new PatternError(pattern, 'missing )', end);
  if (/unmatched '\)'/iu.test(message)) {
    return new PatternError(pattern, 'unmatched parentheses', Math.max(0, pattern.indexOf(')')));
  }
  if (/unterminated character class/iu.test(message)) {
    return new PatternError(pattern, 'missing terminating ] for character class', end);
  }
  if (/nothing to repeat/iu.test(message)) return new PatternError(pattern, 'nothing to repeat', 0);
  return new PatternError(pattern, message.slice(message.lastIndexOf(': ') + 2).toLowerCase(), 0);
}
