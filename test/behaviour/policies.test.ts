// Policies: set while queues and exchanges are in use, they hold at once (https://www.rabbitmq.com/docs/policies).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPlain, type PlainValue } from '../../src/amqp/wire/field-table.ts';
import {
  BASIC_ACK,
  BASIC_CANCEL,
  BASIC_NACK,
  BASIC_RETURN,
  encodeBasicReject,
} from '../../src/amqp/wire/generated/methods.ts';
import { eventually } from '../support/eventually.ts';
import { OpenedBroker } from '../support/opened-broker.ts';
import { RawClient, type RawChannel } from '../support/raw-client.ts';

type Definition = Readonly<Record<string, unknown>>;

/** A broker, and a channel on it. */
class Stage implements AsyncDisposable {
  readonly opened: OpenedBroker;
  readonly client: RawClient;
  readonly channel: RawChannel;

  private constructor(opened: OpenedBroker, client: RawClient, channel: RawChannel) {
    this.opened = opened;
    this.client = client;
    this.channel = channel;
  }

  static async open(): Promise<Stage> {
    const opened = await OpenedBroker.open({ limits: { consumerTimeoutMs: 60_000 } });
    const client = await RawClient.open(opened.port);
    return new Stage(opened, client, await client.channel());
  }

  /** Sets a policy for queues and exchanges whose names begin with q or x. */
  async set(definition: Definition, name = 'p', priority = 0): Promise<void> {
    const { policies } = this.opened.host();
    await policies.put({ name, pattern: '^[qx]', applyTo: 'all', priority, definition });
  }

  async limit(definition: Definition): Promise<void> {
    const { operatorPolicies } = this.opened.host();
    const policy = { name: 'o', pattern: '^q', applyTo: 'queues', priority: 0, definition };
    await operatorPolicies.put(policy);
  }

  /** Declares a queue `q` and one for dead letters. */
  async declare(args: Readonly<Record<string, PlainValue>> = {}): Promise<void> {
    await this.channel.declareQueue('dead', { durable: true });
    await this.channel.declareQueue('q', { durable: true, arguments: fromPlain(args) });
    await this.channel.confirmSelect();
  }

  /** Publishes to `q`, one after the other; returns which were confirmed (+) and refused (-). */
  async publish(...bodies: string[]): Promise<string> {
    let verdicts = '';
    for (const body of bodies) {
      this.channel.publish('', 'q', body, { properties: { deliveryMode: 2 } });
      const { method } = await this.client.next();
      assert.ok(method.id === BASIC_ACK || method.id === BASIC_NACK);
      verdicts += method.id === BASIC_ACK ? '+' : '-';
    }
    return verdicts;
  }

