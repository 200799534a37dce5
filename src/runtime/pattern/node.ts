// What a regular expression consists of, once it is read.

/** Whether a code point is meant. */
export type CharacterTest = (code: number) => boolean;

export type AssertionKind =
  | 'subject-start'
  | 'subject-end'
  | 'subject-end-or-line-break'
  | 'line-start'
  | 'line-end'
  | 'word-boundary'
  | 'no-word-boundary';

export type PatternNode =
  | { readonly is: 'empty' }
  | { readonly is: 'character'; readonly test: CharacterTest }
  | { readonly is: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly is: 'alternatives'; readonly parts: readonly PatternNode[] }
  | {
      readonly is: 'repeat';
      readonly part: PatternNode;
      readonly min: number;
      /** Infinity for no limit. */
      readonly max: number;
      readonly isLazy: boolean;
    }
  | { readonly is: 'group'; readonly part: PatternNode; readonly index: number }
  /** What matched once is not tried otherwise. */
  | { readonly is: 'atomic'; readonly part: PatternNode }
  | { readonly is: 'reference'; readonly index: number; readonly ignoresCase: boolean }
  | { readonly is: 'assertion'; readonly kind: AssertionKind }
  | {
      readonly is: 'look';
      readonly isBehind: boolean;
      readonly isNegated: boolean;
      readonly part: PatternNode;
    };

export interface ParsedPattern {
  readonly root: PatternNode;
  /** Groups that are numbered, without the whole. */
  readonly groupCount: number;
  readonly hasReferences: boolean;
}

/** Options that hold from where they are set to the end of their group. */
export interface Flags {
  readonly ignoresCase: boolean;
  readonly isMultiline: boolean;
  readonly dotMatchesAll: boolean;
  readonly isExtended: boolean;
}
