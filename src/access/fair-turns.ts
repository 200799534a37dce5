/**
 * Turns at something that few can do at a time. Who waits is served in order, but one of each party after the other: who
 * asks for much waits for itself.
 */

export interface FairTurnsOptions {
  /** How many have their turn at a time. */
  readonly runningMax: number;
  /** How many may wait for it. */
  readonly waitingMax: number;
  /** What somebody is refused with when there are more. */
  readonly overload: () => Error;
}

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (reason: Error) => void;
}

export class FairTurns {
  readonly #options: FairTurnsOptions;
  /** By party; the first is next. None is empty. */
  readonly #waiting = new Map<string, Waiting[]>();
  #waitingCount = 0;
  #runningCount = 0;

  constructor(options: FairTurnsOptions) {
    this.#options = options;
  }

  /** Runs `work` when it is its turn. Rejects with what `overload` makes when too many wait: the last of who has most. */
  async run<T>(party: string, work: () => Promise<T>): Promise<T> {
    if (this.#runningCount < this.#options.runningMax) this.#runningCount++;
    else await this.#turn(party);
    try {
      return await work();
    } finally {
      if (!this.#beginNext()) this.#runningCount--;
    }
  }

  async #turn(party: string): Promise<void> {
    return new Promise((begin, refuse) => {
      const others = this.#waiting.get(party);
      if (others === undefined) this.#waiting.set(party, [{ begin, refuse }]);
      else others.push({ begin, refuse });
      this.#waitingCount++;
      if (this.#waitingCount > this.#options.waitingMax) this.#refuseOne();
    });
  }

  #beginNext(): boolean {
    const [next] = this.#waiting;
    if (next === undefined) return false;
    const [party, waiting] = next;
    const first = waiting.shift();
    this.#waitingCount--;
    // To the end of the order.
    this.#waiting.delete(party);
    if (waiting.length > 0) this.#waiting.set(party, waiting);
    first?.begin();
    return true;
  }

  #refuseOne(): void {
    let [party, most]: [string, Waiting[]] = ['', []];
    for (const [candidate, waiting] of this.#waiting) {
      if (waiting.length >= most.length) [party, most] = [candidate, waiting];
    }
    this.#waitingCount--;
    if (most.length === 1) this.#waiting.delete(party);
    most.pop()?.refuse(this.#options.overload());
  }
}
