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
