/** How much memory the ready messages of all queues may take before queues write them out. */

/** What a message takes beside its octets, roughly, in octets. */
export const MESSAGE_OVERHEAD_OCTETS = 200;

/** In octets. What is not in use of it serves as well: the system caches the files that queues write. */
export const DEFAULT_MEMORY_BUDGET: number = 32 * 1024 * 1024;

export class MemoryBudget {
  /** Octets in use. */
  used = 0;
  /** In octets. */
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get isExceeded(): boolean {
    return this.used > this.limit;
  }
}
