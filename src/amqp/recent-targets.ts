/**
 * The targets that a channel published to lately, by the octets of basic.publish's arguments: a publisher with some hundreds
 * of routing keys costs hardly more than one that repeats itself. Those whose hashes agree in their last bits share a row of
 * four, from which the one that came first goes: with one place for each, a hundred keys push each other out all the time.
 */
import type { PublishTarget } from './publish-target.ts';

const ROWS = 128;
const ROW_LENGTH = 4;

interface Known {
  /** The arguments as they came. */
  readonly octets: Buffer;
  readonly hash: number;
  readonly target: PublishTarget;
}

export class RecentTargets {
  #last: Known | null = null;
  /** Rows one after the other; made when a publisher does not repeat itself. */
  #places: (Known | undefined)[] | null = null;

  /** Null when it is not known. */
  find(buffer: Buffer, start: number, end: number): PublishTarget | null {
    const last = this.#last;
    if (last !== null && isSame(last.octets, buffer, start, end)) return last.target;
    const places = this.#places;
    if (places === null) return null;
    const hash = hashOf(buffer, start, end);
    const row = rowOf(hash);
    for (let place = row; place < row + ROW_LENGTH; place++) {
      const known = places[place];
      if (known === undefined) break;
      if (known.hash !== hash || !isSame(known.octets, buffer, start, end)) continue;
      this.#last = known;
      return known.target;
    }
    return null;
  }

  add(buffer: Buffer, start: number, end: number, target: PublishTarget): void {
    const hash = hashOf(buffer, start, end);
    const known = { octets: Buffer.from(buffer.subarray(start, end)), hash, target };
    if (this.#last !== null) {
      this.#places ??= Array.from<undefined>({ length: ROWS * ROW_LENGTH });
      const row = rowOf(hash);
      this.#places.copyWithin(row + 1, row, row + ROW_LENGTH - 1);
      this.#places[row] = known;
    }
    this.#last = known;
  }
}

function isSame(octets: Buffer, buffer: Buffer, start: number, end: number): boolean {
  const { length } = octets;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (octets[i] !== buffer[start + i]) return false;
  return true;
}

function hashOf(buffer: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ buffer[i]!, 0x01000193);
  return hash;
}

/** Where the row of a hash begins. */
function rowOf(hash: number): number {
  return ((hash ^ (hash >>> 15)) & (ROWS - 1)) * ROW_LENGTH;
}
