/**
 * A turn is one piece of input (a socket chunk, a timer, a close) handled to its end: everything is read, then what
 * became possible is dispatched, one journal commit is started, and every touched connection is flushed once.
 * This is what makes one write, one commit and one dispatch serve many messages.
 */
import type { Clock } from '../runtime/clock.ts';
import type { CommitWaiter, Journal } from '../store/journal.ts';

export type { CommitWaiter } from '../store/journal.ts';

/** Something that may have work when the turn ends: a queue that can deliver, dead letters to be routed. */
export interface Dispatchable {
  isScheduled: boolean;
  dispatch(): void;
}

/** Something (the confirms of a channel) that has to say, before the commit, what it waits for. */
export interface CommitParticipant {
  beforeCommit(): void;
}

/** Something that counts, and adds up when the turn ends what it has counted meanwhile. */
export interface Tally {
  settleTurn(): void;
}

/** Something (a connection) that sends what was gathered during the turn. */
export interface FlushParticipant {
  flush(): void;
}

export class Turn {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #queues: Dispatchable[] = [];
  readonly #committing: CommitParticipant[] = [];
  readonly #tallies: Tally[] = [];
  readonly #flushing: FlushParticipant[] = [];
  /** Settles when all that was declared so far is durable; null where it is. */
  #declared: Promise<void> | null = null;
  #isEnding = false;
  /** The clock is read once a turn; -1 until somebody asks. */
  #nowMs = -1;

  /** @param onError is told of a bug in one queue or participant: the turn goes on for the others */
  constructor(journal: Journal, clock: Clock, onError: (error: unknown) => void) {
    this.#journal = journal;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** The time of this turn, from the monotonic clock, in whole milliseconds. */
  nowMs(): number {
    if (this.#nowMs < 0) this.#nowMs = Math.floor(this.#clock.monotonicMs());
    return this.#nowMs;
  }

  /** The queue may have become able to deliver: dispatch it when the turn ends. */
  schedule(queue: Dispatchable): void {
    if (queue.isScheduled) return;
    queue.isScheduled = true;
    this.#queues.push(queue);
  }

  /** Calls `beforeCommit` once when the turn ends. Who joins remembers that it did. */
  joinCommit(participant: CommitParticipant): void {
    this.#committing.push(participant);
  }

  /** Calls `settleTurn` once when the turn ends. Who joins remembers that it did. */
  joinTally(tally: Tally): void {
    this.#tallies.push(tally);
  }

  /** Calls `flush` once when the turn ends. Who joins remembers that it did. */
  joinFlush(participant: FlushParticipant): void {
    this.#flushing.push(participant);
  }

  /** Calls `waiter.committed(token)` once everything journaled and declared so far is durable. */
  whenDurable(waiter: CommitWaiter, token: number): void {
    const declared = this.#declared;
    if (declared === null) this.#journal.whenDurable(waiter, token);
    else this.#journal.whenDurable(this.#whenDeclaredToo(waiter, declared), token);
  }

  /**
   * Something was declared that is not durable yet. Others see it already, and what they publish to it is safe only
   * with it. Declarations become durable in their order.
   */
  noteDeclared(durable: Promise<void>): void {
    this.#declared = durable;
    const forget = (): void => {
      if (this.#declared === durable) this.#declared = null;
    };
    durable.then(forget, forget);
  }

  #whenDeclaredToo(waiter: CommitWaiter, declared: Promise<void>): CommitWaiter {
    let isDeclared = false;
    let committedToken: number | null = null;
    const tell = (token: number): void => waiter.committed(token);
    const onDeclared = (): void => {
      isDeclared = true;
      if (committedToken === null) return;
      tell(committedToken);
      this.end();
    };
    // What could not be declared is never confirmed.
    declared.then(onDeclared, () => {});
    return {
      committed(token: number): void {
        if (isDeclared) tell(token);
        else committedToken = token;
      },
    };
  }

  /** Ends the turn. A call from within (a flush that closes a connection) is a part of the turn that is ending. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    try {
      do this.#complete();
      while (this.#queues.length > 0 || this.#committing.length > 0 || this.#flushing.length > 0);
    } finally {
      this.#isEnding = false;
      this.#nowMs = -1;
    }
  }

  /** Each list may grow while it is walked over: what is added then belongs to this turn too. */
  #complete(): void {
    const queues = this.#queues;
    for (let i = 0; i < queues.length; i++) this.#dispatch(queues[i]!);
    queues.length = 0;
    const committing = this.#committing;
    for (let i = 0; i < committing.length; i++) this.#prepareCommit(committing[i]!);
    committing.length = 0;
    const tallies = this.#tallies;
    for (let i = 0; i < tallies.length; i++) tallies[i]!.settleTurn();
    tallies.length = 0;
    this.#journal.commit();
    const flushing = this.#flushing;
    for (let i = 0; i < flushing.length; i++) this.#flush(flushing[i]!);
    flushing.length = 0;
  }

  #dispatch(queue: Dispatchable): void {
    queue.isScheduled = false;
    try {
      queue.dispatch();
    } catch (error) {
      this.#onError(error);
    }
  }

  #prepareCommit(participant: CommitParticipant): void {
    try {
      participant.beforeCommit();
    } catch (error) {
      this.#onError(error);
    }
  }

  #flush(participant: FlushParticipant): void {
    try {
      participant.flush();
    } catch (error) {
      this.#onError(error);
    }
  }
}
