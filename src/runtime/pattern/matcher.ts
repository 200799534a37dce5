// Follows the instructions of a regular expression over a name, going back where a way leads to nothing. The steps are counted:
// who needs too many gives up. A place in the program is tried once for each position in the name, unless there are references,
// so that most expressions cannot need many.
import { codePointsOf, otherCase, WORD } from './characters.ts';
import type { AssertionKind } from './node.ts';
import type { Instruction, Program } from './program.ts';

/** The steps are used up: nobody knows whether it matches. */
export const GAVE_UP = 'gave up';

const BREAK = 10;

/** Whether a name is met, and how many steps it took to know. */
export interface Match {
  readonly answer: boolean | typeof GAVE_UP;
  readonly steps: number;
}

/** A way that was not taken yet; with `slot`, what is to be put back there before the one below is taken. */
interface Way {
  readonly to: number;
  readonly position: number;
  readonly slot: number;
}

class StepsUsedUp extends Error {}

export function match(program: Program, name: string, stepsMax: number): Match {
  const matcher = new Matcher(program, name, stepsMax);
  try {
    const answer = matcher.search();
    return { answer, steps: matcher.steps };
  } catch (error) {
    if (error instanceof StepsUsedUp) return { answer: GAVE_UP, steps: matcher.steps };
    throw error;
  }
}

class Matcher {
  steps = 0;
  readonly #instructions: readonly Instruction[];
  readonly #codes: readonly number[];
  readonly #stepsMax: number;
  /** Places that lead to nothing, by instruction and position; null where that depends on more. */
  readonly #failed: Uint8Array | null;
  readonly #slots: Int32Array;
  readonly #width: number;

  constructor({ instructions, slotCount, isStateless }: Program, name: string, stepsMax: number) {
    this.#instructions = instructions;
    this.#codes = codePointsOf(name);
    this.#stepsMax = stepsMax;
    this.#width = this.#codes.length + 1;
    this.#slots = new Int32Array(slotCount).fill(-1);
    this.#failed = isStateless ? new Uint8Array(instructions.length * this.#width) : null;
  }

  /** Anywhere in the name. */
  search(): boolean {
    for (let start = 0; start < this.#width; start++) {
      if (this.#run(0, start) >= 0) return true;
    }
    return false;
  }

  /** Where the program that begins there ends when it matches; -1 when it does not. */
  #run(begin: number, start: number): number {
    const ways: Way[] = [{ to: begin, position: start, slot: -1 }];
    const tried: number[] = [];
    for (;;) {
      const way = ways.pop();
      if (way === undefined) return -1;
      if (way.slot >= 0) {
        this.#slots[way.slot] = way.position;
        continue;
      }
      const end = this.#follow(way.to, way.position, ways, tried);
      if (end < 0) continue;
      // What was tried on the way here did lead to something.
      for (const place of tried) this.#failed![place] = 0;
      return end;
    }
  }

  /** One way to its end: the position where the program has matched, or -1. */
  #follow(begin: number, start: number, ways: Way[], tried: number[]): number {
    let at = begin;
    let position = start;
    for (;;) {
      if (++this.steps > this.#stepsMax) throw new StepsUsedUp();
      if (this.#failed !== null) {
        const place = at * this.#width + position;
        if (this.#failed[place] === 1) return -1;
        this.#failed[place] = 1;
        tried.push(place);
      }
      const instruction = this.#instructions[at]!;
      at++;
      switch (instruction.do) {
        case 'take':
          if (position === this.#codes.length) return -1;
          if (!instruction.test(this.#codes[position]!)) return -1;
          position++;
          break;
        case 'fork':
          ways.push({ to: instruction.second, position, slot: -1 });
          at = instruction.first;
          break;
        case 'jump':
          at = instruction.to;
          break;
        case 'assert':
          if (!this.#holds(instruction.kind, position)) return -1;
          break;
        case 'save':
          ways.push({ to: 0, position: this.#slots[instruction.slot]!, slot: instruction.slot });
          this.#slots[instruction.slot] = position;
          break;
        case 'progress':
          if (this.#slots[instruction.slot] === position) at = instruction.otherwise;
          break;
        case 'refer':
          position = this.#referred(instruction.slot, instruction.ignoresCase, position);
          if (position < 0) return -1;
          break;
        case 'look':
          this.#keepSlots(ways);
          if (this.#run(at, position) >= 0 === instruction.isNegated) return -1;
          at = instruction.next;
          break;
        case 'atomic':
          this.#keepSlots(ways);
          position = this.#run(at, position);
          if (position < 0) return -1;
          at = instruction.next;
          break;
        case 'back':
          position -= instruction.count;
          if (position < 0) return -1;
          break;
        case 'match':
          return position;
      }
    }
  }

  /** What a program of its own remembers is forgotten when one goes back before it. */
  #keepSlots(ways: Way[]): void {
    this.steps += this.#slots.length;
    for (const [slot, position] of this.#slots.entries()) ways.push({ to: 0, position, slot });
  }

  #holds(kind: AssertionKind, position: number): boolean {
    const { length } = this.#codes;
    switch (kind) {
      case 'subject-start':
        return position === 0;
      case 'subject-end':
        return position === length;
      case 'subject-end-or-line-break':
        return position === length || (position === length - 1 && this.#codes[position] === BREAK);
      case 'line-start':
        return position === 0 || this.#codes[position - 1] === BREAK;
      case 'line-end':
        return position === length || this.#codes[position] === BREAK;
      case 'word-boundary':
        return this.#isWord(position - 1) !== this.#isWord(position);
      case 'no-word-boundary':
        return this.#isWord(position - 1) === this.#isWord(position);
    }
  }

  #isWord(position: number): boolean {
    const code = this.#codes[position];
    return code !== undefined && WORD(code);
  }

  /** The position behind what a group has matched, again; -1 where it does not stand here. */
  #referred(slot: number, ignoresCase: boolean, position: number): number {
    const from = this.#slots[slot]!;
    const to = this.#slots[slot + 1]!;
    // A group that has matched nothing is never met.
    if (from < 0 || to < from || position + to - from > this.#codes.length) return -1;
    this.steps += to - from;
    for (let i = 0; i < to - from; i++) {
      const [wanted, code] = [this.#codes[from + i]!, this.#codes[position + i]!];
      if (wanted !== code && !(ignoresCase && otherCase(wanted) === code)) return -1;
    }
    return position + to - from;
  }
}
