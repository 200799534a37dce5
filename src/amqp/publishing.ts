/**
 * The publishing side of a channel: puts basic.publish, content header and body together, makes a message of them,
 * routes it and hands it to the queues. This is half of the hot path; nothing here allocates per message but the
 * message itself.
 */
import { BrokerError } from '../broker/errors.ts';
import type { Exchange } from '../broker/exchange/exchange.ts';
import { Message, MessageAddress } from '../broker/message.ts';
import {
  ACCEPTED,
  REJECTED,
  type PublishOutcome,
  type QueueRef,
} from '../broker/queue/queue-ref.ts';
import type { MessageInterceptors } from '../broker/message-interceptors.ts';
import type { Turn } from '../broker/turn.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import { BodyPieces } from './body-pieces.ts';
import type { ChannelContext } from './channel-context.ts';
import type { ConnectionAccess } from './connection-access.ts';
import { ConfirmTracker } from './confirm-tracker.ts';
import { BETWEEN_PROPERTIES_AND_BODY, writeContent } from './content-writer.ts';
import { ProtocolError } from './errors.ts';
import {
  HAS_TRAITS,
  IS_PERSISTENT,
  NEEDS_READING,
  scanned,
  scanProperties,
} from './property-scan.ts';
import { PublishMeter } from './publish-meter.ts';
import { PublishTarget } from './publish-target.ts';
import { RecentTargets } from './recent-targets.ts';
import { admitProperties, checkUserId, traitsOf } from './published-properties.ts';
import type { ReplyTo } from './reply-to.ts';
import type { Transaction } from './transaction.ts';
import { FrameError } from './wire/frame-reader.ts';
import { encodeBasicReturn } from './wire/generated/methods.ts';
import { REPLY_CODES } from './wire/reply-codes.ts';
import type { WholeContent } from './wire/whole-content.ts';
import { WireReader } from './wire/wire-reader.ts';

const BASIC_CLASS_ID = 60;
/** class-id (2), weight (2), body size (8). */
const CONTENT_HEADER_SIZE = 12;
/** The header frame begins this much before its payload. */
const FRAME_HEADER_SIZE = 7;
const EMPTY = Buffer.alloc(0);
const MANDATORY = 1;
const IMMEDIATE = 2;

/** What comes next on the channel. */
const METHOD = 0;
const HEADER = 1;
const BODY = 2;

export class Publishing {
  /** Null until confirm.select. */
  confirms: ConfirmTracker | null = null;
  /** Null unless the channel is in transaction mode. */
  transaction: Transaction | null = null;
  readonly #channel: ChannelContext;
  readonly #replyTo: ReplyTo;
  readonly #virtualHost: VirtualHost;
  readonly #access: ConnectionAccess;
  readonly #turn: Turn;
  /** Null where nothing is set on what comes in. */
  readonly #interceptors: MessageInterceptors | null;
  readonly #meter: PublishMeter;
  readonly #reader = new WireReader();
  #expects: typeof METHOD | typeof HEADER | typeof BODY = METHOD;
  readonly #recent = new RecentTargets();
  #target: PublishTarget | null = null;
  // The content under way.
  #properties: Buffer = EMPTY;
  #propertiesStart = 0;
  #propertiesLength = 0;
  #bodySize = 0;
  #bodyRemaining = 0;
  #isInPieces = false;
  /** The properties are not those in the publisher's frames. */
  #isIntercepted = false;
  readonly #pieces = new BodyPieces();

  constructor(channel: ChannelContext, replyTo: ReplyTo) {
    this.#channel = channel;
    this.#replyTo = replyTo;
    const { totals, turn, virtualHost, access, interceptors } = channel.connection;
    this.#virtualHost = virtualHost;
    this.#access = access;
    this.#turn = turn;
    this.#interceptors = interceptors;
    this.#meter = new PublishMeter(channel.counters, totals, turn);
  }

  /** True between basic.publish and the end of its content: no other method may come. */
  get isAwaitingContent(): boolean {
    return this.#expects !== METHOD;
  }

