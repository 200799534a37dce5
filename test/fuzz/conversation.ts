// One sequence: what a client says from the protocol header to its end. It answers as clients do (a closed channel is
// opened again, deliveries are settled), so that it gets far; and now and then its octets are spoilt on the way.
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import { PROTOCOL_HEADER } from '../../src/amqp/wire/frame.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { WireWriter } from '../../src/amqp/wire/wire-writer.ts';
import { writeStep, type Speaker } from './methods.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

const BURSTS_MAX = 20;
const BURST_STEPS_MAX = 8;
/** Delivery tags remembered for a channel. */
const TAGS_MAX = 8;

export class Conversation implements Speaker {
  readonly random: SeededRandom;
  readonly frameMax: number;
  readonly #channelCount: number;
  #burstsLeft: number;
  #isBegun = false;
  /** Channels that the broker has closed. */
  readonly #closed = new Set<number>();
  readonly #tags = new Map<number, number[]>();

  constructor(random: SeededRandom) {
    this.random = random;
    this.frameMax = random.pick([4096, 8192, 131_072, 131_072]);
    this.#channelCount = 1 + random.below(3);
    this.#burstsLeft = random.below(BURSTS_MAX);
  }

  tags(channel: number): readonly number[] {
    return this.#tags.get(channel) ?? [];
  }

  /** Something came from the broker. */
  heard(channel: number, method: methods.Method): void {
    if (method.id === methods.CHANNEL_CLOSE) {
      this.#closed.add(channel);
      this.#tags.delete(channel);
    } else if (method.id === methods.BASIC_DELIVER || method.id === methods.BASIC_GET_OK) {
      const tags = this.#tags.get(channel) ?? [];
      tags.push(method.deliveryTag);
      if (tags.length > TAGS_MAX) tags.shift();
      this.#tags.set(channel, tags);
    }
  }

  /** What is said next; null at the end. */
  next(): Buffer | null {
    const { random } = this;
    const writer = new WireWriter();
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#begin(writer);
    } else if (this.#burstsLeft-- > 0) {
      this.#answer(writer);
      for (let i = 1 + random.below(BURST_STEPS_MAX); i > 0; i--) {
        writeStep(writer, this.#channel(), this);
      }
    } else if (this.#burstsLeft === -1 && random.oneIn(2)) {
      const method = { replyCode: 200, replyText: '', classId: 0, methodId: 0 };
      methods.encodeConnectionClose(writer, 0, method);
    } else {
      return null;
    }
    const octets = Buffer.from(writer.take());
    return random.oneIn(40) ? mutate(octets, random) : octets;
  }

  #channel(): number {
    const { random } = this;
    return random.oneIn(300) ? random.below(9) : 1 + random.below(this.#channelCount);
  }

  #begin(writer: WireWriter): void {
    const { random, frameMax } = this;
    writer.bytes(PROTOCOL_HEADER);
    if (random.oneIn(100)) return;
    const capabilities = {
      consumer_cancel_notify: random.oneIn(2),
      authentication_failure_close: random.oneIn(2),
      'connection.blocked': random.oneIn(2),
    };
    methods.encodeConnectionStartOk(writer, 0, {
      clientProperties: fromPlain({ capabilities }),
      mechanism: random.oneIn(100) ? 'EXTERNAL' : 'PLAIN',
      response: Buffer.from(random.oneIn(100) ? '\0guest\0wrong' : '\0guest\0guest'),
      locale: 'en_US',
    });
    const heartbeat = random.below(3);
    methods.encodeConnectionTuneOk(writer, 0, { channelMax: 2047, frameMax, heartbeat });
    methods.encodeConnectionOpen(writer, 0, { virtualHost: random.oneIn(100) ? 'elsewhere' : '/' });
    for (let channel = 1; channel <= this.#channelCount; channel++) {
      methods.encodeChannelOpen(writer, channel, {});
    }
  }

  /** Opens again what the broker has closed. */
  #answer(writer: WireWriter): void {
    for (const channel of this.#closed) {
      methods.encodeChannelCloseOk(writer, channel, {});
      methods.encodeChannelOpen(writer, channel, {});
    }
    this.#closed.clear();
  }
}

/** Octets changed, taken away, doubled or put in between, a few times. */
function mutate(octets: Buffer, random: SeededRandom): Buffer {
  let mutated = octets;
  for (let i = 1 + random.below(3); i > 0 && mutated.length > 0; i--) {
    const at = random.below(mutated.length);
    const end = Math.min(mutated.length, at + 1 + random.below(20));
    const [before, piece] = [mutated.subarray(0, at), random.bytes(end - at)];
    switch (random.below(5)) {
      case 0:
        mutated = Buffer.concat([before, mutated.subarray(end)]);
        break;
      case 1:
        mutated = Buffer.concat([mutated.subarray(0, end), mutated.subarray(at)]);
        break;
      case 2:
        mutated = Buffer.concat([before, piece, mutated.subarray(at)]);
        break;
      default:
        mutated[at] = random.below(256);
    }
  }
  return mutated;
}
