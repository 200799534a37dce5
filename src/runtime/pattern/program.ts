// A regular expression as instructions, which a matcher follows. Repetitions are written out, so that there is a limit to how
// long an expression may be.
import { PatternError } from './pattern-error.ts';
import type { AssertionKind, CharacterTest, ParsedPattern, PatternNode } from './node.ts';

/** Each instruction goes on with the next one where it does not say otherwise. */
export type Instruction =
  | { readonly do: 'take'; readonly test: CharacterTest }
  /** First one way, and then, if that leads to nothing, the other. */
  | { readonly do: 'fork'; first: number; second: number }
  | { readonly do: 'jump'; to: number }
  | { readonly do: 'assert'; readonly kind: AssertionKind }
  /** Remembers the position, for references and for loops. */
  | { readonly do: 'save'; readonly slot: number }
  /** Leaves a loop that got no further since that position was saved. */
  | { readonly do: 'progress'; readonly slot: number; otherwise: number }
  | { readonly do: 'refer'; readonly slot: number; readonly ignoresCase: boolean }
  /** Follows a program of its own, which begins behind it; what comes next is at `next`. */
  | { readonly do: 'look'; readonly isNegated: boolean; next: number }
  | { readonly do: 'atomic'; next: number }
  /** Goes back so many characters. */
  | { readonly do: 'back'; readonly count: number }
  /** The end of a program: it has matched. */
  | { readonly do: 'match' };

export interface Program {
  readonly instructions: readonly Instruction[];
  /** Positions that are remembered. */
  readonly slotCount: number;
  /** What an instruction leads to depends on where one is, and on nothing else. */
  readonly isStateless: boolean;
}

/** Instructions of an expression. */
const LENGTH_MAX = 8192;

/** @throws PatternError where it is too large, or looks behind for something of no fixed length */
export function compileProgram(text: string, parsed: ParsedPattern): Program {
  return new Compiler(text, parsed).compile();
}

class Compiler {
  readonly #text: string;
  readonly #parsed: ParsedPattern;
  readonly #instructions: Instruction[] = [];
  #slotCount: number;

  constructor(text: string, parsed: ParsedPattern) {
    this.#text = text;
    this.#parsed = parsed;
    this.#slotCount = parsed.hasReferences ? 2 * (parsed.groupCount + 1) : 0;
  }

  compile(): Program {
    const { root, hasReferences } = this.#parsed;
    this.#write(root);
    this.#add({ do: 'match' });
    return {
      instructions: this.#instructions,
      slotCount: this.#slotCount,
      isStateless: !hasReferences,
    };
  }

  #add<T extends Instruction>(instruction: T): T {
    if (this.#instructions.length >= LENGTH_MAX) {
      throw new PatternError(this.#text, 'regular expression is too large', this.#text.length);
    }
    this.#instructions.push(instruction);
    return instruction;
  }