  selectConfirms(): void {
    this.confirms ??= new ConfirmTracker(this.#channel);
  }

  /** A method came: none may while content is awaited. */
  checkMethodAllowed(): void {
    if (this.#expects === METHOD) return;
    const awaited = this.#expects === HEADER ? 'content header for class 60' : 'content body';
    const got = this.#expects === HEADER ? 'non content header' : 'non content body';
    throw new ProtocolError('UNEXPECTED_FRAME', `expected ${awaited}, got ${got} frame instead`);
  }

  /** basic.publish; its arguments are in [start, end). */
  begin(buffer: Buffer, start: number, end: number): void {
    this.#target = this.#recent.find(buffer, start, end) ?? this.#readTarget(buffer, start, end);
    this.#expects = HEADER;
  }

  /** basic.publish together with its content: what `begin`, `header` and `body` do of frames that come one by one. */
  whole(buffer: Buffer, start: number, end: number, content: WholeContent): void {
    this.begin(buffer, start, end);
    this.#properties = buffer;
    this.#propertiesStart = content.propertiesStart;
    this.#propertiesLength = content.propertiesEnd - content.propertiesStart;
    this.#bodySize = content.bodySize;
    if (content.bodySize === 0) this.#complete(EMPTY, 0);
    else this.#complete(buffer, content.bodyStart);
  }

  #readTarget(buffer: Buffer, start: number, end: number): PublishTarget {
    const reader = this.#reader.reset(buffer, start, end);
    reader.short();
    const exchange = reader.lenientShortString();
    const routingKey = reader.shortBytes();
    const flags = reader.octet();
    reader.reset(EMPTY, 0, 0);
    const target = new PublishTarget(
      new MessageAddress(exchange, routingKey),
      (flags & MANDATORY) !== 0,
      (flags & IMMEDIATE) !== 0,
    );
    this.#recent.add(buffer, start, end, target);
    return target;
  }

  /** The payload of a content header frame. */
  header(buffer: Buffer, start: number, end: number): void {
    if (this.#expects !== HEADER) this.#refuseFrame();
    if (end - start < CONTENT_HEADER_SIZE + 2) {
      throw new FrameError('type 2: content header is cut off');
    }
    const classId = (buffer[start]! << 8) | buffer[start + 1]!;
    if (classId !== BASIC_CLASS_ID || buffer[start + 2] !== 0 || buffer[start + 3] !== 0) {
      throw new ProtocolError(
        'UNEXPECTED_FRAME',
        `expected content header for class 60, got one for class ${classId} instead`,
      );
    }
    const size = buffer.readUInt32BE(start + 4) * 2 ** 32 + buffer.readUInt32BE(start + 8);
    const { announcedSizeMax } = this.#channel.connection.limits;
    if (size > announcedSizeMax) {
      throw new ProtocolError(
        'FRAME_ERROR',
        `content body size ${size} exceeds maximum allowed size ${announcedSizeMax}`,
      );
    }
    this.#properties = buffer;
    this.#propertiesStart = start + CONTENT_HEADER_SIZE;
    this.#propertiesLength = end - start - CONTENT_HEADER_SIZE;
    this.#bodySize = size;
    this.#bodyRemaining = size;
    this.#expects = BODY;
    if (size === 0) this.#complete(EMPTY, 0);
  }

  /** Octets of the body: a whole frame or, of a large one, a piece. */
  body(buffer: Buffer, start: number, end: number): void {
    if (this.#expects !== BODY) this.#refuseFrame();
    const length = end - start;
    if (length > this.#bodyRemaining) {
      throw new ProtocolError('FRAME_ERROR', 'content body frame exceeds remaining content size');
    }
    this.#bodyRemaining -= length;
    if (length === this.#bodySize) {
      this.#complete(buffer, start);
      return;
    }
    // A body too large to be accepted is counted, not kept.
    if (this.#bodySize <= this.#channel.connection.limits.messageSizeMax) {
      this.#isInPieces = true;
      this.#pieces.add(buffer, start, end, this.#bodyRemaining);
    }
    if (this.#bodyRemaining === 0) this.#complete(EMPTY, 0);
  }

  #refuseFrame(): never {
    this.checkMethodAllowed();
    throw new ProtocolError(
      'UNEXPECTED_FRAME',
      'expected method frame, got non method frame instead',
    );
  }

  /** All of the content is here. */
  #complete(body: Buffer, bodyStart: number): void {
    const target = this.#target!;
    const pieces = this.#isInPieces ? this.#pieces.take() : null;
    this.#isInPieces = false;
    this.#expects = METHOD;
    if (target.isImmediate) throw new ProtocolError('NOT_IMPLEMENTED', 'immediate=true');
    const { messageSizeMax } = this.#channel.connection.limits;
    if (this.#bodySize > messageSizeMax) {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `message size ${this.#bodySize} is larger than configured max size ${messageSizeMax}`,
      );
    }
    const access = this.#access;
    const virtualHost = this.#virtualHost;
    const isAllowed = target.isAllowed(virtualHost, access);
    const pending = isAllowed ? undefined : access.known(target.questions(virtualHost));
    if (pending === undefined) this.#read(target, isAllowed, body, bodyStart, pieces);
    else this.#readWhenKnown(pending, target, body, bodyStart, pieces);
  }

  /** Apart from #complete, which would allocate for the function in here with each message. */
  #readWhenKnown(
    pending: Promise<void>,
    target: PublishTarget,
    body: Buffer,
    bodyStart: number,
    pieces: readonly Buffer[] | null,
  ): void {
    this.#channel.whenAnswered(pending, () => this.#read(target, false, body, bodyStart, pieces));
  }

