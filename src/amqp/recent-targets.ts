/**
 * The targets that a channel published to lately, by the octets of basic.publish's arguments: a publisher with some dozens
 * of routing keys costs hardly more than one that repeats itself. Each has one place, which the next of its hash takes.
 */
import type { PublishTarget } from './publish-target.ts';

const PLACES = 256;

interface Known {
  /** The arguments as they came. */
  readonly octets: Buffer;
  readonly target: PublishTarget;
}

export class RecentTargets {
  #last: Known | null = null;
  /** Made when a publisher does not repeat itself. */
  #places: (Known | undefined)[] | null = null;

  /** Null when it is not known. */
  find(buffer: Buffer, start: number, end: number): PublishTarget | null {
    const last = this.#last;
    if (last !== null && isSame(last.octets, buffer, start, end)) return last.target;
    const known = this.#places?.[placeOf(buffer, start, end)];
    if (known === undefined || !isSame(known.octets, buffer, start, end)) return null;
    this.#last = known;
    return known.target;
  }

  add(buffer: Buffer, start: number, end: number, target: PublishTarget): void {
    const known = { octets: Buffer.from(buffer.subarray(start, end)), target };
    if (this.#last !== null) {
      this.#places ??= Array.from<undefined>({ length: PLACES });
      this.#places[placeOf(buffer, start, end)] = known;
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

function placeOf(buffer: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ buffer[i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}
