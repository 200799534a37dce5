/** Patterns of scopes: `*` stands for any characters, also none; what is special in URLs is percent-encoded, and `+` is a space. */

export interface Wildcard {
  matches(subject: string): boolean;
}

const NEVER: Wildcard = { matches: () => false };

/** One that is not encoded well matches nothing. */
export function parseWildcard(pattern: string): Wildcard {
  try {
    return new Pieces(pattern.split('*').map(decodePiece));
  } catch {
    return NEVER;
  }
}

/** @throws URIError */
function decodePiece(piece: string): string {
  return decodeURIComponent(piece.replaceAll('+', ' '));
}

/** What stands between the stars. */
class Pieces implements Wildcard {
  readonly #first: string;
  readonly #middle: readonly string[];
  /** Null without a star: there is only the first then. */
  readonly #last: string | null;

  constructor(pieces: readonly string[]) {
    this.#first = pieces[0] ?? '';
    this.#middle = pieces.slice(1, -1).filter((piece) => piece !== '');
    this.#last = pieces.length > 1 ? (pieces.at(-1) ?? '') : null;
  }

  matches(subject: string): boolean {
    const last = this.#last;
    if (last === null) return subject === this.#first;
    if (!subject.startsWith(this.#first) || !subject.endsWith(last)) return false;
    const end = subject.length - last.length;
    let position = this.#first.length;
    // Each as far to the front as it can be leaves the most room for the others.
    for (const piece of this.#middle) {
      const found = subject.indexOf(piece, position);
      if (found === -1) return false;
      position = found + piece.length;
    }
    return position <= end;
  }
}
