// Which parts of a write are there when it was interrupted: a disk takes sectors in any order, and may stop within one.
import type { SeededRandom } from '../support/seeded-random.ts';

export const SECTOR_OCTETS = 512;

export interface Write {
  readonly position: number;
  readonly octets: Uint8Array;
}

/**
 * Seeded choice: none of it, all of it, all up to some octet, or for each sector of the disk by itself none, all, its
 * beginning or its end.
 */
export function partsOf(write: Write, random: SeededRandom): Write[] {
  const { octets } = write;
  switch (random.below(4)) {
    case 0:
      return [];
    case 1:
      return [write];
    case 2:
      return parts(write, 0, random.below(octets.length + 1));
    default:
      return sectorsOf(write).flatMap(([start, end]) => {
        const cut = start + random.below(end - start + 1);
        return random.pick([
          () => [],
          () => parts(write, start, end),
          () => parts(write, start, cut),
          () => parts(write, cut, end),
        ])();
      });
  }
}

function parts(write: Write, start: number, end: number): Write[] {
  if (start === end) return [];
  return [{ position: write.position + start, octets: write.octets.subarray(start, end) }];
}

/** Where the sectors of the disk that a write touches begin and end in what is written. */
function sectorsOf({ position, octets }: Write): Array<readonly [start: number, end: number]> {
  const sectors: Array<readonly [number, number]> = [];
  for (let start = 0; start < octets.length; ) {
    const sectorEnd = start + SECTOR_OCTETS - ((position + start) % SECTOR_OCTETS);
    const end = Math.min(sectorEnd, octets.length);
    sectors.push([start, end]);
    start = end;
  }
  return sectors;
}
