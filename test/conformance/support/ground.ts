// What a fact is shown on: a broker that holds nothing, a connection to it and a channel.
import { createBroker } from 'leveret';
import * as methods from '../../../src/amqp/wire/generated/methods.ts';
import { OTHER_BROKER, OTHER_PORT } from '../../support/other-broker.ts';
import {
  Leftovers,
  RawClient,
  type OpenOptions,
  type RawChannel,
} from '../../support/raw-client.ts';

export class Ground implements AsyncDisposable {
  readonly port: number;
  /** Product and version, as the broker calls itself. */
  readonly product: string;
  readonly client: RawClient;
  readonly channel: RawChannel;
  readonly #leftovers: Leftovers;
  readonly #clients: RawClient[] = [];
  readonly #end: () => Promise<void>;

  private constructor(
    port: number,
    client: RawClient,
    channel: RawChannel,
    leftovers: Leftovers,
    end: () => Promise<void>,
  ) {
    this.port = port;
    this.client = client;
    this.channel = channel;
    this.product = client.product;
    this.#leftovers = leftovers;
    this.#end = end;
  }

  static async open(): Promise<Ground> {
    const leftovers = new Leftovers();
    const broker = OTHER_BROKER === null ? await createBroker() : null;
    const port = broker?.port ?? OTHER_PORT;
    const client = await RawClient.open(port, { leftovers });
    const channel = await client.channel();
    return new Ground(port, client, channel, leftovers, async () => {
      if (broker !== null) await broker.close();
    });
  }

  /** Another connection; it ends with the test. */
  async connect(options: OpenOptions = {}): Promise<RawClient> {
    const client = await RawClient.open(this.port, { ...options, leftovers: this.#leftovers });
    this.#clients.push(client);
    return client;
  }

  /** A channel on another connection. */
  async otherChannel(options: OpenOptions = {}): Promise<RawChannel> {
    return (await this.connect(options)).channel();
  }

  /** Reads until the answer is what is wanted: for what a broker does in its own time. */
  async eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [...this.#clients, this.client]) await client[Symbol.asyncDispose]();
    if (OTHER_BROKER !== null) await this.#removeLeftovers();
    await this.#end();
  }

  async #removeLeftovers(): Promise<void> {
    await using client = await RawClient.open(this.port);
    for (const queue of this.#leftovers.queues) {
      // One that is exclusive to a connection which has just ended is locked for a moment more.
      await this.eventually(`queue ${queue} can be deleted`, () => deletesQueue(client, queue));
    }
    const channel = await client.channel();
    for (const exchange of this.#leftovers.exchanges) {
      channel.send(methods.encodeExchangeDelete, { exchange, ifUnused: false, noWait: false });
      await client.expect(methods.EXCHANGE_DELETE_OK);
    }
  }
}

/** Deletes a queue, on a channel of its own: a refusal closes that. */
async function deletesQueue(client: RawClient, queue: string): Promise<boolean> {
  const channel = await client.channel();
  channel.sendDeleteQueue(queue);
  const { method } = await client.next();
  if (method.id === methods.CHANNEL_CLOSE) {
    channel.send(methods.encodeChannelCloseOk, {});
    return false;
  }
  await channel.close();
  return true;
}
