/**
 * What a queue remembers of single messages, durably: each note is a message of a log of its own, so that it may stay for
 * years without being written again, and goes as messages go.
 */
import type { Journal, JournaledMessage, QueueLog } from '../../store/journal.ts';

/** No queue that takes notes has so many priorities. */
const NOTES_LANE = 255;
/** Octets of the position before a note. */
const POSITION_OCTETS = 8;
const NOTHING = Buffer.alloc(0);
/** No exchange and no routing key. */
const NO_ADDRESS = { octets: Buffer.of(0, 0) };

export class NoteLog {
  readonly #log: QueueLog;
  #next: number;

  constructor(journal: Journal, queueId: number) {
    this.#log = journal.openLog(queueId, NOTES_LANE);
    this.#next = this.#log.nextPosition;
  }

  /**
   * Calls back with each note that an earlier process left, the latest of a message last.
   *
   * @param visit is given the position of the message, the note, and the place by which it is removed
   */
  forEach(visit: (position: number, octets: Buffer, place: number) => void): void {
    for (const page of this.#log.pages.slice()) {
      page.read(({ position: place, octets, bodyStart, bodyLength }) => {
        const noteStart = bodyStart + POSITION_OCTETS;
        const note = octets.subarray(noteStart, bodyStart + bodyLength);
        visit(octets.readDoubleLE(bodyStart), note, place);
      });
      page.release();
    }
  }

  /** Keeps a note of a message. Returns the place by which it is removed. */
  add(position: number, octets: Buffer): number {
    const body = Buffer.allocUnsafe(POSITION_OCTETS + octets.length);
    body.writeDoubleLE(position);
    octets.copy(body, POSITION_OCTETS);
    const place = this.#next++;
    this.#log.enqueue(place, noteOf(body));
    return place;
  }

  remove(place: number): void {
    this.#log.settle(place);
  }
}

function noteOf(body: Buffer): JournaledMessage {
  return {
    address: NO_ADDRESS,
    isPersistent: true,
    properties: NOTHING,
    propertiesStart: 0,
    propertiesLength: 0,
    body,
    bodyStart: 0,
    bodyLength: body.length,
    bodyPieces: null,
    arrivedAtMs: 0,
    extras: null,
  };
}
