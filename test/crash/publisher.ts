// A publisher: messages of all kinds over all routes, with confirms, until the broker ends.
import type { SeededRandom } from '../support/seeded-random.ts';
import { Client } from './client.ts';
import type { Ledger } from './ledger.ts';
import { RecordedChannel, type Author } from './recorded-channel.ts';
import { ROUTES } from './topology.ts';

/** Messages of one publisher in one cycle at most: a longer life of the broker goes on with fewer publishers. */
const MESSAGES_MAX = 400;
/** How long a confirm may take, in milliseconds. */
const CONFIRM_MS = 20_000;

export async function runPublisher(
  port: number,
  ledger: Ledger,
  author: Author,
  random: SeededRandom,
): Promise<void> {
  let client = await Client.open(port);
  let recorded = await RecordedChannel.open(client, ledger);
  const window = random.pick([1, 10, 200]);
  for (let count = 0; count < MESSAGES_MAX; count++) {
    recorded.publish(author, random.pick(ROUTES), !random.oneIn(6));
    if (!(await recorded.until(() => recorded.unconfirmedCount < window, CONFIRM_MS))) {
      ledger.report('broker', `no confirm in ${CONFIRM_MS} ms`);
    }
    // Others get their turn, and the broker to see more than one message at a time.
    if (random.oneIn(10)) await new Promise((resolve) => setImmediate(resolve));
    if (!random.oneIn(300)) continue;
    if (random.oneIn(2)) client.tear();
    else await client.close();
    client = await Client.open(port);
    recorded = await RecordedChannel.open(client, ledger);
  }
  await client.ended();
}
