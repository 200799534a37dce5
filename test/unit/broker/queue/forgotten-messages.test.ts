// What queues keep in memory of messages and consumers that are gone: nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { queryObjects } from 'node:v8';
import { fromPlain } from '../../../../src/amqp/wire/field-table.ts';
import type { Broker } from '../../../../src/broker/broker.ts';
import { headersOf, Message, MessageAddress } from '../../../../src/broker/message.ts';
import { ConsumerRing } from '../../../../src/broker/queue/consumer-ring.ts';
import { Consumer, type DeliveryTarget } from '../../../../src/broker/queue/consumer.ts';
import type { DeclaredQueue } from '../../../../src/broker/queue/declared-queue.ts';
import type { TakenMessage } from '../../../../src/broker/queue/queue-ref.ts';
import { declareQueue, hostOf, Machine } from '../../../support/simulated-broker.ts';
import { collectGarbage } from '../../../support/garbage.ts';

/** Whether nothing holds it any more. */
async function isGone(thing: WeakRef<object>): Promise<boolean> {
  // Until the job ends in which a reference was made it holds what it refers to.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return thing.deref() === undefined;
}

const NO_PROPERTIES = Buffer.alloc(2);

class Stage implements DeliveryTarget {
  readonly broker: Broker = new Machine().start();
  /** The headers of what was delivered. */
  readonly headers: ReturnType<typeof headersOf>[] = [];

  queue(args: Readonly<Record<string, string>> = {}): DeclaredQueue {
    return declareQueue(hostOf(this.broker), 'q', args);
  }

  canReceive(): boolean {
    return true;
  }

  deliver(_consumer: Consumer, message: Message): void {
    this.headers.push(headersOf(message));
  }

  consumerCancelled(): void {}

  settingsChanged(): void {}

  /** Consumes without acknowledging. */
  consume(queue: DeclaredQueue, priority = 0): Consumer {
    const consumer = new Consumer({
      tag: 'c',
      noAck: true,
      isExclusive: false,
      prefetchCount: 0,
      arguments: fromPlain({ 'x-priority': priority }),
      target: this,
    });
    void queue.consume(consumer);
    this.broker.turn.end();
    return consumer;
  }

  /** Returns what lives for as long as the queue keeps the message. */
  publish(queue: DeclaredQueue): WeakRef<Message> {
    const address = new MessageAddress('', 'q');
    const body = Buffer.alloc(100);
    const { length } = NO_PROPERTIES;
    const content = [NO_PROPERTIES, 0, length, body, 0, body.length] as const;
    const message = new Message(address, false, ...content, null, -1, 0, null);
    queue.publish(message);
    this.broker.turn.end();
    return new WeakRef(message);
  }

  /** Takes a message and gives it back, as one whose consumer has failed. */
  async failWith(queue: DeclaredQueue): Promise<void> {
    const { message, position } = (await queue.get(false)) as TakenMessage;
    queue.requeue(message, position, true);
    this.broker.turn.end();
  }
}

describe('a quorum queue', () => {
  test('forgets a message that came back once it is delivered to who does not acknowledge', async () => {
    const stage = new Stage();
    const queue = stage.queue({ 'x-queue-type': 'quorum' });
    const published = stage.publish(queue);
    await stage.failWith(queue);
    stage.consume(queue);
    assert.equal(stage.headers.length, 1);
    assert.equal(await isGone(published), true);
  });

  test('tells those who do not acknowledge, too, how often a message was delivered', async () => {
    const stage = new Stage();
    const queue = stage.queue({ 'x-queue-type': 'quorum' });
    stage.publish(queue);
    for (let i = 0; i < 3; i++) await stage.failWith(queue);
    stage.consume(queue);
    assert.deepEqual(stage.headers[0]?.get('x-delivery-count'), { type: 'l', value: 3n });
  });
});

describe('a queue', () => {
  test('that was purged keeps none of its messages', async () => {
    const stage = new Stage();
    const queue = stage.queue();
    const published = stage.publish(queue);
    assert.equal(await queue.purge(), 1);
    assert.equal(await isGone(published), true);
  });
  test('remembers no priority that none of its consumers has', () => {
    const stage = new Stage();
    const queue = stage.queue();
    const before = Number(queryObjects(ConsumerRing));
    for (let priority = 1; priority <= 100; priority++) {
      void queue.cancel(stage.consume(queue, priority));
    }
    assert.ok(Number(queryObjects(ConsumerRing)) <= before + 1);
  });
});
