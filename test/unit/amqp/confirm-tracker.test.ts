import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ChannelContext } from '../../../src/amqp/channel-context.ts';
import { ConfirmTracker } from '../../../src/amqp/confirm-tracker.ts';
import { BASIC_ACK, BASIC_NACK, decodeMethod } from '../../../src/amqp/wire/generated/methods.ts';
import { FrameReader } from '../../../src/amqp/wire/frame-reader.ts';
import { WireReader } from '../../../src/amqp/wire/wire-reader.ts';
import { WireWriter } from '../../../src/amqp/wire/wire-writer.ts';
import type { PublishOutcome } from '../../../src/broker/queue/queue-ref.ts';
import { BrokerTotals } from '../../../src/broker/statistics/broker-totals.ts';
import { ChannelCounters } from '../../../src/broker/statistics/counters.ts';
import type { CommitWaiter } from '../../../src/broker/turn.ts';

/** A channel that takes confirms as octets, and whose journal commits when the test says so. */
class ConfirmingChannel {
  readonly waits: (() => void)[] = [];
  readonly #out = new WireWriter();
  readonly counters: ChannelCounters = new ChannelCounters();
  readonly tracker: ConfirmTracker;

  constructor() {
    const turn = {
      joinCommit: (): void => {},
      whenDurable: (waiter: CommitWaiter, token: number) => {
        this.waits.push(() => waiter.committed(token));
      },
    };
    const out = Object.assign(this.#out, { touch: () => {} });
    this.tracker = new ConfirmTracker({
      number: 1,
      counters: this.counters,
      connection: { out, turn, totals: new BrokerTotals() },
    } as unknown as ChannelContext);
  }

  /** The verdict of each publish that was told of, in the order told, and as often as told. */
  told(): [publishSeqNo: number, isAcknowledged: boolean][] {
    const told: [number, boolean][] = [];
    let last = 0;
    const ignore = (): void => {};
    const onMethod = (_: number, id: number, buffer: Buffer, start: number, end: number): void => {
      const method = decodeMethod(id, new WireReader().reset(buffer, start, end));
      assert.ok(method.id === BASIC_ACK || method.id === BASIC_NACK);
      const first = method.multiple ? last + 1 : method.deliveryTag;
      for (let seq = first; seq <= method.deliveryTag; seq++) told.push([seq, id === BASIC_ACK]);
      last = method.deliveryTag;
    };
    const handler = { onMethod, onHeader: ignore, onBody: ignore, onHeartbeat: ignore };
    const reader = new FrameReader(handler, 0);
    reader.push(this.#out.take());
    reader.run();
    return told;
  }
}

describe('publisher confirms', () => {
  test('tell of every publish once, in order, and of the refused ones that they were refused', () => {
    const outcome = fc.constantFrom<PublishOutcome>(0, 1, 2);
    fc.assert(
      fc.property(fc.array(fc.array(outcome, { maxLength: 12 }), { maxLength: 12 }), (turns) => {
        const channel = new ConfirmingChannel();
        for (const [i, outcomes] of turns.entries()) {
          for (const one of outcomes) channel.tracker.published(one);
          channel.tracker.beforeCommit();
          if (i % 2 === 0) channel.waits.shift()?.();
        }
        for (const commit of channel.waits) commit();
        const expected = turns.flat().map((one, i) => [i + 1, one !== 2]);
        assert.deepEqual(channel.told(), expected);
      }),
    );
  });
});
