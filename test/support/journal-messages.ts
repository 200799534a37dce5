// Messages for logs, and what the pages of a log hold.
import { Message, MessageAddress } from '../../src/broker/message.ts';
import type { Page, PageContents } from '../../src/store/journal.ts';
import type { LocalJournal } from '../../src/store/local/local-journal.ts';

const PROPERTIES = Buffer.from([0x10, 0, 2]);
const address = new MessageAddress('exchange', 'routing key');

export function messageOf(body: string): Message {
  const octets = Buffer.from(body);
  return new Message(address, true, PROPERTIES, 0, 3, octets, 0, octets.length, null, -1, 5, null);
}

/** Consecutive messages for a page. */
export function contentsOf(first: number, bodies: readonly string[]): PageContents {
  const messages = bodies.map((body) => messageOf(body));
  return { first, messages, from: 0, to: bodies.length, isKept: () => true };
}

export function bodiesOf(pages: readonly Page[]): [number, string][] {
  const found: [number, string][] = [];
  for (const page of pages) {
    page.read(({ position, octets, bodyStart, bodyLength }) => {
      found.push([position, octets.toString('utf8', bodyStart, bodyStart + bodyLength)]);
    });
  }
  return found;
}

/** Commits, and says whether what was appended so far is durable. */
export function commitOf(journal: LocalJournal): () => boolean {
  let isDurable = false;
  journal.whenDurable({ committed: () => (isDurable = true) }, 0);
  journal.commit();
  return () => isDurable;
}
