import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ExchangeCounters, QueueCounters } from '../../../../src/broker/statistics/counters.ts';
import { declareQueue, hostOf, Machine } from '../../../support/simulated-broker.ts';

describe('rates', () => {
  test('are what counters grew by per second over the last interval', () => {
    const machine = new Machine();
    const broker = machine.start();
    const queue = declareQueue(hostOf(broker), 'q');
    const end = broker.rates.start();
    machine.time.pass(5000);
    queue.counters = new QueueCounters();
    queue.counters.publish = 50;
    machine.time.pass(5000);
    assert.deepEqual(broker.rates.of(queue.counters)?.['publish'], 10);
    assert.deepEqual(broker.rates.of(queue.counters)?.['ack'], 0);
    machine.time.pass(5000);
    assert.equal(broker.rates.of(queue.counters), null);
    end();
  });

  test('of what was counted before anybody measured are not told', () => {
    const machine = new Machine();
    const broker = machine.start();
    const queue = declareQueue(hostOf(broker), 'q');
    queue.counters = new QueueCounters();
    queue.counters.publish = 5000;
    broker.rates.start();
    machine.time.pass(5000);
    assert.equal(broker.rates.of(queue.counters), null);
    queue.counters.publish += 5;
    machine.time.pass(5000);
    assert.equal(broker.rates.of(queue.counters)?.['publish'], 1);
  });

  test('set no timer before somebody starts them, and none when all have ended them', () => {
    const machine = new Machine();
    const broker = machine.start();
    const { timerCount } = machine.time;
    const [first, second] = [broker.rates.start(), broker.rates.start()];
    first();
    first();
    assert.equal(machine.time.timerCount, timerCount + 1);
    second();
    assert.equal(machine.time.timerCount, timerCount);
  });

  test('are measured of exchanges, of the totals, and of what others add', () => {
    const machine = new Machine();
    const broker = machine.start();
    const traffic = { octets: 0 };
    broker.rates.addSource(() => [traffic]);
    broker.rates.start();
    const exchange = hostOf(broker).findExchange('amq.topic');
    assert.ok(exchange !== undefined);
    exchange.counters = new ExchangeCounters();
    exchange.counters.publishIn = 5;
    broker.totals.publish = 10;
    traffic.octets = 15;
    machine.time.pass(5000);
    assert.equal(broker.rates.of(exchange.counters)?.['publishIn'], 1);
    assert.equal(broker.rates.of(broker.totals)?.['publish'], 2);
    assert.equal(broker.rates.of(traffic)?.['octets'], 3);
  });

  test('are kept as a history, the newest sample first, with its average', () => {
    const machine = new Machine();
    const broker = machine.start();
    broker.rates.start();
    for (let i = 1; i <= 4; i++) {
      broker.totals.publish = i * 10;
      machine.time.pass(5000);
    }
    const { samples, avg, avgRate } = broker.rates.history('publish', 15, 5);
    assert.deepEqual(
      samples.map(({ sample }) => sample),
      [40, 30, 20, 10],
    );
    assert.equal(samples[0]?.timestamp, machine.time.nowMs());
    assert.equal(samples[1]?.timestamp, machine.time.nowMs() - 5000);
    assert.equal(avg, 25);
    assert.equal(avgRate, 2);
  });

  test('come with the number of messages, of all queues and of each virtual host', () => {
    const machine = new Machine();
    const broker = machine.start();
    const queue = declareQueue(hostOf(broker), 'q');
    broker.rates.start();
    assert.equal(broker.rates.messageCounts.messages, 0);
    Object.defineProperty(queue, 'stats', {
      value: () => ({ readyCount: 10, unackedCount: 5, consumerCount: 1 }),
    });
    machine.time.pass(5000);
    const expected = { messages: 15, messagesReady: 10, messagesUnacked: 5 };
    assert.deepEqual(broker.rates.messageCounts, expected);
    assert.deepEqual(broker.rates.messageCountsOf('/'), expected);
    assert.equal(broker.rates.messageCountsOf('other').messages, 0);
    const rates = { messages: 3, messagesReady: 2, messagesUnacked: 1 };
    assert.deepEqual(broker.rates.ofLengths(queue), rates);
    assert.deepEqual(broker.rates.messageCountRates, rates);
  });
});
