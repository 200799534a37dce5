// What is left of messages when a broker is started again on its data directory.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker, type CreateBrokerOptions, type EmbeddedBroker } from 'leveret';
import { fromPlain, toPlain, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { eventually } from '../support/eventually.ts';
import { RawClient, type RawChannel } from '../support/raw-client.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const PERSISTENT = { properties: { deliveryMode: 2 } };

/** One broker after the other on the same data directory, each with a client. */
class Restarting implements AsyncDisposable {
  readonly #options: CreateBrokerOptions;
  broker!: EmbeddedBroker;
  client!: RawClient;
  channel!: RawChannel;

  private constructor(options: CreateBrokerOptions) {
    this.#options = options;
  }

  static async start(options: CreateBrokerOptions): Promise<Restarting> {
    const stage = new Restarting(options);
    await stage.#start();
    return stage;
  }

  async #start(): Promise<void> {
    this.broker = await createBroker(this.#options);
    this.client = await RawClient.open(this.broker.port);
    this.channel = await this.client.channel();
  }

  async restart(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await this.#start();
  }

  async declare(args: Readonly<Record<string, PlainValue>> = {}, queue = 'q'): Promise<number> {
    const declared = await this.channel.declareQueue(queue, {
      durable: true,
      arguments: fromPlain(args),
    });
    return declared.messageCount;
  }

  /** Publishes persistent messages to q and waits until they are confirmed. */
  async publish(...bodies: readonly string[]): Promise<void> {
    const channel = await this.client.channel(9);
    await channel.confirmSelect();
    for (const body of bodies) channel.publish('', 'q', body, PERSISTENT);
    let last = 0;
    while (last < bodies.length) {
      last = (await this.client.expect(methods.BASIC_ACK)).method.deliveryTag;
    }
    await channel.close();
  }

  /** All messages of a queue, consumed. */
  async drain(queue = 'q'): Promise<string[]> {
    const found: string[] = [];
    for (let body = await this.channel.get(queue); body !== null; ) {
      found.push(body);
      body = await this.channel.get(queue);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.broker.close();
  }
}

describe('a broker that is started again', { concurrency: true }, () => {
  test('has the persistent messages of durable queues, in order', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare();
    await stage.publish('a', 'b', 'c');
    await stage.restart();
    assert.equal(await stage.declare(), 3);
    assert.deepEqual(await stage.drain(), ['a', 'b', 'c']);
    await stage.restart();
    assert.deepEqual(await stage.drain(), []);
  });

  test('has no transient ones', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare();
    stage.channel.publish('', 'q', 'transient');
    await stage.publish('persistent');
    await stage.restart();
    assert.deepEqual(await stage.drain(), ['persistent']);
  });

  test('has all properties and large bodies as they were', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare();
    const headers = fromPlain({ text: 'x', number: 7, list: [1, 'two'] });
    const properties = { deliveryMode: 2, headers, correlationId: 'id', expiration: '1000000' };
    const body = 'large '.repeat(100_000);
    stage.channel.publish('', 'q', body, { properties });
    await stage.publish('behind');
    await stage.restart();
    stage.channel.send(methods.encodeBasicGet, { queue: 'q', noAck: true });
    const received = await stage.client.next();
    assert.equal(received.body, body);
    assert.deepEqual(toPlain(received.properties.headers!), toPlain(headers));
    assert.equal(received.properties.correlationId, 'id');
    assert.equal(received.properties.expiration, '1000000');
  });

  test('marks what had been delivered as redelivered', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare();
    await stage.publish('a', 'b', 'c');
    await stage.channel.qos(2);
    await stage.channel.consume('q');
    await stage.channel.deliveries(2);
    await stage.restart();
    assert.deepEqual(await stage.drain(), ['a again', 'b again', 'c']);
  });

  test('serves priorities in their order', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare({ 'x-max-priority': 5 });
    for (const priority of [1, 5, 3, 5]) {
      const properties = { deliveryMode: 2, priority };
      stage.channel.publish('', 'q', `priority ${priority}`, { properties });
    }
    await stage.publish('priority 0');
    await stage.restart();
    assert.deepEqual(await stage.drain(), [
      'priority 5',
      'priority 5',
      'priority 3',
      'priority 1',
      'priority 0',
    ]);
  });

  test('lets messages expire whose time went on meanwhile', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare({ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' });
    await stage.declare({}, 'dead');
    const properties = { deliveryMode: 2, expiration: '300' };
    stage.channel.publish('', 'q', 'short', { properties });
    await stage.publish('long');
    await stage.restart();
    await stage.channel.consume('dead');
    assert.deepEqual(await stage.channel.deliveries(1), ['short']);
    assert.deepEqual(await stage.drain(), ['long']);
  });

  test('remembers where a message was dead-lettered', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare({ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' });
    await stage.declare({ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'q' }, 'dead');
    await stage.publish('body');
    for (const queue of ['q', 'dead', 'q']) {
      if (queue === 'dead') await stage.restart();
      assert.notEqual(await stage.channel.get(queue, false), null);
      stage.channel.nack(1, false);
      await stage.channel.close();
      stage.channel = await stage.client.channel();
    }
    stage.channel.send(methods.encodeBasicGet, { queue: 'dead', noAck: true });
    const { properties } = await stage.client.next();
    const deaths = toPlain(properties.headers!)['x-death'] as { queue: string; count: number }[];
    assert.deepEqual(
      deaths.map(({ queue, count }) => `${queue} ${count}`),
      ['q 2', 'dead 1'],
    );
  });

  test('counts the deliveries of a quorum queue on', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare({ 'x-queue-type': 'quorum', 'x-delivery-limit': 2 });
    await stage.publish('body');
    for (let i = 0; i < 2; i++) {
      await stage.channel.get('q', false);
      stage.channel.send(methods.encodeBasicReject, { deliveryTag: i + 1, requeue: true });
    }
    await stage.channel.sync();
    await stage.restart();
    stage.channel.send(methods.encodeBasicGet, { queue: 'q', noAck: false });
    const { properties } = await stage.client.next();
    assert.deepEqual(toPlain(properties.headers!), {
      'x-acquired-count': 2,
      'x-delivery-count': 2,
    });
    stage.channel.send(methods.encodeBasicReject, { deliveryTag: 1, requeue: true });
    assert.equal(await stage.channel.get('q'), null);
  });

  test('has a stream from its first message on', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare({ 'x-queue-type': 'stream' });
    await stage.publish('a', 'b');
    await stage.restart();
    await stage.publish('c');
    await stage.channel.qos(10);
    const first = fromPlain({ 'x-stream-offset': 'first' });
    await stage.channel.consume('q', 'c', { arguments: first });
    assert.deepEqual(await stage.channel.deliveries(3), ['a', 'b', 'c']);
  });

  test('does not have what was purged, or was in a queue that was deleted', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare();
    await stage.publish('a', 'b');
    stage.channel.send(methods.encodeQueuePurge, { queue: 'q', noWait: false });
    await stage.client.expect(methods.QUEUE_PURGE_OK);
    await stage.publish('c');
    await stage.restart();
    assert.deepEqual(await stage.drain(), ['c']);
    await stage.publish('d');
    await stage.channel.deleteQueue('q');
    await stage.restart();
    assert.equal(await stage.declare(), 0);
  });
});

