/**
 * The channels of one connection: opens and closes them, and gives each frame to the channel it belongs to. It also
 * remembers whose frame is being handled, because an error closes that channel and names that method.
 */
import { Channel, type ChannelHost } from './channel.ts';
import { ProtocolError, type Refusal } from './errors.ts';
import { channelFacts } from './event-facts.ts';
import { FRAME_BODY, FRAME_HEADER } from './wire/frame.ts';
import {
  CHANNEL_CLOSE,
  CHANNEL_CLOSE_OK,
  CHANNEL_OPEN,
  decodeMethod,
  encodeChannelClose,
  encodeChannelCloseOk,
  encodeChannelOpenOk,
} from './wire/generated/methods.ts';
import type { WholeContent } from './wire/whole-content.ts';
import { WireReader } from './wire/wire-reader.ts';

export class ChannelMultiplexer {
  /** Most channels that may be open, as negotiated. */
  channelMax: number;
  /** The channel whose frame is, or was last, handled; null when it belonged to none. */
  current: Channel | null = null;
  /** The method of a frame that belonged to no channel. */
  strayMethodId = 0;
  readonly #connection: ChannelHost;
  readonly #channels = new Map<number, Channel>();
  /** The channel of the last frame, when it is open: mostly that of the next too. */
  #last: Channel | null = null;

  constructor(connection: ChannelHost, channelMax: number) {
    this.#connection = connection;
    this.channelMax = channelMax;
  }

  get size(): number {
    return this.#channels.size;
  }

  [Symbol.iterator](): Iterator<Channel> {
    return this.#channels.values();
  }

  onMethod(number: number, id: number, buffer: Buffer, start: number, end: number): void {
    const channel = this.#find(number);
    this.current = channel;
    if (channel === null) this.#openChannel(number, id, buffer, start, end);
    else if (channel.isClosing) this.#onClosingChannelMethod(channel, id);
    else if (id === CHANNEL_CLOSE) this.#onChannelClose(channel);
    else channel.onMethod(id, buffer, start, end);
  }

  /** As PublishHandler. */
  onPublish(
    number: number,
    buffer: Buffer,
    start: number,
    end: number,
    content: WholeContent,
  ): boolean {
    const channel = this.#find(number);
    if (channel === null || channel.isClosing) return false;
    this.current = channel;
    channel.onPublish(buffer, start, end, content);
    return true;
  }

  onHeader(number: number, buffer: Buffer, start: number, end: number): void {
    const channel = this.#contentChannel(number, FRAME_HEADER);
    if (!channel.isClosing) channel.publishing.header(buffer, start, end);
  }

  onBody(number: number, buffer: Buffer, start: number, end: number): void {
    const channel = this.#contentChannel(number, FRAME_BODY);
    if (!channel.isClosing) channel.publishing.body(buffer, start, end);
  }

  #find(number: number): Channel | null {
    const last = this.#last;
    if (last !== null && last.number === number) return last;
    const channel = this.#channels.get(number) ?? null;
    if (channel !== null) this.#last = channel;
    return channel;
  }

  #contentChannel(number: number, frameType: number): Channel {
    const channel = this.#find(number);
    this.current = channel;
    if (channel !== null) return channel;
    this.strayMethodId = 0;
    throw new ProtocolError(
      'UNEXPECTED_FRAME',
      `type ${frameType} on channel ${number}, which is not open`,
    );
  }

  #openChannel(number: number, id: number, buffer: Buffer, start: number, end: number): void {
    this.strayMethodId = id;
    decodeMethod(id, new WireReader().reset(buffer, start, end));
    // The answer to a close of ours, or a close that crossed it, for a channel that is gone already.
    if (id === CHANNEL_CLOSE_OK) return;
    if (id === CHANNEL_CLOSE) {
      this.#sendCloseOk(number);
      return;
    }
    if (id !== CHANNEL_OPEN) throw new ProtocolError('CHANNEL_ERROR', "expected 'channel.open'");
    const max = this.channelMax;
    if (this.#channels.size >= max) {
      throw new ProtocolError(
        'NOT_ALLOWED',
        `number of channels opened (${max}) has reached the negotiated channel_max (${max})`,
      );
    }
    this.#checkNodeLimit();
    const { access } = this.#connection;
    access.channelOpened();
    this.#connection.totals.channelsOpened++;
    const channel = new Channel(number, this.#connection);
    this.#channels.set(number, channel);
    this.#connection.events.emit('channel.created', () => channelFacts(channel.facts));
    encodeChannelOpenOk(this.#connection.out, number, {});
    this.#connection.out.touch();
  }

  /** @throws ProtocolError NOT_ALLOWED when all connections together have enough channels */
  #checkNodeLimit(): void {
    const { totals, limits, nodeName } = this.#connection;
    const { nodeChannelMax: max } = limits;
    if (totals.channelsOpened - totals.channelsClosed < max) return;
    throw new ProtocolError(
      'NOT_ALLOWED',
      `number of channels opened on node '${nodeName}' has reached the maximum allowed limit of (${max})`,
    );
  }

  /** channel.close from the client. */
  #onChannelClose(channel: Channel): void {
    channel.close();
    this.#remove(channel);
    this.#sendCloseOk(channel.number);
  }

  /** We closed the channel: everything on it is discarded until the client has answered. */
  #onClosingChannelMethod(channel: Channel, id: number): void {
    if (id === CHANNEL_CLOSE_OK) this.#remove(channel);
    else if (id === CHANNEL_CLOSE) this.#sendCloseOk(channel.number);
  }

  #sendCloseOk(number: number): void {
    encodeChannelCloseOk(this.#connection.out, number, {});
    this.#connection.out.touch();
  }

  #remove(channel: Channel): void {
    if (this.#channels.delete(channel.number)) this.#closed([channel]);
    if (this.#last === channel) this.#last = null;
  }

  #closed(channels: readonly Channel[]): void {
    const { access, events, totals, virtualHost } = this.#connection;
    access.channelsClosed(channels.length);
    totals.channelsClosed += channels.length;
    for (const channel of channels) {
      virtualHost.endedClients.addChannel(channel.counters);
      events.emit('channel.closed', () => channelFacts(channel.facts));
    }
  }

  /** Closes a channel because of an error on it. */
  refuse(channel: Channel, refusal: Refusal): void {
    channel.isClosing = true;
    channel.close();
    const { replyCode, replyText } = refusal;
    const { methodId: id } = channel;
    encodeChannelClose(this.#connection.out, channel.number, {
      replyCode,
      replyText,
      classId: id >>> 16,
      methodId: id & 0xffff,
    });
    this.#connection.out.touch();
  }

  /** The socket has room again: deliveries go on. */
  resume(): void {
    for (const channel of this.#channels.values()) channel.consuming.resume();
  }

  /** The user may have lost the permission to read. */
  cancelUnreadable(): void {
    for (const channel of this.#channels.values()) {
      if (!channel.isClosing) channel.consuming.cancelUnreadable();
    }
  }

  /** The connection ends, and all channels with it. */
  endAll(): void {
    const { size } = this.#channels;
    for (const channel of this.#channels.values()) if (!channel.isClosing) channel.close();
    if (size > 0) this.#closed([...this.#channels.values()]);
    this.#channels.clear();
    this.#last = null;
    this.current = null;
  }
}
