/**
 * Messages lie in what was read from a socket, together with others that have long gone elsewhere: a few that wait would keep
 * a hundred times their own size in memory. Where others take very much the messages of a chunk are moved; where several
 * queues have their share in what was read that would gain nothing.
 */
import { movedTo, type Message } from '../message.ts';

/** What messages may lie in, whatever it is of what they take themselves. */
const HELD_OCTETS_MAX = 256 * 1024;
/** How many times what they take themselves. */
const HELD_SHARE_MAX = 8;

export class SharedMemory {
  /** The memory that messages from `#movedEnd` on lie in. */
  #heldOctets = 0;
  /** Slots before it have been moved. */
  #movedEnd = 0;
  /** What the messages in these take. */
  #movedOctets = 0;

  /**
   * A message was added, in the slot before `end`. Mostly it lies where the one before does.
   *
   * @param octets what all messages take, in octets
   */
  added(messages: (Message | null)[], end: number, octets: number): void {
    const message = messages[end - 1]!;
    const before = end === 1 ? null : messages[end - 2]!;
    if (before === null || before.body !== message.body || message.bodyLength === 0) {
      this.#hold(message, before);
      this.#moveIfTooMuch(messages, end, octets);
    }
  }

  #hold({ body, properties }: Message, before: Message | null): void {
    if (body.length > 0) this.#heldOctets += body.length;
    else if (before?.properties !== properties) this.#heldOctets += properties.length;
  }

  #moveIfTooMuch(messages: (Message | null)[], end: number, octets: number): void {
    if (this.#heldOctets <= HELD_OCTETS_MAX) return;
    const ownOctets = octets - this.#movedOctets;
    if (this.#heldOctets <= ownOctets * HELD_SHARE_MAX) return;
    this.#move(messages, end);
    this.#movedOctets = octets;
  }

  /** The chunk is empty. */
  clear(): void {
    this.#heldOctets = 0;
    this.#movedEnd = 0;
    this.#movedOctets = 0;
  }

  #move(messages: (Message | null)[], end: number): void {
    const start = this.#movedEnd;
    let length = 0;
    for (let slot = start; slot < end; slot++) length += sizeOf(messages[slot]!);
    const memory = Buffer.allocUnsafeSlow(length);
    let at = 0;
    for (let slot = start; slot < end; slot++) {
      const message = messages[slot]!;
      const size = sizeOf(message);
      if (message === null || size === 0) continue;
      messages[slot] = movedTo(memory, at, message);
      at += size;
    }
    this.#movedEnd = end;
    this.#heldOctets = 0;
  }
}

/** What of a message is moved. A body in pieces is large, and stays where it is. */
function sizeOf(message: Message | null): number {
  if (message === null || message.bodyPieces !== null) return 0;
  return message.propertiesLength + message.bodyLength;
}