describe('a long backlog', { concurrency: true }, () => {
  const COUNT = 30_000;
  const bodies = Array.from({ length: COUNT }, (_, i) => `${i}`.padEnd(40 + (i % 100), '.'));

  /** A broker with little room in memory, whose queue q has a long backlog. */
  const withBacklog = async (dataDir: string): Promise<Restarting> => {
    const stage = await Restarting.start({ dataDir, memoryBudget: 100_000 });
    await stage.declare();
    await stage.publish(...bodies);
    return stage;
  };

  test('is delivered in order although memory has no room for it', async (t) => {
    await using stage = await withBacklog(temporaryDirectory(t));
    await stage.channel.consume('q', 'c', { noAck: true });
    assert.deepEqual(await stage.channel.deliveries(COUNT), bodies);
  });

  test('is there after a restart', async (t) => {
    await using stage = await withBacklog(temporaryDirectory(t));
    await stage.restart();
    assert.equal(await stage.declare(), COUNT);
    await stage.channel.consume('q', 'c', { noAck: true });
    assert.deepEqual(await stage.channel.deliveries(COUNT), bodies);
  });

  test('leaves memory when nothing happens, and is delivered in order all the same', async (t) => {
    await using stage = await Restarting.start({ dataDir: temporaryDirectory(t) });
    await stage.declare();
    await stage.publish(...bodies);
    assert.equal(stage.broker.rest(), true);
    await eventually('nothing is left to write out', () => !stage.broker.rest());
    await stage.publish('one more');
    await stage.channel.consume('q', 'c', { noAck: true });
    assert.deepEqual(await stage.channel.deliveries(COUNT + 1), [...bodies, 'one more']);
  });

  test('can be browsed at any depth, and nothing of it is taken', async (t) => {
    await using stage = await withBacklog(temporaryDirectory(t));
    await stage.channel.qos(2);
    await stage.channel.consume('q');
    await stage.channel.deliveries(2);
    const head = stage.broker.browse('q', { limit: 3 });
    assert.deepEqual(
      head.map(({ body, state }) => `${state} ${body.toString()}`),
      [`unacked ${bodies[0]}`, `unacked ${bodies[1]}`, `ready ${bodies[2]}`],
    );
    const deep = stage.broker.browse('q', { from: 20_000, limit: 2 });
    assert.deepEqual(
      deep.map(({ position, body }) => `${position} ${body.toString()}`),
      [`20000 ${bodies[20_000]}`, `20001 ${bodies[20_001]}`],
    );
    stage.channel.ack(2, true);
    assert.deepEqual(await stage.channel.deliveries(2), bodies.slice(2, 4));
  });
});
