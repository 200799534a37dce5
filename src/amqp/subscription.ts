/** A consumer over AMQP: besides what the queue knows, the basic.deliver frame that its deliveries have in common. */
import { Consumer, type ConsumerOptions } from '../broker/queue/consumer.ts';
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import type { Message, MessageAddress } from '../broker/message.ts';
import { writeContent } from './content-writer.ts';
import { copyWords, viewOf } from '../runtime/copy-octets.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { encodeBasicDeliver } from './wire/generated/methods.ts';
import { WireWriter } from './wire/wire-writer.ts';

/** frame header (7), method id (4), length of the consumer tag (1). */
const BEFORE_CONSUMER_TAG = 12;
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
   * only delivery tag and redelivered flag change: the frame is copied and patched in place of being built anew.
   */
  #template: DataView = viewOf(EMPTY);
  #templateAddress: MessageAddress | null = null;
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
    const template = this.#template;
    const length = template.byteLength;
    out.reserve(length);
    const { buffer } = out;
    const at = out.length;
    copyWords(template, 0, out.view, at, length);
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
    const writer = new WireWriter(128);
    encodeBasicDeliver(writer, channel, {
      consumerTag: this.tag,
      deliveryTag: 0,
      redelivered: false,
      exchange: address.exchange,
      routingKey: address.routingKey,
    });
    this.#template = viewOf(writer.take());
    this.#templateAddress = address;
    this.#tagOffset = BEFORE_CONSUMER_TAG + Buffer.byteLength(this.tag);
  }
}
