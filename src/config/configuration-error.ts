// The error for settings that cannot be used. Its message is made to be shown as it is: a line, or a line for each problem.

/** More of them are counted only. */
const MOST_SHOWN = 20;

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** One line each. */
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], options?: ErrorOptions) {
    const all = typeof problems === 'string' ? [problems] : problems;
    super(messageOf(all), options);
    this.problems = all;
  }
}

function messageOf(problems: readonly string[]): string {
  if (problems.length === 1) return problems[0] ?? '';
  const shown = problems.slice(0, MOST_SHOWN).map((problem) => `\n  ${problem}`);
  const rest = problems.length - shown.length;
  const more = rest === 0 ? '' : `\n  and ${rest} more`;
  return `${problems.length} problems in the configuration:${shown.join('')}${more}`;
}