  /** Makes a message of the content. @param isAllowed the user is known to be allowed to publish it */
  #read(
    target: PublishTarget,
    isAllowed: boolean,
    body: Buffer,
    bodyStart: number,
    pieces: readonly Buffer[] | null,
  ): void {
    const access = this.#access;
    if (this.#interceptors !== null) this.#intercept(this.#interceptors);
    if (!isAllowed) {
      target.requireWrite(access);
      target.find(this.#virtualHost);
    }
    const properties = this.#properties;
    const start = this.#propertiesStart;
    const facts = scanProperties(properties, start, start + this.#propertiesLength);
    const message = new Message(
      target.address,
      (facts & IS_PERSISTENT) !== 0,
      properties,
      start,
      this.#propertiesLength,
      body,
      bodyStart,
      this.#bodySize,
      pieces,
      this.#framesStart(body, bodyStart),
      this.#turn.nowMs(),
      (facts & HAS_TRAITS) === 0 ? null : traitsOf(scanned.priority, scanned.expiration),
    );
    // The channel may be idle from now on, and does not keep what was read.
    this.#properties = EMPTY;
    if ((facts & NEEDS_READING) !== 0) {
      this.#admit(target, isAllowed, message);
      return;
    }
    if (!isAllowed) target.requireTopic(access);
    this.#route(target, message);
  }

  #intercept(interceptors: MessageInterceptors): void {
    const start = this.#propertiesStart;
    const end = start + this.#propertiesLength;
    this.#properties = interceptors.intercept(this.#properties, start, end);
    this.#propertiesStart = 0;
    this.#propertiesLength = this.#properties.length;
    this.#isIntercepted = true;
  }

  /** What has more in its properties that concerns the broker. */
  #admit(target: PublishTarget, isAllowed: boolean, message: Message): void {
    const access = this.#access;
    const { admitted, userId } = admitProperties(message, this.#replyTo);
    const proceed = (): void => {
      // Somebody may have been asked in between.
      target.find(this.#virtualHost);
      if (!isAllowed) target.requireTopic(access);
      for (const question of questions) access.require(question);
      checkUserId(userId, access.user);
      this.#route(target, admitted);
    };
    const questions = target.copyQuestions(admitted);
    if (questions.length === 0) proceed();
    else {
      const all = [...target.questions(this.#virtualHost), ...questions];
      this.#channel.whenAnswered(access.known(all), proceed);
    }
  }

  /** Where the publisher's frames begin when they can be passed on whole: side by side in one buffer. */
  #framesStart(body: Buffer, bodyStart: number): number {
    const start = this.#propertiesStart;
    const isWhole =
      (this.#bodySize === 0 && !this.#isIntercepted) ||
      (body === this.#properties &&
        bodyStart === start + this.#propertiesLength + BETWEEN_PROPERTIES_AND_BODY);
    return isWhole ? start - CONTENT_HEADER_SIZE - FRAME_HEADER_SIZE : -1;
  }

  #route(target: PublishTarget, message: Message): void {
    const queues = target.route(this.#virtualHost, message);
    const { exchange, isMandatory } = target;
    if (this.transaction === null) {
      const outcome = this.#enqueue(exchange, queues, message, isMandatory);
      if (this.confirms !== null) this.confirms.published(outcome);
    } else {
      this.transaction.addPublish({ message, exchange, queues, isMandatory });
    }
  }

  #enqueue(
    exchange: Exchange,
    queues: readonly QueueRef[],
    message: Message,
    isMandatory: boolean,
  ): PublishOutcome {
    this.#meter.published(exchange, queues, message.bodyLength);
    let outcome: PublishOutcome = ACCEPTED;
    for (let i = 0; i < queues.length; i++) {
      const one = queues[i]!.publish(message);
      if (one > outcome) outcome = one;
    }
    if (queues.length === 0) this.#unroutable(message, isMandatory);
    return outcome;
  }

  /** Enqueues what a transaction has gathered. False when a queue has refused some of it. */
  commit(transaction: Transaction): boolean {
    let isComplete = true;
    for (const { message, exchange, queues, isMandatory } of transaction.takePublishes()) {
      if (this.#enqueue(exchange, queues, message, isMandatory) === REJECTED) isComplete = false;
    }
    return isComplete;
  }

  #unroutable(message: Message, isMandatory: boolean): void {
    this.#meter.unroutable(isMandatory);
    if (isMandatory) this.#return(message);
  }

  /** basic.return: nobody wants this mandatory message. */
  #return(message: Message): void {
    const { connection, number } = this.#channel;
    encodeBasicReturn(connection.out, number, {
      replyCode: REPLY_CODES.NO_ROUTE.code,
      replyText: 'NO_ROUTE',
      exchange: message.address.exchange,
      routingKey: message.address.routingKey,
    });
    writeContent(connection.out, number, message, connection.frameMax);
    connection.out.touch();
  }
}
