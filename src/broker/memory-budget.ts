/** How much memory the ready messages of all queues may take before queues write them out. */

/** What a message takes beside its octets, roughly, in octets. */
export const MESSAGE_OVERHEAD_OCTETS = 200;

/** In octets. What is not in use of it serves as well: the system caches the files that queues write. */
export const DEFAULT_MEMORY_BUDGET: number = 32 * 1024 * 1024;

/** When a run of messages that is written, and read back, at once is complete. */
export interface ChunkLimits {
  readonly messages: number;
  readonly octets: number;
}

/** Large enough that a page is worth its header and its read, small enough that one is read within a turn. */
const CHUNK_LIMITS: ChunkLimits = { messages: 1024, octets: 256 * 1024 };

/** What a list takes from which on it is worth writing out when nothing happens, in octets. */
const LARGE_LIST_OCTETS = 1024 * 1024;

/** Ready messages that can leave memory. */
export interface Resting {
  /** Nothing happens: what is not needed next leaves memory. False when nothing is left that could. */
  rest(): boolean;
}

export class MemoryBudget {
  /** Octets in use. */
  used = 0;
  /** In octets. */
  readonly limit: number;
  readonly chunkLimits: ChunkLimits;
  readonly #large = new Set<Resting>();

  /** @param chunkLimits others than the usual ones are for tests */
  constructor(limit: number, chunkLimits: ChunkLimits = CHUNK_LIMITS) {
    this.limit = limit;
    this.chunkLimits = chunkLimits;
  }

  /** A list has come to take so much. */
  note(list: Resting, octets: number): void {
    if (octets >= LARGE_LIST_OCTETS) this.#large.add(list);
    else this.#large.delete(list);
  }

  /** Nothing happens: lists write out what they hold of memory without need. False when there was nothing. */
  rest(): boolean {
    let isAny = false;
    for (const list of this.#large) if (list.rest()) isAny = true;
    return isAny;
  }

  get isExceeded(): boolean {
    return this.used > this.limit;
  }
}
