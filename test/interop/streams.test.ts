// Reading a stream with Pika: https://www.rabbitmq.com/docs/streams#consuming
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { connect, type ChannelModel } from 'amqplib';
import { brokerUrl } from './broker-under-test.ts';
import { ExampleProgram } from './example-program.ts';
import { python, whyNoPython } from './python-programs.ts';

const COUNT = 1000;

class StreamStage implements AsyncDisposable {
  readonly #t: TestContext;
  readonly #url: string;
  readonly #connection: ChannelModel;
  readonly #queue = `stream-${randomUUID()}`;

  private constructor(t: TestContext, url: string, connection: ChannelModel) {
    this.#t = t;
    this.#url = url;
    this.#connection = connection;
  }

  /** A stream with COUNT messages: their bodies are the numbers from 0. */
  static async fill(t: TestContext): Promise<StreamStage> {
    const url = await brokerUrl(t, 'embedded');
    const stage = new StreamStage(t, url, await connect(url));
    const channel = await stage.#connection.createConfirmChannel();
    await channel.assertQueue(stage.#queue, { arguments: { 'x-queue-type': 'stream' } });
    for (let i = 0; i < COUNT; i++) channel.sendToQueue(stage.#queue, Buffer.from(String(i)));
    await channel.waitForConfirms();
    return stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const channel = await this.#connection.createChannel();
    await channel.deleteQueue(this.#queue);
    await this.#connection.close();
  }

  /** What the program reads from this offset on, until it has the last message. */
  async read(offset: string): Promise<readonly string[]> {
    const command = [python(), 'examples/pika/read_stream.py', offset];
    const environment = { AMQP_URL: this.#url, QUEUE: this.#queue };
    const program = new ExampleProgram(this.#t, command, environment);
    const bodies = (): string[] => program.told('received').map(({ body }) => String(body));
    await program.until('it has the last message', () => bodies().at(-1) === String(COUNT - 1));
    await program.kill();
    return bodies();
  }
}

function numbersFrom(first: number): readonly string[] {
  return Array.from({ length: COUNT - first }, (_, i) => String(first + i));
}

describe('a stream read with Pika', { skip: whyNoPython() }, () => {
  for (const [offset, first] of [
    ['first', 0],
    ['700', 700],
    ['1h', 0],
  ] as const) {
    test(`from ${offset} gives everything from there on, in order, each time it is read`, async (t) => {
      await using stage = await StreamStage.fill(t);
      for (let run = 0; run < 2; run++) {
        assert.deepEqual(await stage.read(offset), numbersFrom(first));
      }
    });
  }
});
