/** A consumer over AMQP: besides what the queue knows, the basic.deliver frame that its deliveries have in common. */
import { Consumer, type ConsumerOptions } from '../broker/queue/consumer.ts';
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import type { Message, MessageAddress } from '../broker/message.ts';
import { writeContent } from './content-writer.ts';
import { copyWords, viewOf } from '../runtime/copy-octets.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { FRAME_END } from './wire/frame.ts';
import { encodeBasicDeliver } from './wire/generated/methods.ts';
import { WireWriter } from './wire/wire-writer.ts';

/** frame header (7), method id (4), length of the consumer tag (1). */
const BEFORE_CONSUMER_TAG = 12;
const FRAME_HEADER_SIZE = 7;
/** Where a frame tells the size of its payload. */
const SIZE_OFFSET = 3;
/** An empty exchange name, an empty routing key and the end of the frame. */
const AFTER_FLAGS = 3;
/** Two short strings. */
const ADDRESS_OCTETS_MAX = 512;
const EMPTY = Buffer.alloc(0);

export class Subscription extends Consumer {
  readonly queue: QueueRef;
  /**
   * What it holds counts against the channel's global prefetch. What was taken with basic.get does only when it was
   * outstanding as the limit was set.
   */
  countsGlobally = true;
  /**
   * The deliver frame of the last message. Successive messages mostly have the same exchange and routing key, so that
   * only delivery tag and redelivered flag change: the frame is copied and patched in place of being built anew. Where
   * they differ, only the address at its end is replaced.
   */
  #template: Buffer = EMPTY;
  #templateView: DataView = viewOf(EMPTY);
  #templateLength = 0;
  #templateAddress: MessageAddress | null = null;
  /** Where the address begins. */
  #addressOffset = 0;
  #tagOffset = 0;

  constructor(queue: QueueRef, options: ConsumerOptions) {
    super(options);
    this.queue = queue;
  }

  /** Writes basic.deliver and the content into `out`. */
  writeDelivery(
    out: OutputBuffer,
    channel: number,
    deliveryTag: number,
    isRedelivered: boolean,
    message: Message,
    frameMax: number,
  ): void {
    if (this.#templateAddress !== message.address) this.#buildTemplate(channel, message.address);
    const length = this.#templateLength;
    out.reserve(length);
    const { buffer } = out;
    const at = out.length;
    copyWords(this.#templateView, 0, out.view, at, length);
    const tag = at + this.#tagOffset;
    if (deliveryTag > 0xffff_ffff) buffer.writeUInt32BE(Math.floor(deliveryTag / 2 ** 32), tag);
    buffer[tag + 4] = deliveryTag >>> 24;
    buffer[tag + 5] = deliveryTag >>> 16;
    buffer[tag + 6] = deliveryTag >>> 8;
    buffer[tag + 7] = deliveryTag;
    if (isRedelivered) buffer[tag + 8] = 1;
    out.length = at + length;
    writeContent(out, channel, message, frameMax);
  }

  #buildTemplate(channel: number, address: MessageAddress): void {
    if (this.#templateLength === 0) this.#begin(channel);
    const { octets } = address;
    const end = this.#addressOffset + octets.length;
    octets.copy(this.#template, this.#addressOffset);
    this.#template[end] = FRAME_END;
    this.#template.writeUInt32BE(end - FRAME_HEADER_SIZE, SIZE_OFFSET);
    this.#templateLength = end + 1;
    this.#templateAddress = address;
  }

  /** What all deliveries have in common, and room for the longest address. */
  #begin(channel: number): void {
    const writer = new WireWriter(128);
    const empty = { deliveryTag: 0, redelivered: false, exchange: '', routingKey: '' };
    encodeBasicDeliver(writer, channel, { consumerTag: this.tag, ...empty });
    const frame = writer.take();
    this.#addressOffset = frame.length - AFTER_FLAGS;
    this.#tagOffset = BEFORE_CONSUMER_TAG + Buffer.byteLength(this.tag);
    this.#template = Buffer.alloc(this.#addressOffset + ADDRESS_OCTETS_MAX + 1);
    frame.copy(this.#template);
    this.#templateView = viewOf(this.#template);
  }
}
