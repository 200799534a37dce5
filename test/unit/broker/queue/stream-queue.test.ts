import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPlain, type PlainValue } from '../../../../src/amqp/wire/field-table.ts';
import { Deadlines } from '../../../../src/broker/deadlines.ts';
import { Consumer, type DeliveryTarget } from '../../../../src/broker/queue/consumer.ts';
import { MemoryJournal } from '../../../../src/store/memory/memory-journal.ts';
import { memoryStreamLog } from '../../../support/message-lists.ts';
import { queueSettings } from '../../../../src/broker/queue/queue-settings.ts';
import { StreamQueue } from '../../../../src/broker/queue/stream-queue.ts';
import { Turn } from '../../../../src/broker/turn.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';
import { streamMessage } from './stream-message.ts';

/** Two streams that share their turns, and consumers that note what they are given. */
class Stage implements DeliveryTarget {
  readonly time = new SimulatedTime();
  readonly errors: unknown[] = [];
  readonly turn: Turn = new Turn(new MemoryJournal(), this.time, (error) => {
    this.errors.push(error);
  });
  readonly stream: StreamQueue;
  readonly other: StreamQueue;
  /** The tag of a consumer for each delivery, in the order of deliveries. */
  readonly delivered: string[] = [];
  readonly cancelled: string[] = [];
  canSend = true;
  readonly #deadlines = new Deadlines(this.turn, this.time, (error) => {
    this.errors.push(error);
  });

  constructor(args: Readonly<Record<string, PlainValue>> = {}) {
    this.stream = this.#create('s', args);
    this.other = this.#create('other', args);
  }

  #create(name: string, args: Readonly<Record<string, PlainValue>>): StreamQueue {
    const settings = queueSettings('stream', fromPlain(args), {});
    return new StreamQueue({
      id: 0,
      name,
      vhost: '/',
      arguments: fromPlain(args),
      settings,
      applied: null,
      log: memoryStreamLog(settings.segmentOctetsMax),
      journal: new MemoryJournal(),
      turn: this.turn,
      deadlines: this.#deadlines,
      clock: this.time,
    });
  }

  canReceive(): boolean {
    return this.canSend;
  }

  deliver(consumer: Consumer): void {
    this.delivered.push(consumer.tag);
  }

  consumerCancelled(consumer: Consumer): void {
    this.cancelled.push(consumer.tag);
  }

  settingsChanged(): void {}

  consumer(tag: string, prefetchCount: number, args: Record<string, PlainValue> = {}): Consumer {
    const common = { noAck: false, isExclusive: false, target: this };
    const all = fromPlain({ 'x-stream-offset': 'first', ...args });
    return new Consumer({ ...common, tag, prefetchCount, arguments: all });
  }

  publish(stream: StreamQueue, count: number, filterValue: string | null = null): void {
    const message = streamMessage(filterValue);
    for (let i = 0; i < count; i++) stream.publish(message);
    this.turn.end();
  }

  /** As a channel acknowledges. */
  acknowledge(stream: StreamQueue, consumer: Consumer): void {
    consumer.unackedCount--;
    stream.acknowledge();
    if (!consumer.isWaiting) stream.consumerReady(consumer);
    this.turn.end();
  }

  countOf(tag: string): number {
    return this.delivered.filter((one) => one === tag).length;
  }
}

