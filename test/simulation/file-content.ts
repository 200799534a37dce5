// What a file holds: as its readers see it (the page cache of a real system), what is certain to be on the disk, and the
// changes in between, of which a crash leaves some.
import type { SeededRandom } from '../support/seeded-random.ts';
import { OctetBuffer } from './octet-buffer.ts';
import { partsOf, type Write } from './torn-write.ts';

type Change = Write | { readonly size: number };

/** How much of what was not synced is there after a crash; `some` is for each change by itself. */
export type Survival = 'nothing' | 'some' | 'everything';

export class FileContent {
  readonly #cached: OctetBuffer;
  readonly #durable: OctetBuffer;
  /** In the order in which they were made, by a number that counts them. */
  readonly #unsynced = new Map<number, Change>();
  #changeCount = 0;

  constructor(durable: OctetBuffer = new OctetBuffer()) {
    this.#durable = durable;
    this.#cached = durable.copy();
  }

  get size(): number {
    return this.#cached.size;
  }

  /** How many changes there have been: for `sync`. */
  get changeCount(): number {
    return this.#changeCount;
  }

  read(target: Uint8Array, position: number): number {
    return this.#cached.read(target, position);
  }

  change(change: Change): void {
    apply(change, this.#cached);
    this.#unsynced.set(this.#changeCount++, change);
  }

  /** The first `changeCount` changes are on the disk from now on. */
  sync(changeCount: number): void {
    for (const [number, change] of this.#unsynced) {
      if (number >= changeCount) break;
      apply(change, this.#durable);
      this.#unsynced.delete(number);
    }
  }

  /**
   * A sync that fails: a change may have reached the disk or not. As Linux does it, the system may take it for written
   * all the same: readers go on seeing it, and no later sync writes it.
   */
  failSync(changeCount: number, random: SeededRandom): void {
    for (const [number, change] of this.#unsynced) {
      if (number >= changeCount) break;
      if (random.oneIn(3)) continue;
      if (random.oneIn(2)) apply(change, this.#durable);
      this.#unsynced.delete(number);
    }
  }

  /** Damages what is on the disk. */
  flipBit(position: number, bit: number): void {
    this.#cached.flipBit(position, bit);
    this.#durable.flipBit(position, bit);
  }

  /** What is there after a crash. `underWay`: writes that have not been reported as done. */
  survivor(underWay: readonly Write[], survival: Survival, random: SeededRandom): FileContent {
    const octets = this.#durable.copy();
    const changes = [...this.#unsynced.values(), ...shuffled(underWay, random)];
    if (survival !== 'nothing') {
      for (const change of changes) {
        if (survival === 'everything') apply(change, octets);
        else applyPart(change, octets, random);
      }
    }
    return new FileContent(octets);
  }
}

function apply(change: Change, octets: OctetBuffer): void {
  if ('size' in change) octets.resize(change.size);
  else octets.write(change.octets, change.position);
}

function applyPart(change: Change, octets: OctetBuffer, random: SeededRandom): void {
  if ('size' in change) {
    if (random.oneIn(2)) octets.resize(change.size);
    return;
  }
  for (const part of partsOf(change, random)) octets.write(part.octets, part.position);
  // The new size may be on the disk without the octets that it stands for: they read as zeros.
  const { position, octets: written } = change;
  if (random.oneIn(4)) octets.lengthenTo(position + random.below(written.length + 1));
}

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(random.below(left.length), 1));
  return order;
}
