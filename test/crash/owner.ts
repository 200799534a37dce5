// The only user of a queue: it publishes, gets and purges, so it can tell what each purge must find.
import type { SeededRandom } from '../support/seeded-random.ts';
import { Client } from './client.ts';
import type { Ledger } from './ledger.ts';
import { RecordedChannel, type Author } from './recorded-channel.ts';
import { OWNED_QUEUE, routeTo } from './topology.ts';

/** How long to rest after each step, in milliseconds. */
const REST_MS = 5;

/** Runs until the broker ends. @throws Disconnected then */
export async function runOwner(
  port: number,
  ledger: Ledger,
  author: Author,
  random: SeededRandom,
): Promise<void> {
  const client = await Client.open(port);
  const recorded = await RecordedChannel.open(client, ledger, OWNED_QUEUE);
  for (;;) {
    for (let count = random.below(30); count > 0; count--) {
      recorded.publish(author, routeTo(OWNED_QUEUE), !random.oneIn(6));
    }
    for (let count = random.below(4); count > 0; count--) await recorded.channel.get(OWNED_QUEUE);
    if (random.oneIn(2)) recorded.ackAll();
    if (random.oneIn(3)) await recorded.purge(OWNED_QUEUE);
    if (random.oneIn(3)) recorded.publishMark(author);
    await recorded.until(() => false, REST_MS);
  }
}
