/** The reply codes of 0-9-1 section 1.2 with the names that RabbitMQ's reply texts begin with. */

export interface ReplyCode {
  readonly code: number;
  /** True: it ends the connection. False: only the channel. */
  readonly isHard: boolean;
}

/** Closed in good order. */
export const REPLY_SUCCESS = 200;

export type ReplyName =
  | 'CONTENT_TOO_LARGE'
  | 'NO_ROUTE'
  | 'NO_CONSUMERS'
  | 'CONNECTION_FORCED'
  | 'INVALID_PATH'
  | 'ACCESS_REFUSED'
  | 'NOT_FOUND'
  | 'RESOURCE_LOCKED'
  | 'PRECONDITION_FAILED'
  | 'FRAME_ERROR'
  | 'SYNTAX_ERROR'
  | 'COMMAND_INVALID'
  | 'CHANNEL_ERROR'
  | 'UNEXPECTED_FRAME'
  | 'RESOURCE_ERROR'
  | 'NOT_ALLOWED'
  | 'NOT_IMPLEMENTED'
  | 'INTERNAL_ERROR';

/** ACCESS_REFUSED ends the connection when it is about the login. NO_ROUTE and NO_CONSUMERS come with basic.return. */
export const REPLY_CODES: Readonly<Record<ReplyName, ReplyCode>> = {
  CONTENT_TOO_LARGE: { code: 311, isHard: false },
  NO_ROUTE: { code: 312, isHard: false },
  NO_CONSUMERS: { code: 313, isHard: false },
  CONNECTION_FORCED: { code: 320, isHard: true },
  INVALID_PATH: { code: 402, isHard: true },
  ACCESS_REFUSED: { code: 403, isHard: false },
  NOT_FOUND: { code: 404, isHard: false },
  RESOURCE_LOCKED: { code: 405, isHard: false },
  PRECONDITION_FAILED: { code: 406, isHard: false },
  FRAME_ERROR: { code: 501, isHard: true },
  SYNTAX_ERROR: { code: 502, isHard: true },
  COMMAND_INVALID: { code: 503, isHard: true },
  CHANNEL_ERROR: { code: 504, isHard: true },
  UNEXPECTED_FRAME: { code: 505, isHard: true },
  RESOURCE_ERROR: { code: 506, isHard: true },
  NOT_ALLOWED: { code: 530, isHard: true },
  NOT_IMPLEMENTED: { code: 540, isHard: true },
  INTERNAL_ERROR: { code: 541, isHard: true },
};

const NAMES: ReadonlyMap<number, ReplyName> = new Map(
  (Object.keys(REPLY_CODES) as ReplyName[]).map((name) => [REPLY_CODES[name].code, name]),
);

/** The name of a reply code; null when there is no such code. */
export function replyName(code: number): ReplyName | null {
  return NAMES.get(code) ?? null;
}
