// One thing that was said, and where.

export type Origin =
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'option'; readonly flag: string };

/** A value for a key, as text. */
export interface Statement {
  /** The parts of the key, with the names that the operator chose. */
  readonly words: readonly string[];
  readonly text: string;
  readonly origin: Origin;
}

/** What weighs more counts. */
export const RANKS = { file: 1, rabbitmqVariable: 2, variable: 3, option: 4 } as const;

export function rankOf(origin: Origin): number {
  if (origin.kind !== 'variable') return RANKS[origin.kind];
  return origin.name.startsWith('RABBITMQ_') ? RANKS.rabbitmqVariable : RANKS.variable;
}

/** As messages name it: `a.conf:3`, `LEVERET_PORT`, `--port`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'variable':
      return origin.name;
    case 'option':
      return origin.flag;
  }
}

/** The key as one writes it in a file. */
export function keyText(words: readonly string[]): string {
  return words.map((word) => word.replaceAll('.', '\\.')).join('.');
}
