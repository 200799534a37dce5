/** What the front end refuses on its own account, and how any refusal becomes the fields of a close method. */
import { BrokerError } from '../broker/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { UnknownMethodError, WireDecodeError } from './wire/errors.ts';
import { FrameError } from './wire/frame-reader.ts';
import { REPLY_CODES, type ReplyName } from './wire/reply-codes.ts';

/** A breach of the protocol. Whether it ends the channel or the connection follows from `reply`. */
export class ProtocolError extends Error {
  readonly reply: ReplyName;
  /** The method to blame where it is not the one being handled; 0 where it is. */
  readonly blamedMethodId: number;

  constructor(reply: ReplyName, explanation: string, blamedMethodId = 0) {
    super(explanation);
    this.reply = reply;
    this.blamedMethodId = blamedMethodId;
  }
}

const INTERNAL_ERROR: Refusal = {
  replyCode: REPLY_CODES.INTERNAL_ERROR.code,
  replyText: 'INTERNAL_ERROR',
  isHard: true,
  isFatal: false,
};

/** How a refusal is told to the client. */
export interface Refusal {
  readonly replyCode: number;
  readonly replyText: string;
  /** True: it ends the connection. False: only the channel. */
  readonly isHard: boolean;
  /** The rest of the stream cannot be read. */
  readonly isFatal: boolean;
}

/** A shortstr holds 255 octets. */
const REPLY_TEXT_OCTETS_MAX = 255;

/** The refusal that an error stands for. An error of ours, which is a bug, is logged. */
export function refusalOf(error: unknown, log: Logger): Refusal {
  if (error instanceof BrokerError || error instanceof ProtocolError) {
    return refusal(error.reply, error.message);
  }
  if (error instanceof FrameError) return refusal('FRAME_ERROR', error.message, true);
  if (error instanceof WireDecodeError) return refusal('FRAME_ERROR', error.message);
  if (error instanceof UnknownMethodError) {
    return refusal('COMMAND_INVALID', error.message);
  }
  log.error('internal error', { error });
  return INTERNAL_ERROR;
}

/** How an AMQP client is told of a refusal of the broker. */
export function closeOf({ reply, message }: BrokerError): Refusal {
  return refusal(reply, message);
}

export function refusal(reply: ReplyName, explanation: string, isFatal = false): Refusal {
  const { code, isHard } = REPLY_CODES[reply];
  return { replyCode: code, replyText: replyText(reply, explanation), isHard, isFatal };
}

/** `NAME - explanation`, cut to what fits into a shortstr. */
export function replyText(reply: ReplyName, explanation: string): string {
  const text = explanation === '' ? reply : `${reply} - ${explanation}`;
  if (Buffer.byteLength(text) <= REPLY_TEXT_OCTETS_MAX) return text;
  let cut = text.slice(0, REPLY_TEXT_OCTETS_MAX - 3);
  while (Buffer.byteLength(cut) > REPLY_TEXT_OCTETS_MAX - 3) cut = cut.slice(0, -1);
  return `${cut}...`;
}
