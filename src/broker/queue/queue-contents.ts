/** What the messages of a queue amount to, kept as they come and go: who asks gets it without looking at any. */
import type { BrowsedMessage } from './browsed-message.ts';
import { isKept, type KeepRule } from './message-list.ts';

export class QueueContents {
  /** Octets in the bodies of ready messages. */
  readyOctets = 0;
  unackedCount = 0;
  unackedOctets = 0;
  /** Messages that survive the process, wherever they are. */
  keptCount = 0;
  keptOctets = 0;

  /**
   * So many ready messages are gone for good.
   *
   * @param held what is not acknowledged yet
   */
  cleared(count: number, keeps: KeepRule, held: () => readonly BrowsedMessage[]): void {
    const { readyOctets } = this;
    this.readyOctets = 0;
    if (keeps === 'everything') {
      this.keptCount -= count;
      this.keptOctets -= readyOctets;
      return;
    }
    this.keptCount = 0;
    this.keptOctets = 0;
    for (const { message } of this.unackedCount === 0 ? [] : held()) {
      if (!isKept(message, keeps)) continue;
      this.keptCount++;
      this.keptOctets += message.bodyLength;
    }
  }

  /** What an earlier process has left: all of it survives. */
  static stored(count: number, octets: number): QueueContents {
    const contents = new QueueContents();
    contents.readyOctets = octets;
    contents.keptCount = count;
    contents.keptOctets = octets;
    return contents;
  }
}

/** Of all queues that never had a message: shared, because there may be very many; nothing but 0 is written to it. */
export const NO_CONTENTS: QueueContents = new QueueContents();
