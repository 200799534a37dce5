/** What the messages of a queue amount to, kept as they come and go: who asks gets it without looking at any. */
import type { Message } from '../message.ts';

export class QueueContents {
  /** Octets in the bodies of ready messages. */
  readyOctets = 0;
  /** Of the ready messages those that survive the process. */
  readyKeptCount = 0;
  readyKeptOctets = 0;
  unackedCount = 0;
  unackedOctets = 0;
  unackedKeptCount = 0;
  unackedKeptOctets = 0;

  /** A message is ready. */
  added({ bodyLength }: Message, isKept: boolean): void {
    this.readyOctets += bodyLength;
    if (!isKept) return;
    this.readyKeptCount++;
    this.readyKeptOctets += bodyLength;
  }

  /** It is so no longer. */
  taken({ bodyLength }: Message, isKept: boolean): void {
    this.readyOctets -= bodyLength;
    if (!isKept) return;
    this.readyKeptCount--;
    this.readyKeptOctets -= bodyLength;
  }

  /** Messages that wait elsewhere are not counted: the same, of one that survives. */
  leftOut(bodyLength: number): void {
    this.readyOctets -= bodyLength;
    this.readyKeptCount--;
    this.readyKeptOctets -= bodyLength;
  }

  /** A message was taken and is to be acknowledged. */
  held({ bodyLength }: Message, isKept: boolean): void {
    this.unackedCount++;
    this.unackedOctets += bodyLength;
    if (!isKept) return;
    this.unackedKeptCount++;
    this.unackedKeptOctets += bodyLength;
  }

  /** It was settled. */
  released({ bodyLength }: Message, isKept: boolean): void {
    this.unackedCount--;
    this.unackedOctets -= bodyLength;
    if (!isKept) return;
    this.unackedKeptCount--;
    this.unackedKeptOctets -= bodyLength;
  }

  /** Nothing is ready any more. */
  cleared(): void {
    this.readyOctets = 0;
    this.readyKeptCount = 0;
    this.readyKeptOctets = 0;
  }

  /** What an earlier process has left: all of it survives. */
  static stored(count: number, octets: number): QueueContents {
    const contents = new QueueContents();
    contents.readyOctets = octets;
    contents.readyKeptCount = count;
    contents.readyKeptOctets = octets;
    return contents;
  }
}

/** Of all queues that never had a message: shared, because there may be very many, and never written. */
export const NO_CONTENTS: Readonly<QueueContents> & QueueContents = new QueueContents();