describe('a stream', () => {
  test('gives consumers that read the same amount their shares in turns', () => {
    const stage = new Stage();
    stage.publish(stage.stream, 3000);
    for (const tag of ['a', 'b', 'c']) stage.stream.consume(stage.consumer(tag, 65_535));
    stage.turn.end();
    const first = stage.delivered.slice(0, 1200);
    for (const tag of ['a', 'b', 'c']) {
      const count = first.filter((one) => one === tag).length;
      assert.ok(count > 200 && count < 600, `${tag} got ${count} of the first 1200`);
    }
  });

  test('reads a bounded number of messages in one turn, and goes on by itself', () => {
    const stage = new Stage();
    stage.publish(stage.stream, 30_000);
    stage.publish(stage.other, 10);
    stage.stream.consume(stage.consumer('greedy', 65_535));
    stage.other.consume(stage.consumer('modest', 65_535));
    stage.turn.end();
    assert.ok(stage.countOf('greedy') < 10_000, `${stage.countOf('greedy')} in one turn`);
    assert.equal(stage.countOf('modest'), 10);
    stage.time.pass(1000);
    assert.equal(stage.countOf('greedy'), 30_000);
    assert.equal(stage.time.timerCount, 0);
  });

  test('a filter that nothing matches does not hold up the turn either', () => {
    const stage = new Stage();
    // In every chunk one message that it wants, so that none can be left out whole.
    for (let i = 0; i < 100; i++) {
      stage.publish(stage.stream, 199);
      stage.publish(stage.stream, 1, 'wanted');
    }
    stage.stream.consume(stage.consumer('a', 65_535, { 'x-stream-filter': 'wanted' }));
    stage.turn.end();
    const { length } = stage.delivered;
    assert.ok(length < 50, `${length} in one turn`);
    stage.time.pass(1000);
    assert.equal(stage.delivered.length, 100);
  });

  test('stops when a consumer has its prefetch, and goes on with each settlement', () => {
    const stage = new Stage();
    stage.publish(stage.stream, 10);
    const consumer = stage.consumer('a', 3);
    stage.stream.consume(consumer);
    stage.turn.end();
    assert.equal(stage.delivered.length, 3);
    stage.acknowledge(stage.stream, consumer);
    assert.equal(stage.delivered.length, 4);
    assert.equal(stage.stream.stats().unackedCount, 3);
    assert.equal(stage.stream.readyCount, 10);
  });

  test('stops while the socket is full, and goes on when it has room', () => {
    const stage = new Stage();
    const consumer = stage.consumer('a', 100);
    stage.stream.consume(consumer);
    stage.turn.end();
    stage.canSend = false;
    stage.publish(stage.stream, 10);
    assert.equal(stage.delivered.length, 0);
    stage.canSend = true;
    stage.stream.consumerReady(consumer);
    stage.turn.end();
    assert.equal(stage.delivered.length, 10);
  });

  test('gives what comes to all that have read everything, in the same turn', () => {
    const stage = new Stage();
    for (const tag of ['a', 'b']) stage.stream.consume(stage.consumer(tag, 10));
    stage.turn.end();
    stage.publish(stage.stream, 2);
    assert.deepEqual(stage.delivered, ['a', 'a', 'b', 'b']);
  });

  test('leaves out what was dropped before it was read', () => {
    const stage = new Stage({ 'x-max-length-bytes': 0, 'x-stream-max-segment-size-bytes': 1 });
    const consumer = stage.consumer('a', 1);
    stage.publish(stage.stream, 1);
    stage.stream.consume(consumer);
    stage.turn.end();
    stage.publish(stage.stream, 50);
    assert.equal(stage.stream.readyCount, 1);
    stage.acknowledge(stage.stream, consumer);
    stage.acknowledge(stage.stream, consumer);
    assert.equal(stage.delivered.length, 2);
  });

  test('drops old segments when a new one is begun', () => {
    const stage = new Stage({ 'x-max-age': '1h', 'x-stream-max-segment-size-bytes': 1 });
    stage.publish(stage.stream, 5);
    stage.time.pass(3_600_001);
    assert.equal(stage.stream.readyCount, 5);
    stage.publish(stage.stream, 1);
    assert.equal(stage.stream.readyCount, 1);
  });

  test('delivers nothing more to a consumer that was cancelled', () => {
    const stage = new Stage();
    const consumer = stage.consumer('a', 1);
    stage.publish(stage.stream, 5);
    stage.stream.consume(consumer);
    stage.turn.end();
    stage.stream.cancel(consumer);
    stage.acknowledge(stage.stream, consumer);
    stage.publish(stage.stream, 1);
    assert.equal(stage.delivered.length, 1);
    assert.equal(stage.stream.consumerCount, 0);
  });

  test('that is deleted tells its consumers when the turn ends, and reads no more', () => {
    const stage = new Stage();
    stage.publish(stage.stream, 30_000);
    for (const tag of ['a', 'b']) stage.stream.consume(stage.consumer(tag, 65_535));
    stage.turn.end();
    const { length } = stage.delivered;
    assert.equal(stage.stream.delete(), 0);
    assert.deepEqual(stage.cancelled, []);
    stage.turn.end();
    assert.deepEqual(stage.cancelled, ['a', 'b']);
    stage.time.pass(1000);
    assert.equal(stage.delivered.length, length);
    assert.deepEqual(stage.errors, []);
  });
});
