// A copy of a message: what one queue was given of it. What a dead-letter exchange moves stays the same copy, in another
// place.
import type { MessageId } from './content.ts';

/** A queue of the workload, as far as the ledger has to know it. */
export interface QueueKind {
  readonly name: string;
  /** Its messages may survive the broker. */
  readonly isDurable: boolean;
  /** Keeps every message as if it were persistent. */
  readonly isQuorum: boolean;
  /** Messages are delivered by priority. */
  readonly hasPriorities: boolean;
  /** The queue that gets what expires, is rejected or has no room; null for none. */
  readonly deadLetterQueue: string | null;
  /** No two channels take messages from it at the same time. */
  readonly hasOneReader: boolean;
}

export interface Message extends MessageId {
  readonly isPersistent: boolean;
  readonly priority: number | null;
  readonly copies: Copy[];
  publication: 'sent' | 'confirmed' | 'refused';
}

/**
 *   waiting --deliver--> held --ack--> settled --a later operation was synced--> gone
 *                         |              `--channel torn, broker ended--> unsure
 *                         `--nack, channel ended, broker ended--> returned
 *
 * Waiting, returned and unsure copies may be delivered; an unsure one need not be there.
 */
export type CopyState = 'waiting' | 'held' | 'returned' | 'settled' | 'unsure' | 'gone';

export class Copy {
  readonly message: Message;
  readonly queue: QueueKind;
  state: CopyState = 'waiting';
  /** Nothing promises any more that it is there. */
  mayBeMissing = false;
  /** It would be owed if the broker promised more about dead letters. */
  mayBeLostOnTheMove = false;
  /** A second one, from a crash between entering the dead-letter queue and leaving the queue. */
  readonly isTwin: boolean;
  hasTwin = false;
  /** The channel that it was delivered on last. */
  holder: object | null = null;
  /** Why it is gone. */
  farewell = '';
  /** Where it was delivered last; null for nowhere. Reset when it moves. */
  deliveredFrom: string | null = null;
  /** Something was synced behind the last delivery. */
  isDeliveryCertain = false;
  /** The worst end of the broker since the last delivery. */
  endSinceDelivery: 'none' | 'stopped' | 'killed' = 'none';
  /** The last operation on it, by number; others before are of no interest any more. */
  operation = 0;
  /** Its settlement came over a channel that was closed in order. */
  isSettledInOrder = false;

  constructor(message: Message, queue: QueueKind, isTwin = false) {
    this.message = message;
    this.queue = queue;
    this.isTwin = isTwin;
  }

  get name(): string {
    return `${this.message.publisher}.${this.message.sequence}`;
  }

  /** It survives the broker when it is confirmed. */
  get isKept(): boolean {
    return this.queue.isDurable && (this.queue.isQuorum || this.message.isPersistent);
  }

  get isDeliverable(): boolean {
    return this.state === 'waiting' || this.state === 'returned' || this.state === 'unsure';
  }

  /** The broker owes it: it is in a queue and was confirmed. */
  get isOwed(): boolean {
    const isThere = this.state === 'waiting' || this.state === 'returned';
    return isThere && this.message.publication === 'confirmed' && !this.mayBeMissing;
  }

  mayBeIn(place: string): boolean {
    return place === this.queue.name || place === this.queue.deadLetterQueue;
  }
}