  get #next(): number {
    return this.#instructions.length;
  }

  #write(node: PatternNode): void {
    switch (node.is) {
      case 'empty':
        return;
      case 'character':
        this.#add({ do: 'take', test: node.test });
        return;
      case 'sequence':
        for (const part of node.parts) this.#write(part);
        return;
      case 'alternatives':
        this.#writeAlternatives(node.parts.map((part) => () => this.#write(part)));
        return;
      case 'repeat':
        this.#writeRepeat(node);
        return;
      case 'group':
        this.#writeGroup(node);
        return;
      case 'atomic':
        this.#writeApart(this.#add({ do: 'atomic', next: 0 }), () => this.#write(node.part));
        return;
      case 'reference':
        this.#add({ do: 'refer', slot: 2 * node.index, ignoresCase: node.ignoresCase });
        return;
      case 'assertion':
        this.#add({ do: 'assert', kind: node.kind });
        return;
      case 'look':
        this.#writeLook(node);
    }
  }

  #writeAlternatives(writers: ReadonlyArray<() => void>): void {
    const jumps: { to: number }[] = [];
    for (const [index, write] of writers.entries()) {
      const isLast = index === writers.length - 1;
      const fork = isLast ? null : this.#add({ do: 'fork', first: this.#next + 1, second: 0 });
      write();
      if (fork === null) break;
      jumps.push(this.#add({ do: 'jump', to: 0 }));
      fork.second = this.#next;
    }
    for (const jump of jumps) jump.to = this.#next;
  }

  #writeRepeat({ part, min, max, isLazy }: PatternNode & { is: 'repeat' }): void {
    for (let i = 0; i < min; i++) this.#write(part);
    if (max === Number.POSITIVE_INFINITY) {
      this.#writeLoop(part, isLazy);
      return;
    }
    const forks: { first: number; second: number }[] = [];
    for (let i = min; i < max; i++) {
      const fork = this.#add({ do: 'fork', first: 0, second: 0 });
      forks.push(fork);
      this.#direct(fork, isLazy, this.#next);
      this.#write(part);
    }
    for (const fork of forks) this.#direct(fork, !isLazy, this.#next);
  }

  /** Sets where a fork goes first, or where it goes otherwise. */
  #direct(fork: { first: number; second: number }, isOtherwise: boolean, to: number): void {
    if (isOtherwise) fork.second = to;
    else fork.first = to;
  }

  #writeLoop(part: PatternNode, isLazy: boolean): void {
    const { hasReferences } = this.#parsed;
    const start = this.#next;
    const fork = this.#add({ do: 'fork', first: 0, second: 0 });
    this.#direct(fork, isLazy, this.#next);
    // Without references a place that was tried before is not tried again, which ends such loops too.
    const slot = hasReferences ? this.#slotCount++ : 0;
    if (hasReferences) this.#add({ do: 'save', slot });
    this.#write(part);
    const progress = hasReferences ? this.#add({ do: 'progress', slot, otherwise: 0 }) : null;
    this.#add({ do: 'jump', to: start });
    this.#direct(fork, !isLazy, this.#next);
    if (progress !== null) progress.otherwise = this.#next;
  }

  #writeGroup({ part, index }: PatternNode & { is: 'group' }): void {
    const { hasReferences } = this.#parsed;
    if (hasReferences) this.#add({ do: 'save', slot: 2 * index });
    this.#write(part);
    if (hasReferences) this.#add({ do: 'save', slot: 2 * index + 1 });
  }

  #writeApart(head: { next: number }, write: () => void): void {
    write();
    this.#add({ do: 'match' });
    head.next = this.#next;
  }

  #writeLook({ isBehind, isNegated, part }: PatternNode & { is: 'look' }): void {
    const head = this.#add({ do: 'look', isNegated, next: 0 });
    if (!isBehind) {
      this.#writeApart(head, () => this.#write(part));
      return;
    }
    const parts = part.is === 'alternatives' ? part.parts : [part];
    const writers = parts.map((one) => () => {
      this.#add({ do: 'back', count: this.#lengthOf(one) });
      this.#write(one);
    });
    this.#writeApart(head, () => this.#writeAlternatives(writers));
  }

  /** In characters. @throws PatternError where it has no fixed one */
  #lengthOf(node: PatternNode): number {
    switch (node.is) {
      case 'character':
        return 1;
      case 'sequence':
        return node.parts.reduce((sum, part) => sum + this.#lengthOf(part), 0);
      case 'group':
      case 'atomic':
        return this.#lengthOf(node.part);
      case 'repeat':
        if (node.min === node.max) return node.min * this.#lengthOf(node.part);
        break;
      case 'alternatives': {
        const [first = 0, ...others] = node.parts.map((part) => this.#lengthOf(part));
        if (others.every((length) => length === first)) return first;
        break;
      }
      case 'reference':
        break;
      default:
        return 0;
    }
    throw new PatternError(this.#text, 'lookbehind assertion is not fixed length', 0);
  }
}
