// A reader of one queue: it consumes or gets, acknowledges one by one or many at once, gives back, rejects, cancels,
// closes in order and tears its connection, until the broker ends.
import type { SeededRandom } from '../support/seeded-random.ts';
import { Client } from './client.ts';
import type { Ledger } from './ledger.ts';
import { RecordedChannel, type Author } from './recorded-channel.ts';

/** How long a reader waits for more messages before it settles those that it has, in milliseconds. */
const IDLE_MS = 20;
const CONSUMER_TAG = 'reader';

export class Consumer {
  readonly #port: number;
  readonly #ledger: Ledger;
  readonly #queue: string;
  readonly #author: Author;
  readonly #random: SeededRandom;
  readonly #prefetch: number;
  readonly #batch: number;

  constructor(port: number, ledger: Ledger, queue: string, author: Author, random: SeededRandom) {
    this.#port = port;
    this.#ledger = ledger;
    this.#queue = queue;
    this.#author = author;
    this.#random = random;
    this.#prefetch = random.pick([1, 5, 30, 100]);
    this.#batch = Math.min(this.#prefetch, random.pick([1, 4, 25]));
  }

  /** Reads until the broker ends. @throws Disconnected then */
  async run(): Promise<void> {
    for (;;) {
      const client = await Client.open(this.#port);
      const recorded = await RecordedChannel.open(client, this.#ledger, this.#queue);
      if (this.#random.oneIn(5)) await this.#getSome(recorded);
      else await this.#consumeSome(recorded);
      await this.#leave(client, recorded);
    }
  }

  async #consumeSome(recorded: RecordedChannel): Promise<void> {
    const { channel } = recorded;
    await channel.prefetch(this.#prefetch);
    await channel.consume(this.#queue, CONSUMER_TAG);
    while (!this.#random.oneIn(60)) {
      await recorded.until(() => recorded.held.size >= this.#batch, IDLE_MS);
      this.#settleSome(recorded);
    }
    if (this.#random.oneIn(2)) await channel.cancel(CONSUMER_TAG);
  }

  async #getSome(recorded: RecordedChannel): Promise<void> {
    for (let count = this.#random.below(60); count > 0; count--) {
      const isThere = await recorded.channel.get(this.#queue);
      if (!isThere) await recorded.until(() => false, IDLE_MS);
      if (recorded.held.size >= this.#batch) this.#settleSome(recorded);
    }
  }

  #settleSome(recorded: RecordedChannel): void {
    const random = this.#random;
    const tags = [...recorded.held.keys()];
    if (tags.length === 0) return;
    const kind = random.below(20);
    if (kind < 2) recorded.requeue(random.pick(tags));
    else if (kind === 2) recorded.reject(random.pick(tags));
    else if (kind < 9) for (const tag of tags) recorded.ack(tag);
    else if (kind < 11) for (const tag of tags.filter(() => random.oneIn(2))) recorded.ack(tag);
    else recorded.ackAll();
    if (random.oneIn(8)) recorded.publishMark(this.#author);
  }

  async #leave(client: Client, recorded: RecordedChannel): Promise<void> {
    const kind = this.#random.below(3);
    if (kind === 0) {
      client.tear();
      return;
    }
    recorded.leave();
    if (kind === 1) await recorded.channel.close();
    await client.close();
  }
}