  /** Takes everything out of a queue. */
  async drain(queue: string): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const body = await this.channel.get(queue);
      if (body === null) return bodies;
      bodies.push(body);
    }
  }

  async untilReady(queue: string, count: number): Promise<void> {
    await eventually(`${queue} has ${count} messages`, () => {
      return this.opened.queue(queue).stats().readyCount === count;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.opened[Symbol.asyncDispose]();
  }
}

const QUORUM = { 'x-queue-type': 'quorum' };
const DEAD = { 'dead-letter-exchange': '', 'dead-letter-routing-key': 'dead' };
const MESSAGE_QUEUES = [{}, QUORUM];
const typeOf = (args: object): string => (args === QUORUM ? 'a quorum queue' : 'a classic queue');

for (const type of MESSAGE_QUEUES) {
  describe(`a policy for ${typeOf(type)}`, { concurrency: true }, () => {
    test('max-length drops the head of a queue that is too long already, into its dead-letter exchange', async () => {
      await using stage = await Stage.open();
      await stage.declare(type);
      await stage.publish('a', 'b', 'c', 'd');
      await stage.set({ 'max-length': 2, ...DEAD });
      assert.deepEqual(await stage.drain('q'), ['c', 'd']);
      assert.deepEqual(await stage.drain('dead'), ['a', 'b']);
    });

    test('max-length-bytes does so too, and holds for what comes', async () => {
      await using stage = await Stage.open();
      await stage.declare(type);
      await stage.publish('aaa', 'bbb', 'ccc');
      await stage.set({ 'max-length-bytes': 6 });
      await stage.untilReady('q', 2);
      await stage.publish('ddd');
      assert.deepEqual(await stage.drain('q'), ['ccc', 'ddd']);
    });

    test('what is cleared no longer limits', async () => {
      await using stage = await Stage.open();
      await stage.declare(type);
      await stage.set({ 'max-length': 1 });
      await stage.publish('a', 'b');
      await stage.opened.host().policies.delete('p');
      await stage.publish('c', 'd');
      assert.deepEqual(await stage.drain('q'), ['b', 'c', 'd']);
    });

    test('overflow with max-length refuses, and drops nothing of what is there', async () => {
      await using stage = await Stage.open();
      await stage.declare(type);
      await stage.publish('a', 'b');
      await stage.set({ 'max-length': 1, overflow: 'reject-publish' });
      assert.equal(await stage.publish('c'), '-');
      assert.deepEqual(await stage.drain('q'), ['a', 'b']);
    });

    test('message-ttl expires what waits already', async () => {
      await using stage = await Stage.open();
      await stage.declare(type);
      await stage.publish('a', 'b');
      await stage.set({ 'message-ttl': 1, ...DEAD });
      await stage.untilReady('dead', 2);
      assert.deepEqual(await stage.drain('dead'), ['a', 'b']);
    });

    test('message-ttl expires what comes, until it is cleared', async () => {
      await using stage = await Stage.open();
      await stage.declare(type);
      await stage.set({ 'message-ttl': 1, ...DEAD });
      await stage.publish('a');
      await stage.untilReady('dead', 1);
      await stage.opened.host().policies.delete('p');
      await stage.publish('b');
      assert.equal(await stage.channel.get('q'), 'b');
    });

    test('expires ends a queue that nobody uses', async () => {
      await using stage = await Stage.open();
      await stage.declare(type);
      await stage.set({ expires: 20 });
      await eventually('q is gone', () => stage.opened.host().queues.find('q') === undefined);
    });

    test('dead-letter-exchange and -routing-key take what is rejected from now on', async () => {
      await using stage = await Stage.open();
      await stage.declare(type);
      await stage.publish('a', 'b');
      await stage.channel.consume('q');
      const first = await stage.channel.delivery();
      const second = await stage.channel.delivery();
      stage.channel.nack(first.tag, false);
      await stage.channel.sync();
      await stage.set(DEAD);
      stage.channel.nack(second.tag, false);
      await stage.untilReady('dead', 1);
      assert.deepEqual(await stage.drain('dead'), ['b']);
    });

    test('applies to a queue that is declared later', async () => {
      await using stage = await Stage.open();
      await stage.set({ 'max-length': 1 });
      await stage.declare(type);
      await stage.publish('a', 'b');
      assert.deepEqual(await stage.drain('q'), ['b']);
      assert.equal(stage.opened.queue('q').policy?.name, 'p');
    });
  });
}

describe('a policy for a quorum queue', { concurrency: true }, () => {
  test('delivery-limit ends what is returned more often', async () => {
    await using stage = await Stage.open();
    await stage.declare(QUORUM);
    await stage.publish('a');
    await stage.set({ 'delivery-limit': 0, ...DEAD });
    await stage.channel.consume('q');
    const { tag } = await stage.channel.delivery();
    stage.channel.send(encodeBasicReject, { deliveryTag: tag, requeue: true });
    await stage.untilReady('dead', 1);
  });

  test('consumer-timeout cancels a consumer that holds a delivery too long, also one that is there', async () => {
    await using stage = await Stage.open();
    await stage.declare(QUORUM);
    await stage.publish('a');
    await stage.channel.consume('q');
    await stage.channel.delivery();
    await stage.set({ 'consumer-timeout': 50 });
    assert.equal((await stage.client.expect(BASIC_CANCEL)).method.consumerTag, 'c');
    await stage.untilReady('q', 1);
  });

  test('delayed-retry lets wait what comes back', async () => {
    await using stage = await Stage.open();
    await stage.declare(QUORUM);
    await stage.publish('a');
    await stage.set({ 'delayed-retry-type': 'all', 'delayed-retry-min': 60_000 });
    await stage.channel.consume('q');
    stage.channel.nack((await stage.channel.delivery()).tag, true);
    await stage.channel.sync();
    assert.deepEqual(
      stage.opened
        .queue('q')
        .browse(0, 10)
        .map(({ state }) => state),
      ['delayed'],
    );
  });

  test('dead-letter-strategy keeps dead letters until they are taken, and lets go of them when cleared', async () => {
    await using stage = await Stage.open();
    await stage.declare(QUORUM);
    const strategy = { 'dead-letter-strategy': 'at-least-once', overflow: 'reject-publish' };
    await stage.set({ 'dead-letter-exchange': 'missing', ...strategy });
    assert.ok(stage.opened.queue('q').settings.isDeadLetteringAtLeastOnce);
    await stage.publish('a');
    await stage.channel.consume('q');
    stage.channel.nack((await stage.channel.delivery()).tag, false);
    await stage.channel.sync();
    await stage.set(DEAD);
    await stage.untilReady('dead', 1);
  });
});

describe('a policy for a stream', { concurrency: true }, () => {
  const STREAM = { 'x-queue-type': 'stream' };

  test('max-length-bytes with small segments drops what is too much at once', async () => {
    await using stage = await Stage.open();
    await stage.declare({ ...STREAM, 'x-stream-max-segment-size-bytes': 100 });
    await stage.publish('a'.repeat(90), 'b'.repeat(90), 'c'.repeat(90));
    await stage.set({ 'max-length-bytes': 1 });
    await stage.untilReady('q', 1);
  });

  test('stream-max-segment-size-bytes holds from the next segment on', async () => {
    await using stage = await Stage.open();
    await stage.declare(STREAM);
    await stage.publish('a');
    await stage.set({ 'stream-max-segment-size-bytes': 10, 'max-length-bytes': 1 });
    await stage.publish('b', 'c');
    assert.equal(stage.opened.queue('q').stats().readyCount, 1);
  });

  test('max-age drops segments that are older', async () => {
    await using stage = await Stage.open();
    await stage.declare({ ...STREAM, 'x-stream-max-segment-size-bytes': 1 });
    await stage.publish('a', 'b');
    await stage.set({ 'max-age': '1s' });
    await eventually('the first segment is gone', async () => {
      await stage.publish('c');
      return stage.opened.queue('q').browse(0, 1)[0]?.position !== 0;
    });
  });

  test('the policy counts before the arguments of the stream', async () => {
    await using stage = await Stage.open();
    await stage.declare({ ...STREAM, 'x-max-length-bytes': 10 });
    await stage.set({ 'max-length-bytes': 1000 });
    assert.equal(stage.opened.queue('q').settings.maxLengthBytes, 1000);
  });
});

describe('a policy for an exchange', { concurrency: true }, () => {
  test('alternate-exchange takes what is routed nowhere, until it is cleared', async () => {
    await using stage = await Stage.open();
    const { channel, client } = stage;
    await stage.declare();
    await channel.declareExchange('x', 'direct');
    await channel.bind('q', 'amq.fanout');
    const publish = async (body: string): Promise<boolean> => {
      channel.publish('x', 'k', body, { mandatory: true });
      const isReturned = (await client.next()).method.id === BASIC_RETURN;
      if (isReturned) await client.expect(BASIC_ACK);
      return isReturned;
    };
    assert.equal(await publish('a'), true);
    await stage.set({ 'alternate-exchange': 'amq.fanout' });
    assert.equal(await publish('b'), false);
    await stage.opened.host().policies.delete('p');
    assert.equal(await publish('c'), true);
    assert.deepEqual(await stage.drain('q'), ['b']);
  });

  test('its own alternate-exchange argument counts before the policy', async () => {
    await using stage = await Stage.open();
    const args = fromPlain({ 'alternate-exchange': 'own' });
    await stage.channel.declareExchange('x', 'direct', { arguments: args });
    await stage.set({ 'alternate-exchange': 'amq.fanout' });
    assert.equal(stage.opened.host().exchanges.find('x')?.alternateExchange, 'own');
  });
});

describe('policies', { concurrency: true }, () => {
  test('of several the one with the highest priority applies, and the next when that is gone', async () => {
    await using stage = await Stage.open();
    await stage.declare();
    await stage.set({ 'max-length': 3 }, 'low', 1);
    await stage.set({ 'max-length': 5 }, 'high', 2);
    assert.equal(stage.opened.queue('q').policy?.name, 'high');
    await stage.opened.host().policies.delete('high');
    assert.equal(stage.opened.queue('q').policy?.name, 'low');
  });

  test('an operator policy and a user policy apply together, with the smaller of two numbers', async () => {
    await using stage = await Stage.open();
    await stage.declare();
    await stage.set({ 'max-length': 5, 'message-ttl': 60_000, overflow: 'drop-head' });
    await stage.limit({ 'max-length': 9, 'message-ttl': 500, overflow: 'reject-publish' });
    const queue = stage.opened.queue('q');
    assert.deepEqual(
      { ...queue.effectivePolicy },
      { 'max-length': 5, 'message-ttl': 500, overflow: 'reject-publish' },
    );
    assert.equal(queue.operatorPolicy?.name, 'o');
  });

  test('of an argument and a policy the smaller number counts, and the own dead-letter exchange', async () => {
    await using stage = await Stage.open();
    await stage.declare({ 'x-max-length': 2, 'x-dead-letter-exchange': 'own' });
    await stage.set({ 'max-length': 5, 'max-length-bytes': 7, 'dead-letter-exchange': 'other' });
    const { maxLength, maxLengthBytes, deadLetterTarget } = stage.opened.queue('q').settings;
    assert.deepEqual([maxLength, maxLengthBytes, deadLetterTarget?.exchange], [2, 7, 'own']);
  });

  test('of two overflow rules the own one counts for classic queues, the policy for quorum queues', async () => {
    for (const [type, expected] of [
      [{}, 'drop-head'],
      [QUORUM, 'reject-publish'],
    ] as const) {
      await using stage = await Stage.open();
      await stage.declare({ ...type, 'x-overflow': 'drop-head' });
      await stage.set({ overflow: 'reject-publish' });
      assert.equal(stage.opened.queue('q').settings.overflow, expected);
    }
  });

  test('one with a key that a type of queue does not know does not apply to such queues at all', async () => {
    await using stage = await Stage.open();
    await stage.declare();
    await stage.channel.declareQueue('q2', { durable: true, arguments: fromPlain(QUORUM) });
    await stage.set({ 'max-length': 1, 'delivery-limit': 5 });
    assert.equal(stage.opened.queue('q').policy, null);
    assert.equal(stage.opened.queue('q2').policy?.name, 'p');
  });

  test('apply-to chooses types of queues', async () => {
    await using stage = await Stage.open();
    await stage.declare();
    await stage.channel.declareQueue('q2', { durable: true, arguments: fromPlain(QUORUM) });
    await stage.channel.declareExchange('x', 'direct');
    const { policies, exchanges } = stage.opened.host();
    const appliedTo = async (applyTo: string): Promise<string> => {
      const definition = { 'queue-version': 2 };
      await policies.put({ name: 'p', pattern: '.*', applyTo, priority: 0, definition });
      const things = [stage.opened.queue('q'), stage.opened.queue('q2'), exchanges.find('x')];
      return things.map((thing) => (thing?.policy === null ? '-' : '+')).join('');
    };
    assert.equal(await appliedTo('all'), '+++');
    assert.equal(await appliedTo('queues'), '++-');
    assert.equal(await appliedTo('classic_queues'), '+--');
    assert.equal(await appliedTo('quorum_queues'), '-+-');
    assert.equal(await appliedTo('streams'), '---');
    assert.equal(await appliedTo('exchanges'), '--+');
  });

  test('what is in the effective policy does not count for a second declaration', async () => {
    await using stage = await Stage.open();
    await stage.declare();
    await stage.set({ 'max-length': 5 });
    await stage.channel.declareQueue('q', { durable: true });
  });

  test('a limit on a queue with many messages drops them all, in more than one turn', async () => {
    await using stage = await Stage.open();
    await stage.declare();
    for (let i = 0; i < 10_000; i++) stage.channel.publish('', 'q', String(i));
    await stage.untilReady('q', 10_000);
    await stage.set({ 'max-length': 1 });
    await stage.untilReady('q', 1);
    assert.equal(stage.opened.queue('q').browse(0, 1)[0]?.position, 9_999);
  });
});
